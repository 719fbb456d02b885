/**
 * The kernels of the spectral engine, float64, two particles in the lanes of a vector and four at a
 * time: moments of the particles in circular or spherical harmonics, velocities from the moments'
 * series, and single velocities straight from all pairs. Powers and polynomials in x, y, z by
 * recurrence: no angles, so the poles are like any other point.
 * Not here: coefficients, how many terms (src/engines/spectral).
 */
import { broadcast, multiplyAdd } from './lanes';
import { power } from './powers';

/** Particles whose sums are taken apart, so that round-off grows with this and not with n. */
const SPAN: i32 = 256;

/** What a call works on, laid out as src/engines/spectral/memory.ts writes it. */
@unmanaged
export class Spectrum {
  /** Particles, rounded up to a multiple of four: those past the last have mass 0. */
  n: i32;
  /** Highest degree of the series. */
  degree: i32;
  /** Particles of a block, a multiple of SPAN. */
  blockSize: i32;
  dimension: i32;
  /** 1: divide by the sum of the couplings. */
  softmax: i32;
  /** 1: v itself, not its tangent part. */
  radial: i32;
  /** What velocities are multiplied by. */
  factor: f64;
  beta: f64;
  /** Σ_j w_j times the first coefficient of the couplings' sum. */
  constant: f64;
  /** [n][dimension] */
  positions: usize;
  /** [n] */
  masses: usize;
  /** [entries] of the recurrence in z (sphere). */
  steps: usize;
  /** [entries][6] of the series of velocities. */
  series: usize;
  /** [blocks][entries][2] */
  moments: usize;
  /** [blocks][entries][2][2] work space. */
  spans: usize;
  /** [blocks] the largest ||x|² − 1| met. */
  deviation: usize;
  /** [n] Σ_j w_j e^{β(⟨x_i, x_j⟩ − 1)} */
  totals: usize;
  /** [blocks] the least of totals. */
  least: usize;
  /** Particles whose velocities are summed over all pairs. */
  rows: usize;
  /** [n][dimension] */
  out: usize;
}

const ZERO: v128 = f64x2.splat(0);

/** Coefficient c of a pair of particles in rows of `size`. */
// @inline
function pair(rows: usize, i: i32, c: i32, size: i32): v128 {
  const at = rows + ((<usize>(i * size + c)) << 3);
  return f64x2(load<f64>(at), load<f64>(at + ((<usize>size) << 3)));
}

// @inline
function storePair(rows: usize, i: i32, c: i32, size: i32, value: v128): void {
  const at = rows + ((<usize>(i * size + c)) << 3);
  v128.store_lane<u64>(at, value, 0);
  v128.store_lane<u64>(at + ((<usize>size) << 3), value, 1);
}

// @inline
function minus(x: v128, y: v128): v128 {
  return f64x2.sub(x, y);
}

// @inline
function times(x: v128, y: v128): v128 {
  return f64x2.mul(x, y);
}

// @inline
function add(x: v128, y: v128): v128 {
  return f64x2.add(x, y);
}

/** Real part of (a + ib)(x + iy). */
// @inline
function realProduct(a: v128, b: v128, x: v128, y: v128): v128 {
  return minus(times(a, x), times(b, y));
}

// @inline
function imaginaryProduct(a: v128, b: v128, x: v128, y: v128): v128 {
  return add(times(a, y), times(b, x));
}

// @inline
function blockEnd(job: Spectrum, block: i32): i32 {
  return min(job.n, (block + 1) * job.blockSize);
}

// @inline
function lesser(v: v128): f64 {
  return min(f64x2.extract_lane(v, 0), f64x2.extract_lane(v, 1));
}

// @inline
function greater(v: v128): f64 {
  return max(f64x2.extract_lane(v, 0), f64x2.extract_lane(v, 1));
}

