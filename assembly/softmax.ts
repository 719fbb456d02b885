/** Softmax over rows, masked, with its gradient, and fused with the cross-entropy. */
import { dot } from './normalise';
import {
  exponential,
  firstLanes,
  loadPart,
  logarithm,
  maxLanes,
  storePart,
  sumLanes,
} from './vectors';

/** Stands for −∞ where a key is hidden: a difference of two stays finite or −∞, never NaN. */
const HIDDEN: f32 = -3e38;

/**
 * out = softmax over columns of scale · scores, [batch, heads, rows, columns]. `mask` is 0 (none) or
 * the address of zeros and ones, [rows, columns] for each batch, `maskStride` elements apart (0: one
 * for all). A hidden entry is exactly 0, and so is a row with all entries hidden. `out` may be scores.
 */
export function softmaxRows(
  scores: usize,
  mask: usize,
  out: usize,
  batch: i32,
  heads: i32,
  rows: i32,
  columns: i32,
  maskStride: i32,
  scale: f32,
): void {
  const bytes = (<usize>columns) << 2;
  for (let b = 0; b < batch; b++) {
    for (let h = 0; h < heads; h++) {
      for (let i = 0; i < rows; i++) {
        const visible = mask ? mask + ((<usize>(b * maskStride + i * columns)) << 2) : 0;
        const top = scaleRow(scores, visible, out, columns, scale);
        const sum = exponentialRow(out, columns, top);
        scaleBy(out, columns, sum === 0 ? 0 : 1 / sum);
        scores += bytes;
        out += bytes;
      }
    }
  }
}

/** out = scale · x where visible, HIDDEN elsewhere; returns the largest. */
function scaleRow(x: usize, visible: usize, out: usize, columns: i32, scale: f32): f32 {
  const factor = f32x4.splat(scale);
  const hidden = f32x4.splat(HIDDEN);
  let top = hidden;
  for (let j = 0; j < columns; j += 4) {
    const at = (<usize>j) << 2;
    const left = columns - j;
    let shown = firstLanes(left);
    if (visible) shown = v128.and(shown, f32x4.gt(loadPart(visible + at, left), f32x4.splat(0)));
    const value = v128.bitselect(f32x4.mul(factor, loadPart(x + at, left)), hidden, shown);
    top = f32x4.pmax(top, value);
    storePart(out + at, value, left);
  }
  return maxLanes(top);
}

/** x = e^(x − top), 0 where HIDDEN; returns the sum. */
function exponentialRow(x: usize, columns: i32, top: f32): f32 {
  const shift = f32x4.splat(top);
  let first = f32x4.splat(0);
  let second = first;
  let j = 0;
  // Two at a time, so that the constants of the polynomial are set up half as often.
  for (; j + 8 <= columns; j += 8) {
    const low = visiblePower(v128.load(x), shift);
    const high = visiblePower(v128.load(x, 16), shift);
    first = f32x4.add(first, low);
    second = f32x4.add(second, high);
    v128.store(x, low);
    v128.store(x, high, 16);
    x += 32;
  }
  for (; j < columns; j += 4) {
    const left = columns - j;
    const power = v128.and(visiblePower(loadPart(x, left), shift), firstLanes(left));
    first = f32x4.add(first, power);
    storePart(x, power, left);
    x += 16;
  }
  return sumLanes(f32x4.add(first, second));
}

// @inline
function visiblePower(value: v128, shift: v128): v128 {
  const hidden = f32x4.eq(value, f32x4.splat(HIDDEN));
  return v128.andnot(exponential(f32x4.sub(value, shift)), hidden);
}

function scaleBy(x: usize, count: i32, scale: f32): void {
  const factor = f32x4.splat(scale);
  let j = 0;
  for (; j + 4 <= count; j += 4, x += 16) v128.store(x, f32x4.mul(factor, v128.load(x)));
  if (j < count) storePart(x, f32x4.mul(factor, loadPart(x, count - j)), count - j);
}

/** dx = scale · y (dy − Σ y dy), row by row, for y = softmax(scale · x); `dx` may be dy. */
export function softmaxRowsGradient(
  y: usize,
  dy: usize,
  dx: usize,
  count: i32,
  columns: i32,
  scale: f32,
): void {
  const factor = f32x4.splat(scale);
  for (let i = 0; i < count; i++) {
    const mean = f32x4.splat(dot(y, dy, columns));
    for (let j = 0; j < columns; j += 4) {
      const at = (<usize>j) << 2;
      const left = columns - j;
      const excess = f32x4.sub(loadPart(dy + at, left), mean);
      const weight = f32x4.mul(factor, loadPart(y + at, left));
      storePart(dx + at, f32x4.mul(weight, excess), left);
    }
    y += (<usize>columns) << 2;
    dy += (<usize>columns) << 2;
    dx += (<usize>columns) << 2;
  }
}

/**
 * losses[i] = w_i (log Σ_j e^{z_ij} − z_i,target) with z = logits + bias (`bias` 0: none), and
 * gradient = w (softmax(z) − onehot(target)), which may be the logits themselves.
 */
export function softmaxCrossEntropy(
  logits: usize,
  bias: usize,
  targets: usize,
  weights: usize,
  gradient: usize,
  losses: usize,
  rows: i32,
  columns: i32,
): void {
  const bytes = (<usize>columns) << 2;
  for (let i = 0; i < rows; i++) {
    const at = (<usize>i) << 2;
    const weight = load<f32>(weights + at);
    const target = gradient + ((<usize>load<i32>(targets + at)) << 2);
    let loss: f32 = 0;
    if (weight !== 0) loss = weight * rowLoss(logits, bias, target, gradient, columns, weight);
    else memory.fill(gradient, 0, bytes);
    store<f32>(losses + at, loss);
    logits += bytes;
    gradient += bytes;
  }
}

/** The loss of one row; its gradient replaces z in `gradient`, where `target` is the entry that counts. */
function rowLoss(
  logits: usize,
  bias: usize,
  target: usize,
  gradient: usize,
  columns: i32,
  weight: f32,
): f32 {
  const top = addBias(logits, bias, gradient, columns);
  const truth = load<f32>(target);
  const sum = exponentialRow(gradient, columns, top);
  scaleBy(gradient, columns, weight / sum);
  store<f32>(target, load<f32>(target) - weight);
  return <f32>(logarithm(<f64>sum) + (<f64>top - <f64>truth));
}

/** out = x + bias; returns the largest. */
function addBias(x: usize, bias: usize, out: usize, columns: i32): f32 {
  let top = f32x4.splat(HIDDEN);
  let j = 0;
  for (; j + 4 <= columns; j += 4) {
    let value = v128.load(x);
    if (bias) value = f32x4.add(value, v128.load(bias));
    top = f32x4.pmax(top, value);
    v128.store(out, value);
    x += 16;
    out += 16;
    if (bias) bias += 16;
  }
  let largest = maxLanes(top);
  for (; j < columns; j++) {
    const value = load<f32>(x) + (bias ? load<f32>(bias) : 0);
    largest = max(largest, value);
    store<f32>(out, value);
    x += 4;
    out += 4;
    if (bias) bias += 4;
  }
  return largest;
}
