/** What the benchmarks of velocities share: particles, and the time of a call. */
import { random } from '../dist/numerics/random.js';

/** n unit vectors in R^d, uniform on the sphere. */
export function unitRows(n, d) {
  const { gaussian } = random(1);
  const x = Float64Array.from({ length: n * d }, gaussian);
  for (let at = 0; at < x.length; at += d) {
    const length = Math.hypot(...x.subarray(at, at + d));
    for (let c = 0; c < d; c++) x[at + c] /= length;
  }
  return x;
}

/** Best milliseconds of the rounds that fit into 0.7 s, at least three. */
export function milliseconds(run) {
  run();
  let best = Number.POSITIVE_INFINITY;
  const begun = performance.now();
  for (let round = 0; round < 3 || performance.now() - begun < 700; round++) {
    const start = performance.now();
    run();
    best = Math.min(best, performance.now() - start);
  }
  return best;
}

/** Time of a velocity of softmax attention and the velocity. The threads are up after a moment. */
export async function timeField(engine, request, x) {
  const { n, d, threads } = request;
  const field = await engine.open(request);
  const masses = new Float64Array(n).fill(1 / n);
  const out = new Float64Array(n * d);
  await new Promise((resolve) => setTimeout(resolve, threads > 1 ? 300 : 0));
  const ms = milliseconds(() => field.tangent(x, masses, out));
  const { note } = field;
  field.close();
  return { ms, out, note };
}