/** Divides rows by their lengths, in place; notes how far from 1 the squares were. */
// @inline
function normalise(job: Spectrum, block: i32, size: i32): void {
  let deviation = ZERO;
  const one = f64x2.splat(1);
  const end = blockEnd(job, block);
  for (let i = block * job.blockSize; i < end; i += 2) {
    const x = pair(job.positions, i, 0, size);
    const y = pair(job.positions, i, 1, size);
    const z = size > 2 ? pair(job.positions, i, 2, size) : ZERO;
    let square = add(times(x, x), times(y, y));
    if (size > 2) square = multiplyAdd<f64>(square, z, z);
    deviation = f64x2.max(deviation, f64x2.abs(minus(square, one)));
    const length = f64x2.sqrt(square);
    storePair(job.positions, i, 0, size, f64x2.div(x, length));
    storePair(job.positions, i, 1, size, f64x2.div(y, length));
    if (size > 2) storePair(job.positions, i, 2, size, f64x2.div(z, length));
  }
  store<f64>(job.deviation + ((<usize>block) << 3), greater(deviation));
}

/** Adds the lanes of a span's sums to the block's and clears them. */
// @inline
function closeSpan(span: usize, moments: usize, entries: i32): void {
  for (let e = 0; e < 2 * entries; e++, span += 16, moments += 8) {
    const sum = v128.load(span);
    const lanes = f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
    store<f64>(moments, load<f64>(moments) + lanes);
    v128.store(span, ZERO);
  }
}

/** c_k = Σ_j w_j (x_j + i y_j)^k for k = 0 … degree, of one block. Normalises its rows first. */
export function circleMoments(address: usize, block: i32): void {
  const job = changetype<Spectrum>(address);
  normalise(job, block, 2);
  const entries = job.degree + 1;
  const moments = job.moments + ((<usize>(block * entries)) << 4);
  const span = job.spans + ((<usize>(block * entries)) << 5);
  memory.fill(moments, 0, (<usize>entries) << 4);
  memory.fill(span, 0, (<usize>entries) << 5);
  const end = blockEnd(job, block);
  for (let from = block * job.blockSize; from < end; from += SPAN) {
    const to = min(end, from + SPAN);
    for (let i = from; i < to; i += 4) addPowers(job, i, span);
    closeSpan(span, moments, entries);
  }
}

/** Adds w z^k of four particles to the sums, k = 0 … degree. */
// @inline
function addPowers(job: Spectrum, i: i32, sums: usize): void {
  const x0 = pair(job.positions, i, 0, 2);
  const y0 = pair(job.positions, i, 1, 2);
  const x1 = pair(job.positions, i + 2, 0, 2);
  const y1 = pair(job.positions, i + 2, 1, 2);
  let a0 = v128.load(job.masses + ((<usize>i) << 3));
  let a1 = v128.load(job.masses + ((<usize>i) << 3) + 16);
  let b0 = ZERO;
  let b1 = ZERO;
  const end = sums + ((<usize>(job.degree + 1)) << 5);
  for (; sums < end; sums += 32) {
    v128.store(sums, add(v128.load(sums), add(a0, a1)));
    v128.store(sums + 16, add(v128.load(sums + 16), add(b0, b1)));
    const r0 = realProduct(a0, b0, x0, y0);
    const r1 = realProduct(a1, b1, x1, y1);
    b0 = imaginaryProduct(a0, b0, x0, y0);
    b1 = imaginaryProduct(a1, b1, x1, y1);
    a0 = r0;
    a1 = r1;
  }
}

/** Velocities of one block on the circle. */
export function circleField(address: usize, block: i32): void {
  const job = changetype<Spectrum>(address);
  let least = f64x2.splat(Infinity);
  const end = blockEnd(job, block);
  for (let i = block * job.blockSize; i < end; i += 4)
    least = f64x2.min(least, job.radial ? circleFour(job, i, true) : circleFour(job, i, false));
  store<f64>(job.least + ((<usize>block) << 3), lesser(least));
}

