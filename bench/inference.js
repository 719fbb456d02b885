/**
 * Inference speed: loading, a forward pass with its diagnostics, the flagship sentences, their
 * traces, a cold start, and the tiled product against the obvious three loops. The two products
 * take turns, so that a machine whose speed drifts slows both.
 *
 *   npm run build && node bench/inference.js [model folder]
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readModel } from '../dist/host/models.js';
import {
  clusterHistory,
  fillBlank,
  random,
  referenceAlgebra,
  runDiagnostics,
  tensor,
  trace,
} from '../dist/index.js';
import { runContext } from '../dist/language/transformer.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = process.argv[2] ?? join(root, 'models/lieblingstier');
const SENTENCES = ['Mein Lieblingstier ist __', 'My favourite animal is __'];
const PARTICLES = 16;
const LAYERS = 8;

compareProducts();
if (existsSync(folder)) benchmarkModel(readModel(folder));
else console.log(`there is no model at ${folder}: train one, or give the path of its folder`);

function benchmarkModel(model) {
  const { dimension, heads, vocabulary } = model.config;
  console.log(`d = ${dimension}, ${heads} heads, L = ${LAYERS}, V = ${vocabulary.length}`);
  report('load a model', () => readModel(folder), 10);
  report(`forward pass, ${PARTICLES} particles`, () => forward(model), 100);
  report('… with diagnostics and clusters', () => inspect(forward(model).frames), 100);
  for (const text of SENTENCES) {
    const answered = fillBlank(model, text, { depth: LAYERS });
    report(`top 10, ${text}`, () => fillBlank(model, text, { depth: LAYERS }), 9);
    const both = { depth: LAYERS, reading: 'both' };
    report('… by both readings', () => fillBlank(model, text, both), 9);
    report(`trace, ${text}`, () => trace(model, text, { depth: LAYERS }), 5);
    console.log(`  ${(100 * answered.unexplored).toFixed(2)} % unexplored`);
  }
  report('cold start of predict', predictCold, 5);
}

function forward(model) {
  const ids = Array.from({ length: PARTICLES }, (_, i) => 256 + 7 * i);
  const positions = ids.map((_, i) => i);
  return runContext(model, ids, positions, 'full', LAYERS);
}

/** What a trace computes from frames, without lens and projection. */
function inspect(frames) {
  const states = frames.map(({ positions }) => asMatrix(positions.shape, positions.data));
  runDiagnostics(
    frames.map(({ coupling }, k) => ({
      positions: states[k],
      couplings: coupling && split(coupling),
    })),
  );
  clusterHistory(states);
}

function asMatrix([rows, columns], data) {
  return { rows, columns, data };
}

function split({ shape: [heads, n, m], data }) {
  const head = (h) => asMatrix([n, m], data.subarray(h * n * m, (h + 1) * n * m));
  return Array.from({ length: heads }, (_, h) => head(h));
}

function predictCold() {
  const command = [join(root, 'bin/schmetterling.js'), 'predict', SENTENCES[0], '--model', folder];
  const { status, stderr } = spawnSync(process.execPath, command, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`predict failed: ${stderr}`);
}

/** Products of the shapes of a forward pass: ours, and three loops over rows, inner and columns. */
function compareProducts() {
  console.log('x · W in GMAC/s        tiled   three loops   ratio');
  for (const [rows, inner, columns] of [
    [16, 96, 96],
    [64, 96, 96],
    [16, 96, 4393],
  ]) {
    const x = gaussian([rows, inner]);
    const w = gaussian([inner, columns]);
    const [tiled, loops] = fastest([() => referenceAlgebra.project(x, w), () => naive(x, w)]);
    const speed = (ms) => ((1e-6 * rows * inner * columns) / ms).toFixed(2);
    const name = `${rows}×${inner} · ${inner}×${columns}`.padEnd(20);
    const ratio = `${(loops / tiled).toFixed(2)}×`;
    console.log(
      `${name} ${speed(tiled).padStart(7)} ${speed(loops).padStart(13)} ${ratio.padStart(7)}`,
    );
  }
}

function gaussian(shape) {
  const draw = random(...shape);
  return tensor(
    shape,
    Float64Array.from({ length: shape[0] * shape[1] }, () => draw.gaussian()),
  );
}

function naive({ shape: [rows, inner], data: x }, { shape: [, columns], data: w }) {
  const out = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++)
    for (let l = 0; l < inner; l++) {
      const factor = x[i * inner + l];
      const [target, source] = [i * columns, l * columns];
      for (let j = 0; j < columns; j++) out[target + j] += factor * w[source + j];
    }
  return tensor([rows, columns], out);
}

/** The least milliseconds of each, over rounds in which they take turns. */
function fastest(runs) {
  const best = runs.map(() => Number.POSITIVE_INFINITY);
  for (let round = 0; round < 60; round++)
    for (const [i, run] of runs.entries()) best[i] = Math.min(best[i], milliseconds(run));
  return best;
}

function milliseconds(run) {
  const begun = performance.now();
  run();
  return performance.now() - begun;
}

/** Prints median and minimum; two rounds before warm the machine up. */
function report(name, run, rounds) {
  for (let i = 0; i < 2; i++) run();
  const times = Array.from({ length: rounds }, () => milliseconds(run)).sort((a, b) => a - b);
  const show = (ms) => ms.toFixed(1).padStart(8);
  console.log(
    `${name.padEnd(38)} median${show(times[rounds >> 1])} ms   minimum${show(times[0])} ms`,
  );
}
