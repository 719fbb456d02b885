/**
 * Training speed: the same model with the same attention code on unmodified tfjs-WASM kernels, on
 * ours with one worker, and on ours with two; and the same model in torch on two threads, where python3
 * has it. Prints tokens per second and ratios, and the share of the matrix product's peak that training
 * sustains. All take turns, so that a machine whose speed drifts slows all of them.
 *
 *   npm run build && node bench/training.js [rounds [CONFIG CORPUS...]]
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readCorpus } from '../dist/host/corpus.js';
import { benchmarkTraining } from '../dist/host/training/run.js';
import { matmulPeak } from './peak.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const [rounds = 3, configFile, ...corpora] = process.argv.slice(2);
const config = readFileSync(configFile ?? join(root, 'data/training/lieblingstier.json'), 'utf8');
const corpus = readCorpus(
  ...(corpora.length > 0 ? corpora : [join(root, 'data/worlds/lieblingstier')]),
);
const STEPS = 8;

const CASES = [
  { name: 'stock kernels, 1 worker', kernels: 'stock', workers: 1, steps: 2 },
  { name: 'our kernels, 1 worker', kernels: 'fused', workers: 1, steps: STEPS },
  { name: 'our kernels, 2 workers', kernels: 'fused', workers: 2, steps: STEPS },
];

const speeds = CASES.map(() => []);
const peaks = [];
for (let round = 0; round < Number(rounds); round++) {
  for (const [i, { kernels, workers, steps }] of CASES.entries())
    speeds[i].push(await benchmarkTraining({ corpus, config, kernels, workers, steps }));
  peaks.push(await matmulPeak(2));
}

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
const tokens = speeds.map((rounds) => median(rounds.map(({ tokensPerSecond }) => tokensPerSecond)));
for (const [i, { name }] of CASES.entries())
  console.log(
    `${name.padEnd(26)} ${tokens[i].toFixed(0).padStart(7)} tokens/s   ${(tokens[i] / tokens[0]).toFixed(2)}×`,
  );

const sustained = median(speeds[2].map(({ operationsPerSecond }) => operationsPerSecond)) / 1e9;
const peak = median(peaks);
console.log(
  `two workers sustain ${sustained.toFixed(1)} GFLOP/s of ${peak.toFixed(1)} that two matrix products reach: ${((100 * sustained) / peak).toFixed(0)} %; aim 50 %`,
);

const { model, texts } = JSON.parse(config);
const script = join(root, 'bench/peers/training.py');
const peer = spawnSync('python3', [script, JSON.stringify({ ...model, texts, layers: 4 })], {
  encoding: 'utf8',
});
const answer = peer.status === 0 ? JSON.parse(peer.stdout) : { absent: 'python3' };
if (answer.absent) console.log(`${answer.absent} is absent: no peer`);
else
  console.log(
    `torch, 2 threads           ${answer.tokens_per_second.toFixed(0).padStart(7)} tokens/s   ours is ${(tokens[2] / answer.tokens_per_second).toFixed(2)}× as fast; aim 0.5×`,
  );