/** Velocities of four particles; returns the lesser couplings' sums. */
// @inline
function circleFour(job: Spectrum, i: i32, radial: bool): v128 {
  const x0 = pair(job.positions, i, 0, 2);
  const y0 = pair(job.positions, i, 1, 2);
  const x1 = pair(job.positions, i + 2, 0, 2);
  const y1 = pair(job.positions, i + 2, 1, 2);
  let a0 = x0;
  let b0 = y0;
  let a1 = x1;
  let b1 = y1;
  let total0 = f64x2.splat(job.constant);
  let total1 = total0;
  let turn0 = ZERO;
  let turn1 = ZERO;
  let along0 = radial ? broadcast<f64>(job.series + 32) : ZERO;
  let along1 = along0;
  let series = job.series + 48;
  const end = series + <usize>(job.degree * 48);
  for (; series < end; series += 48) {
    const p = broadcast<f64>(series);
    const q = broadcast<f64>(series + 8);
    total0 = add(total0, add(times(p, a0), times(q, b0)));
    total1 = add(total1, add(times(p, a1), times(q, b1)));
    const s = broadcast<f64>(series + 16);
    const t = broadcast<f64>(series + 24);
    turn0 = add(turn0, add(times(s, a0), times(t, b0)));
    turn1 = add(turn1, add(times(s, a1), times(t, b1)));
    if (radial) {
      const u = broadcast<f64>(series + 32);
      const v = broadcast<f64>(series + 40);
      along0 = add(along0, add(times(u, a0), times(v, b0)));
      along1 = add(along1, add(times(u, a1), times(v, b1)));
    }
    const r0 = realProduct(a0, b0, x0, y0);
    const r1 = realProduct(a1, b1, x1, y1);
    b0 = imaginaryProduct(a0, b0, x0, y0);
    b1 = imaginaryProduct(a1, b1, x1, y1);
    a0 = r0;
    a1 = r1;
  }
  storeCircle(job, i, total0, turn0, along0, x0, y0);
  storeCircle(job, i + 2, total1, turn1, along1, x1, y1);
  return f64x2.min(total0, total1);
}

/** turn · (−y, x) + along · (x, y), times the factor and over the couplings' sum. */
// @inline
function storeCircle(
  job: Spectrum,
  i: i32,
  total: v128,
  turn: v128,
  along: v128,
  x: v128,
  y: v128,
): void {
  const scale = scaleOf(job, i, total);
  const t = times(scale, turn);
  const r = times(scale, along);
  storePair(job.out, i, 0, 2, minus(times(r, x), times(t, y)));
  storePair(job.out, i, 1, 2, add(times(r, y), times(t, x)));
}

/** Notes the couplings' sum; returns what velocities are multiplied by. */
// @inline
function scaleOf(job: Spectrum, i: i32, total: v128): v128 {
  v128.store(job.totals + ((<usize>i) << 3), total);
  const factor = f64x2.splat(job.factor);
  return job.softmax ? f64x2.div(factor, total) : factor;
}

/** Entries (l, m), 0 ≤ m ≤ l ≤ degree, m by m. */
// @inline
function sphereEntries(degree: i32): i32 {
  return ((degree + 1) * (degree + 2)) / 2;
}

/**
 * Σ_j w_j R_lm(z_j) (x_j + i y_j)^m of one block, R_lm the multiple of d^m P_l/dz^m with leading
 * coefficient 1: R_{l+1,m} = z R_lm − (l² − m²)/(4l² − 1) R_{l−1,m}. Normalises its rows first.
 */
export function sphereMoments(address: usize, block: i32): void {
  const job = changetype<Spectrum>(address);
  normalise(job, block, 3);
  const entries = sphereEntries(job.degree);
  const moments = job.moments + ((<usize>(block * entries)) << 4);
  const span = job.spans + ((<usize>(block * entries)) << 5);
  memory.fill(moments, 0, (<usize>entries) << 4);
  memory.fill(span, 0, (<usize>entries) << 5);
  const end = blockEnd(job, block);
  for (let from = block * job.blockSize; from < end; from += SPAN) {
    const to = min(end, from + SPAN);
    for (let i = from; i < to; i += 4) addHarmonics(job, i, span);
    closeSpan(span, moments, entries);
  }
}

