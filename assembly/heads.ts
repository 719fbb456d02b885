/**
 * Attention of float64 heads, row-major: scores, softmax and mean with the bits of the plain loops (src/engines/
 * reference.ts), since every sum is in their order. Arguments are byte addresses; width = heads · size.
 */
import { exp } from './elementary';

const LANES: usize = 16;
/** Where memory is free: below lie the tables of exp. */
export function firstFree(): usize {
  return __heap_base;
}

/** Keys, or columns, that are worked on at a time. */
const BLOCK: i32 = 8;
const PANEL: usize = 4 * LANES;

/**
 * ⟨q_i, k_j⟩ per head to out [heads, n, m], for q [n, width] and k [m, width]. `panel` has room for eight keys of a
 * head, [size, 8], and behind them for two rows of eight.
 */
export function headScores(
  q: usize,
  k: usize,
  panel: usize,
  out: usize,
  n: i32,
  m: i32,
  heads: i32,
  size: i32,
): void {
  const across = (<usize>(heads * size)) << 3;
  const sums = panel + <usize>size * PANEL;
  for (let h = 0; h < heads; h++) {
    const inside = (<usize>(h * size)) << 3;
    const to = out + ((<usize>(h * n * m)) << 3);
    for (let j = 0; j < m; j += BLOCK) {
      const count = min(BLOCK, m - j);
      layKeys(k + <usize>j * across + inside, across, panel, size, count);
      for (let i = 0; i < n; i += 2) {
        // past the edge the last row is done again
        const next = min(i + 1, n - 1);
        twoRows(
          q + <usize>i * across + inside,
          q + <usize>next * across + inside,
          panel,
          size,
          sums,
        );
        const left = (<usize>j) << 3;
        const bytes = (<usize>count) << 3;
        memory.copy(to + ((<usize>(i * m)) << 3) + left, sums, bytes);
        memory.copy(to + ((<usize>(next * m)) << 3) + left, sums + PANEL, bytes);
      }
    }
  }
}

/** The entries of eight keys side by side; of fewer, what stands beside them is of no use. */
function layKeys(k: usize, across: usize, panel: usize, size: i32, count: i32): void {
  for (let j = 0; j < count; j++, k += across, panel += 8)
    for (let c = 0; c < size; c++)
      store<f64>(panel + <usize>c * PANEL, load<f64>(k + ((<usize>c) << 3)));
}

/** Two queries against the panel's keys, to sums [2, 8]. */
function twoRows(q0: usize, q1: usize, panel: usize, size: i32, sums: usize): void {
  let s00 = f64x2.splat(0);
  let s01 = s00;
  let s02 = s00;
  let s03 = s00;
  let s10 = s00;
  let s11 = s00;
  let s12 = s00;
  let s13 = s00;
  for (let c = 0; c < size; c++) {
    const k0 = v128.load(panel);
    const k1 = v128.load(panel, LANES);
    const k2 = v128.load(panel, 2 * LANES);
    const k3 = v128.load(panel, 3 * LANES);
    const x0 = v128.load64_splat(q0);
    const x1 = v128.load64_splat(q1);
    s00 = f64x2.add(s00, f64x2.mul(x0, k0));
    s01 = f64x2.add(s01, f64x2.mul(x0, k1));
    s02 = f64x2.add(s02, f64x2.mul(x0, k2));
    s03 = f64x2.add(s03, f64x2.mul(x0, k3));
    s10 = f64x2.add(s10, f64x2.mul(x1, k0));
    s11 = f64x2.add(s11, f64x2.mul(x1, k1));
    s12 = f64x2.add(s12, f64x2.mul(x1, k2));
    s13 = f64x2.add(s13, f64x2.mul(x1, k3));
    panel += PANEL;
    q0 += 8;
    q1 += 8;
  }
  v128.store(sums, s00);
  v128.store(sums, s01, LANES);
  v128.store(sums, s02, 2 * LANES);
  v128.store(sums, s03, 3 * LANES);
  v128.store(sums, s10, 4 * LANES);
  v128.store(sums, s11, 5 * LANES);
  v128.store(sums, s12, 6 * LANES);
  v128.store(sums, s13, 7 * LANES);
}

/**
 * Row softmax of beta · x over the keys whose mass is not 0, in place: x [n, m], mask [n, m] of masses, or 0 where all
 * are 1. A row that sees none is 0.
 */
export function softmaxRows(x: usize, mask: usize, beta: f64, n: i32, m: i32): void {
  const bytes = (<usize>m) << 3;
  for (let i = 0; i < n; i++, x += bytes) {
    let top = -Infinity;
    for (let j: usize = 0; j < bytes; j += 8)
      if (!mask || load<f64>(mask + j) !== 0) top = max(top, beta * load<f64>(x + j));
    let sum: f64 = 0;
    for (let j: usize = 0; j < bytes; j += 8) {
      const mass = mask ? load<f64>(mask + j) : 1;
      const share = mass !== 0 ? mass * exp(beta * load<f64>(x + j) - top) : 0;
      store<f64>(x + j, share);
      sum += share;
    }
    if (sum !== 0)
      for (let j: usize = 0; j < bytes; j += 8) store<f64>(x + j, load<f64>(x + j) / sum);
    if (mask) mask += bytes;
  }
}

/** Σ_j A_ij v_j per head to out [n, width], for A [heads, n, m] and v [m, width]; keys of weight 0 add nothing. */
export function headMix(
  coupling: usize,
  v: usize,
  out: usize,
  n: i32,
  m: i32,
  heads: i32,
  size: i32,
): void {
  const across = (<usize>(heads * size)) << 3;
  for (let h = 0; h < heads; h++)
    for (let i = 0; i < n; i++, coupling += (<usize>m) << 3) {
      let from = v + ((<usize>(h * size)) << 3);
      let to = out + <usize>i * across + ((<usize>(h * size)) << 3);
      let c = 0;
      for (; c + BLOCK <= size; c += BLOCK, from += PANEL, to += PANEL)
        mixEight(coupling, from, across, to, m);
      for (; c < size; c++, from += 8, to += 8) mixOne(coupling, from, across, to, m);
    }
}

function mixEight(coupling: usize, v: usize, across: usize, to: usize, m: i32): void {
  let s0 = f64x2.splat(0);
  let s1 = s0;
  let s2 = s0;
  let s3 = s0;
  for (let j = 0; j < m; j++, coupling += 8, v += across) {
    const weight = load<f64>(coupling);
    if (weight === 0) continue;
    const w = f64x2.splat(weight);
    s0 = f64x2.add(s0, f64x2.mul(w, v128.load(v)));
    s1 = f64x2.add(s1, f64x2.mul(w, v128.load(v, LANES)));
    s2 = f64x2.add(s2, f64x2.mul(w, v128.load(v, 2 * LANES)));
    s3 = f64x2.add(s3, f64x2.mul(w, v128.load(v, 3 * LANES)));
  }
  v128.store(to, s0);
  v128.store(to, s1, LANES);
  v128.store(to, s2, 2 * LANES);
  v128.store(to, s3, 3 * LANES);
}

function mixOne(coupling: usize, v: usize, across: usize, to: usize, m: i32): void {
  let sum: f64 = 0;
  for (let j = 0; j < m; j++, coupling += 8, v += across) {
    const weight = load<f64>(coupling);
    if (weight !== 0) sum += weight * load<f64>(v);
  }
  store<f64>(to, sum);
}
