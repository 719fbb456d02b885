/**
 * One velocity of softmax attention of 10^6 particles on the circle and on S² by the spectral engine:
 * time on one thread and on all, ratio against all pairs in the wasm engine (measured at 20,000 particles
 * and extrapolated), and the error of some rows against float64 sums over all pairs.
 * Run: `node bench/spectral.js` (after `npm run build`).
 */
import { availableParallelism } from 'node:os';
import { spectralEngine } from '../dist/engines/spectral/engine.js';
import { wasmEngine } from '../dist/engines/wasm/engine.js';
import { spawnFieldThread } from '../dist/host/field-threads.js';
import { timeField, unitRows } from './measure.js';

const N = 1e6;
/** Particles that the direct cost is measured with. */
const FEWER = 20_000;
/** Rows that are checked. */
const ROWS = 40;
const THREADS = availableParallelism();
/** The pairs are in the precision that the accuracy needs. */
const CASES = [
  { d: 2, beta: 25, accuracy: 1e-10, precision: 'float64', goal: 150 },
  { d: 3, beta: 8, accuracy: 1e-6, precision: 'float32', goal: 1000 },
];
const options = { spawn: spawnFieldThread, threads: THREADS };
const [spectral, direct] = [spectralEngine(options), wasmEngine(options)];

/** Unit vectors that cluster around the first axis, so that the series has something to sum. */
function clusteredRows(d) {
  const x = unitRows(N, d);
  for (let at = 0; at < x.length; at += d) {
    x[at] += 0.5;
    const length = Math.hypot(...x.subarray(at, at + d));
    for (let c = 0; c < d; c++) x[at + c] /= length;
  }
  return x;
}

/** The velocity of row i over all pairs. */
function exactRow(x, d, beta, i) {
  const own = x.subarray(i * d, (i + 1) * d);
  const pull = new Float64Array(d);
  let total = 0;
  for (let at = 0; at < x.length; at += d) {
    let square = 0;
    for (let c = 0; c < d; c++) square += (x[at + c] - own[c]) ** 2;
    const coupling = Math.exp((-beta * square) / 2);
    total += coupling;
    for (let c = 0; c < d; c++) pull[c] += coupling * (x[at + c] - own[c]);
  }
  const along = pull.reduce((sum, value, c) => sum + value * own[c], 0);
  return pull.map((value, c) => (value - along * own[c]) / total);
}

function largestError(x, out, { d, beta }) {
  let worst = 0;
  for (let k = 0; k < ROWS; k++) {
    const i = Math.floor((k * (x.length / d)) / ROWS);
    const exact = exactRow(x, d, beta, i);
    for (let c = 0; c < d; c++) worst = Math.max(worst, Math.abs(out[i * d + c] - exact[c]));
  }
  return worst;
}

for (const test of CASES) {
  const { d, beta, accuracy, precision, goal } = test;
  const interaction = {
    coupling: 'softmax',
    causal: false,
    beta: [beta],
    weights: null,
    sign: 1,
    tie: 0,
  };
  const request = { interaction, n: N, d, precision, accuracy, threads: THREADS };
  const x = clusteredRows(d);
  const one = await timeField(spectral, { ...request, threads: 1 }, x);
  const all = await timeField(spectral, request, x);
  const pairs = await timeField(direct, { ...request, n: FEWER }, x.slice(0, FEWER * d));
  const extrapolated = pairs.ms * (N / FEWER) ** 2;
  console.log(`n = ${N}, d = ${d}, β = ${beta}, accuracy ${accuracy}`);
  console.log(`  ${all.note}`);
  console.log(
    `  one thread ${one.ms.toFixed(0)} ms, all threads ${all.ms.toFixed(0)} ms (${(one.ms / all.ms).toFixed(2)}× one); aim ${goal} ms`,
  );
  console.log(
    `  all pairs in ${precision}: ${pairs.ms.toFixed(0)} ms for ${FEWER}, so ${(extrapolated / 1000).toFixed(0)} s: ${(extrapolated / all.ms).toFixed(0)}× as long`,
  );
  const error = largestError(x, all.out, test).toExponential(1);
  console.log(`  error of ${ROWS} rows against float64: ${error} at most`);
}