// @inline
function addHarmonics(job: Spectrum, i: i32, sums: usize): void {
  const x0 = pair(job.positions, i, 0, 3);
  const y0 = pair(job.positions, i, 1, 3);
  const z0 = pair(job.positions, i, 2, 3);
  const x1 = pair(job.positions, i + 2, 0, 3);
  const y1 = pair(job.positions, i + 2, 1, 3);
  const z1 = pair(job.positions, i + 2, 2, 3);
  let a0 = v128.load(job.masses + ((<usize>i) << 3));
  let a1 = v128.load(job.masses + ((<usize>i) << 3) + 16);
  let b0 = ZERO;
  let b1 = ZERO;
  let steps = job.steps;
  for (let m = 0; m <= job.degree; m++) {
    let previous0 = ZERO;
    let previous1 = ZERO;
    let current0 = f64x2.splat(1);
    let current1 = current0;
    const end = steps + ((<usize>(job.degree + 1 - m)) << 3);
    for (; steps < end; steps += 8, sums += 32) {
      const real = add(times(current0, a0), times(current1, a1));
      const imaginary = add(times(current0, b0), times(current1, b1));
      v128.store(sums, add(v128.load(sums), real));
      v128.store(sums + 16, add(v128.load(sums + 16), imaginary));
      const step = broadcast<f64>(steps);
      const next0 = minus(times(z0, current0), times(step, previous0));
      const next1 = minus(times(z1, current1), times(step, previous1));
      previous0 = current0;
      previous1 = current1;
      current0 = next0;
      current1 = next1;
    }
    const r0 = realProduct(a0, b0, x0, y0);
    const r1 = realProduct(a1, b1, x1, y1);
    b0 = imaginaryProduct(a0, b0, x0, y0);
    b1 = imaginaryProduct(a1, b1, x1, y1);
    a0 = r0;
    a1 = r1;
  }
}

/** Velocities of one block on the sphere S². */
export function sphereField(address: usize, block: i32): void {
  const job = changetype<Spectrum>(address);
  let least = f64x2.splat(Infinity);
  const end = blockEnd(job, block);
  for (let i = block * job.blockSize; i < end; i += 4)
    least = f64x2.min(least, job.radial ? sphereFour(job, i, true) : sphereFour(job, i, false));
  store<f64>(job.least + ((<usize>block) << 3), lesser(least));
}

/**
 * Four particles. With A + iB = (x + iy)^m the potential is Σ_m A f_m(z) + B h_m(z), and its gradient
 * in R³ needs f, h and their derivatives; f'_{m−1} comes from the same polynomials as f_m.
 */
