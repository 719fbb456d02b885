/**
 * One velocity of softmax attention on the sphere, float32, on one thread and on all: time, ratio against
 * the same step in plain tfjs-WASM, numpy and torch, and the error against float64.
 * GFLOP/s counts the two products, 4 n² d, and nothing for the exponentials.
 * Run: `node bench/field.js` (after `npm run build`).
 */
import { spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { wasmEngine } from '../dist/engines/wasm/engine.js';
import { spawnFieldThread } from '../dist/host/field-threads.js';
import { milliseconds, timeField, unitRows } from './measure.js';

const BETA = 4;
/** n, d, and the share of the faster peer's time that is aimed at, as one writes the step there. */
const SIZES = [
  [512, 200, 1.6],
  [4096, 64, 0.7],
  [2048, 128, 1.0],
  [1024, 16, 0.7],
  [8192, 3, 0.4],
];
const interaction = {
  coupling: 'softmax',
  causal: false,
  beta: [BETA],
  weights: null,
  sign: 1,
  tie: 0,
};
const engine = wasmEngine({ spawn: spawnFieldThread, threads: availableParallelism() });

const time = (x, n, d, precision, threads) =>
  timeField(engine, { interaction, n, d, precision, accuracy: 0, threads }, x);

/** The same step in tfjs as it comes. */
function timeTensorflow(x, n, d) {
  const rows = tf.tensor2d(Float32Array.from(x), [n, d]);
  const step = () =>
    tf.tidy(() => {
      const v = rows.matMul(rows, false, true).mul(BETA).softmax().matMul(rows);
      return v.sub(v.mul(rows).sum(1, true).mul(rows)).dataSync();
    });
  try {
    return milliseconds(step);
  } finally {
    rows.dispose();
  }
}

/** Milliseconds by peer and size; says which peers are absent. */
function timePeers() {
  const script = fileURLToPath(new URL('./peers/attention.py', import.meta.url));
  const sizes = SIZES.map(([n, d]) => `${n},${d}`);
  const { stdout, status } = spawnSync('python3', [script, String(BETA), ...sizes], {
    encoding: 'utf8',
  });
  if (status !== 0) console.log('python3 is absent or failed: no peers');
  const found = (stdout ?? '')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
  for (const { peer } of found.filter(({ absent }) => absent)) console.log(`${peer} is absent`);
  return found.filter(({ absent }) => !absent);
}

const largestDifference = (a, b) =>
  a.reduce((most, value, at) => Math.max(most, Math.abs(value - b[at])), 0);

function report([n, d, goal], one, all, float64, stock, peers) {
  const speed = ({ ms }) => `${((4e-6 * n * n * d) / ms).toFixed(1)} GFLOP/s`;
  const pairs = `${((1e-3 * n * n) / all.ms).toFixed(0)} Mpairs/s`;
  const own = peers.filter((peer) => peer.n === n && peer.d === d);
  const written = own.filter(({ peer }) => !peer.includes(' '));
  const faster = Math.min(...written.map(({ ms }) => ms));
  const others = [['tfjs-wasm', stock], ...own.map(({ peer, ms }) => [peer, ms])];
  const ratios = others.map(
    ([name, ms]) => `${(all.ms / ms).toFixed(2)}× ${name} (${ms.toFixed(1)} ms)`,
  );
  console.log(`n = ${n}, d = ${d}`);
  console.log(`  one thread ${one.ms.toFixed(2)} ms, ${speed(one)}`);
  console.log(
    `  all threads ${all.ms.toFixed(2)} ms, ${speed(all)}, ${pairs}, ${(one.ms / all.ms).toFixed(2)}× one`,
  );
  console.log(`  ${ratios.join(', ')}`);
  if (written.length > 0)
    console.log(`  ${(all.ms / faster).toFixed(2)}× the faster peer; aim ${goal}×`);
  const error = largestDifference(one.out, float64.out).toExponential(1);
  console.log(`  float64 ${float64.ms.toFixed(2)} ms; float32 is off by ${error} at most`);
}

await tf.setBackend('wasm');
await tf.ready();
const peers = timePeers();
for (const size of SIZES) {
  const [n, d] = size;
  const x = unitRows(n, d);
  const one = await time(x, n, d, 'float32', 1);
  const all = await time(x, n, d, 'float32', availableParallelism());
  const float64 = await time(x, n, d, 'float64', availableParallelism());
  report(size, one, all, float64, timeTensorflow(x, n, d), peers);
}
