/**
 * Couplings e^{β⟨x, y⟩} of unit vectors in d = 2, 3, 4 with Q = K = V = I, from differences:
 * β(⟨x, y⟩ − 1) = −β|x − y|²/2 is never above 0, so no maximum is needed, and coincident particles
 * give each other a velocity of exactly 0.
 */
import type { Job } from './job';
import { addVector, broadcast, groupSize, lanesFrom, multiplyAdd, splat, sumsBytes } from './lanes';
import { power } from './powers';

/** Keys between two additions to the float64 sums. */
const SPAN: i32 = 256;

/** All keys of one group of queries. `size` is the dimension, known when this is compiled. */
// @inline
export function near<T>(job: Job, group: i32, size: i32): void {
  const out = job.out + <usize>(group * (job.width + 1)) * sumsBytes<T>();
  memory.fill(out, 0, <usize>(job.width + 1) * sumsBytes<T>());
  const query = job.queries + ((<usize>(group * job.width)) << 5);
  const half = groupSize<T>() / 2;
  const first = 2 * half * group;
  nearVector<T>(job, query, first, out, size);
  nearVector<T>(job, query + 16, first + half, out + sumsBytes<T>() / 2, size);
}

/** One vector of queries, of which `first` is the first. */
function nearVector<T>(job: Job, query: usize, first: i32, out: usize, size: i32): void {
  const visible = job.causal ? min(job.n, first + groupSize<T>() / 2) : job.n;
  const shown = job.causal ? min(job.n, first + 1) : job.n;
  for (let j = 0; j < shown; j += SPAN)
    nearKeys<T>(job, query, j, min(shown, j + SPAN), out, size, splat<T>(0), false);
  for (let j = shown; j < visible; j++) {
    const hidden = v128.not(lanesFrom<T>(j - first));
    nearKeys<T>(job, query, j, j + 1, out, size, hidden, true);
  }
}

/** Keys from … to − 1; where `masked`, for the lanes that are not hidden. */
// @inline
function nearKeys<T>(
  job: Job,
  query: usize,
  from: i32,
  to: i32,
  out: usize,
  size: i32,
  hidden: v128,
  masked: bool,
): void {
  const slope = splat<T>(<T>job.slope);
  const zero = splat<T>(0);
  const q0 = v128.load(query);
  const q1 = v128.load(query, 32);
  const q2 = size > 2 ? v128.load(query, 64) : zero;
  const q3 = size > 3 ? v128.load(query, 96) : zero;
  let s0 = zero;
  let s1 = zero;
  let s2 = zero;
  let s3 = zero;
  let sum = zero;
  const step = <usize>size * sizeof<T>();
  let key = job.keys + <usize>from * step;
  let bias = job.bias + <usize>from * sizeof<T>();
  const end = job.keys + <usize>to * step;
  for (; key < end; key += step, bias += sizeof<T>()) {
    const d0 = v128.sub<T>(broadcast<T>(key), q0);
    const d1 = v128.sub<T>(broadcast<T>(key + sizeof<T>()), q1);
    const d2 = size > 2 ? v128.sub<T>(broadcast<T>(key + 2 * sizeof<T>()), q2) : zero;
    const d3 = size > 3 ? v128.sub<T>(broadcast<T>(key + 3 * sizeof<T>()), q3) : zero;
    let square = multiplyAdd<T>(v128.mul<T>(d0, d0), d1, d1);
    if (size > 2) square = multiplyAdd<T>(square, d2, d2);
    if (size > 3) square = multiplyAdd<T>(square, d3, d3);
    const score = multiplyAdd<T>(broadcast<T>(bias), slope, square);
    let coupling = power<T>(score);
    if (masked) coupling = v128.andnot(coupling, hidden);
    sum = v128.add<T>(sum, coupling);
    s0 = multiplyAdd<T>(s0, coupling, d0);
    s1 = multiplyAdd<T>(s1, coupling, d1);
    if (size > 2) s2 = multiplyAdd<T>(s2, coupling, d2);
    if (size > 3) s3 = multiplyAdd<T>(s3, coupling, d3);
  }
  addVector<T>(out, s0);
  addVector<T>(out + sumsBytes<T>(), s1);
  if (size > 2) addVector<T>(out + 2 * sumsBytes<T>(), s2);
  if (size > 3) addVector<T>(out + 3 * sumsBytes<T>(), s3);
  addVector<T>(out + <usize>size * sumsBytes<T>(), sum);
}