// @inline
function sphereFour(job: Spectrum, i: i32, radial: bool): v128 {
  const x0 = pair(job.positions, i, 0, 3);
  const y0 = pair(job.positions, i, 1, 3);
  const z0 = pair(job.positions, i, 2, 3);
  const x1 = pair(job.positions, i + 2, 0, 3);
  const y1 = pair(job.positions, i + 2, 1, 3);
  const z1 = pair(job.positions, i + 2, 2, 3);
  // (x + iy)^{m−1}; all zero for m = 0, and 1 for m = 1.
  let a0 = ZERO;
  let b0 = ZERO;
  let a1 = ZERO;
  let b1 = ZERO;
  // (x + iy)^m
  let c0 = f64x2.splat(1);
  let d0 = ZERO;
  let c1 = c0;
  let d1 = ZERO;
  let potential0 = ZERO;
  let potential1 = ZERO;
  let gx0 = ZERO;
  let gy0 = ZERO;
  let gz0 = ZERO;
  let gx1 = ZERO;
  let gy1 = ZERO;
  let gz1 = ZERO;
  let along0 = ZERO;
  let along1 = ZERO;
  let steps = job.steps;
  let series = job.series;
  for (let m = 0; m <= job.degree; m++) {
    let previous0 = ZERO;
    let previous1 = ZERO;
    let current0 = f64x2.splat(1);
    let current1 = current0;
    let f0 = ZERO;
    let h0 = ZERO;
    let df0 = ZERO;
    let dh0 = ZERO;
    let fr0 = ZERO;
    let hr0 = ZERO;
    let f1 = ZERO;
    let h1 = ZERO;
    let df1 = ZERO;
    let dh1 = ZERO;
    let fr1 = ZERO;
    let hr1 = ZERO;
    const end = steps + ((<usize>(job.degree + 1 - m)) << 3);
    for (; steps < end; steps += 8, series += 48) {
      const f = broadcast<f64>(series);
      f0 = multiplyAdd<f64>(f0, f, current0);
      f1 = multiplyAdd<f64>(f1, f, current1);
      const h = broadcast<f64>(series + 8);
      h0 = multiplyAdd<f64>(h0, h, current0);
      h1 = multiplyAdd<f64>(h1, h, current1);
      const df = broadcast<f64>(series + 16);
      df0 = multiplyAdd<f64>(df0, df, current0);
      df1 = multiplyAdd<f64>(df1, df, current1);
      const dh = broadcast<f64>(series + 24);
      dh0 = multiplyAdd<f64>(dh0, dh, current0);
      dh1 = multiplyAdd<f64>(dh1, dh, current1);
      if (radial) {
        const fr = broadcast<f64>(series + 32);
        fr0 = multiplyAdd<f64>(fr0, fr, current0);
        fr1 = multiplyAdd<f64>(fr1, fr, current1);
        const hr = broadcast<f64>(series + 40);
        hr0 = multiplyAdd<f64>(hr0, hr, current0);
        hr1 = multiplyAdd<f64>(hr1, hr, current1);
      }
      const step = broadcast<f64>(steps);
      const next0 = minus(times(z0, current0), times(step, previous0));
      const next1 = minus(times(z1, current1), times(step, previous1));
      previous0 = current0;
      previous1 = current1;
      current0 = next0;
      current1 = next1;
    }
    const order = f64x2.splat(<f64>m);
    potential0 = add(potential0, add(times(c0, f0), times(d0, h0)));
    potential1 = add(potential1, add(times(c1, f1), times(d1, h1)));
    gx0 = multiplyAdd<f64>(gx0, order, add(times(a0, f0), times(b0, h0)));
    gx1 = multiplyAdd<f64>(gx1, order, add(times(a1, f1), times(b1, h1)));
    gy0 = multiplyAdd<f64>(gy0, order, minus(times(a0, h0), times(b0, f0)));
    gy1 = multiplyAdd<f64>(gy1, order, minus(times(a1, h1), times(b1, f1)));
    gz0 = add(gz0, add(times(a0, df0), times(b0, dh0)));
    gz1 = add(gz1, add(times(a1, df1), times(b1, dh1)));
    if (radial) {
      along0 = add(along0, add(times(c0, fr0), times(d0, hr0)));
      along1 = add(along1, add(times(c1, fr1), times(d1, hr1)));
    }
    a0 = c0;
    b0 = d0;
    a1 = c1;
    b1 = d1;
    c0 = realProduct(a0, b0, x0, y0);
    d0 = imaginaryProduct(a0, b0, x0, y0);
    c1 = realProduct(a1, b1, x1, y1);
    d1 = imaginaryProduct(a1, b1, x1, y1);
  }
  const constant = f64x2.splat(job.constant);
  const beta = f64x2.splat(job.beta);
  const total0 = multiplyAdd<f64>(constant, beta, potential0);
  const total1 = multiplyAdd<f64>(constant, beta, potential1);
  storeSphere(job, i, total0, along0, gx0, gy0, gz0, x0, y0, z0);
  storeSphere(job, i + 2, total1, along1, gx1, gy1, gz1, x1, y1, z1);
  return f64x2.min(total0, total1);
}

