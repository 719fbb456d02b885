/**
 * Training speed: the same model with the same attention code on unmodified tfjs-WASM kernels, on
 * ours with one worker, and on ours with two. Prints tokens per second and ratios; the three take
 * turns, so that a machine whose speed drifts slows all of them.
 *
 *   npm run build && node bench/training.js [rounds]
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readCorpus } from '../dist/host/corpus.js';
import { benchmarkTraining } from '../dist/host/training/run.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const rounds = Number(process.argv[2] ?? 3);
const config = readFileSync(join(root, 'data/training/lieblingstier.json'), 'utf8');
const corpus = readCorpus(join(root, 'data/worlds/lieblingstier'));

const CASES = [
  { name: 'stock kernels, 1 worker', kernels: 'stock', workers: 1, steps: 2 },
  { name: 'our kernels, 1 worker', kernels: 'fused', workers: 1, steps: 8 },
  { name: 'our kernels, 2 workers', kernels: 'fused', workers: 2, steps: 8 },
];

const speeds = CASES.map(() => []);
for (let round = 0; round < rounds; round++)
  for (const [i, { kernels, workers, steps }] of CASES.entries())
    speeds[i].push(await benchmarkTraining({ corpus, config, kernels, workers, steps }));

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
const baseline = median(speeds[0]);
for (const [i, { name }] of CASES.entries())
  console.log(
    `${name.padEnd(26)} ${median(speeds[i]).toFixed(0).padStart(7)} tokens/s   ${(median(speeds[i]) / baseline).toFixed(2)}×`,
  );