/** g − ⟨g, x⟩x + along · x, times the factor and over the couplings' sum. */
// @inline
function storeSphere(
  job: Spectrum,
  i: i32,
  total: v128,
  along: v128,
  gx: v128,
  gy: v128,
  gz: v128,
  x: v128,
  y: v128,
  z: v128,
): void {
  const scale = scaleOf(job, i, total);
  const inner = add(add(times(gx, x), times(gy, y)), times(gz, z));
  const own = minus(along, inner);
  storePair(job.out, i, 0, 3, times(scale, multiplyAdd<f64>(gx, own, x)));
  storePair(job.out, i, 1, 3, times(scale, multiplyAdd<f64>(gy, own, y)));
  storePair(job.out, i, 2, 3, times(scale, multiplyAdd<f64>(gz, own, z)));
}

/** Softmax velocity of one particle from all the others; the block is its place in `rows`. */
export function directRow(address: usize, block: i32): void {
  const job = changetype<Spectrum>(address);
  const i = load<i32>(job.rows + ((<usize>block) << 2));
  if (job.dimension === 2) direct(job, i, 2);
  else direct(job, i, 3);
}

// @inline
function direct(job: Spectrum, i: i32, size: i32): void {
  const at = job.positions + ((<usize>(i * size)) << 3);
  const slope = f64x2.splat(-0.5 * job.beta * Math.LOG2E);
  // the square of the distance at which a coupling is largest: of x itself, or of −x
  const loudest = f64x2.splat(job.beta < 0 ? 4 : 0);
  const x = broadcast<f64>(at);
  const y = broadcast<f64>(at + 8);
  const z = size > 2 ? broadcast<f64>(at + 16) : ZERO;
  let total: f64 = 0;
  let sx: f64 = 0;
  let sy: f64 = 0;
  let sz: f64 = 0;
  for (let from = 0; from < job.n; from += SPAN) {
    let t = ZERO;
    let u = ZERO;
    let v = ZERO;
    let w = ZERO;
    const to = min(job.n, from + SPAN);
    for (let j = from; j < to; j += 2) {
      const dx = minus(pair(job.positions, j, 0, size), x);
      const dy = minus(pair(job.positions, j, 1, size), y);
      const dz = size > 2 ? minus(pair(job.positions, j, 2, size), z) : ZERO;
      let square = add(times(dx, dx), times(dy, dy));
      if (size > 2) square = multiplyAdd<f64>(square, dz, dz);
      const mass = v128.load(job.masses + ((<usize>j) << 3));
      const coupling = times(mass, power<f64>(times(slope, minus(square, loudest))));
      t = add(t, coupling);
      u = multiplyAdd<f64>(u, coupling, dx);
      v = multiplyAdd<f64>(v, coupling, dy);
      if (size > 2) w = multiplyAdd<f64>(w, coupling, dz);
    }
    total += sumPair(t);
    sx += sumPair(u);
    sy += sumPair(v);
    sz += sumPair(w);
  }
  const scale = total > 0 ? job.factor / total : 0;
  storeDirect(job, i, size, total, scale * sx, scale * sy, scale * sz);
}

// @inline
function sumPair(v: v128): f64 {
  return f64x2.extract_lane(v, 0) + f64x2.extract_lane(v, 1);
}

/** From Σ_j A_ij (x_j − x_i): its tangent part, or with x_i itself where v is asked for. */
// @inline
function storeDirect(
  job: Spectrum,
  i: i32,
  size: i32,
  total: f64,
  sx: f64,
  sy: f64,
  sz: f64,
): void {
  const offset = (<usize>(i * size)) << 3;
  const at = job.positions + offset;
  const x = load<f64>(at);
  const y = load<f64>(at + 8);
  const z: f64 = size > 2 ? load<f64>(at + 16) : 0;
  const whole: f64 = total > 0 ? job.factor : 0;
  const own: f64 = job.radial ? whole : -(sx * x + sy * y + sz * z);
  store<f64>(job.out + offset, sx + own * x);
  store<f64>(job.out + offset + 8, sy + own * y);
  if (size > 2) store<f64>(job.out + offset + 16, sz + own * z);
}
