/**
 * The kernels of float32 forward passes: products of states with weights as they lie in their file, attention, norms,
 * and activations. A kernel of a job computes one block of it; blocks write apart, so that threads may share a job and
 * whoever computes one changes no bit. Not here: jobs (network-job.ts), threads.
 */
import { gemm, gemmScratchBytes } from './gemm';
import { upperHalf } from './lanes';
import type { Job } from './network-job';
import { softmaxRows } from './softmax';
import { exponential, loadPart, multiplyAdd, storePart } from './vectors';

/** How weights lie, where not as f32. */
const BFLOAT16: i32 = 1;
const FLOAT16: i32 = 2;

/** Columns in a block of a product: its weights, and two rows of states, stay in the first cache. */
const GROUP: i32 = 16;
/** Numbers whose products are summed apart from the rest: a sum of sums has the smaller round-off. */
const BLOCK: i32 = 192;
/** A tile, whose sums stay in registers, each in four lanes over the inner size. */
const TILE_ROWS: i32 = 2;
const TILE_COLUMNS: i32 = 4;
/** Numbers in a block of an activation. */
const PIECE: i32 = 4096;

/** Rows in a block of a norm. */
const NORM_ROWS: i32 = 16;

/** Columns in a block of a product. */
export function groupSize(): i32 {
  return GROUP;
}

/** Numbers in a block of an activation. */
export function pieceSize(): i32 {
  return PIECE;
}

/** Rows in a block of a norm. */
export function normRows(): i32 {
  return NORM_ROWS;
}

/** Work space of a thread: what `gemm` needs for heads of any size, which is more than a group's weights. */
export function scratchBytes(): usize {
  return gemmScratchBytes(0, 0, 512, 512, 256);
}

// @inline
function roundUp(size: i32, step: i32): i32 {
  return ((size + step - 1) / step) * step;
}

/** Bytes of x [rows, inner] as `packRows` lays it. */
export function packedBytes(rows: i32, inner: i32): usize {
  return <usize>roundUp(rows, TILE_ROWS) * ((<usize>roundUp(inner, 4)) << 2);
}

/** The first `count` of four numbers widened (all for count ≥ 4), zeros after: T is f32, u16 bfloat16, i16 float16. */
// @inline
function loadWide<T>(at: usize, count: i32): v128 {
  if (count >= 4) return loadFour<T>(at);
  if (isFloat<T>()) return loadPart(at, count);
  let bits = i32x4.splat(0);
  if (count > 0) bits = i32x4.replace_lane(bits, 0, load<u16>(at));
  if (count > 1) bits = i32x4.replace_lane(bits, 1, load<u16>(at, 2));
  if (count > 2) bits = i32x4.replace_lane(bits, 2, load<u16>(at, 4));
  return widened<T>(bits);
}

// @inline
function loadFour<T>(at: usize): v128 {
  if (isFloat<T>()) return v128.load(at);
  return widened<T>(i32x4.extend_low_i16x8_u(v128.load64_zero(at)));
}

// @inline
function widened<T>(bits: v128): v128 {
  if (!isSigned<T>()) return i32x4.shl(bits, 16);
  // the exponent of a half is 112 less: a product moves it, and subnormals with it
  const sign = i32x4.shl(v128.and(bits, i32x4.splat(0x8000)), 16);
  const size = i32x4.shl(v128.and(bits, i32x4.splat(0x7fff)), 13);
  return v128.or(f32x4.mul(size, f32x4.splat(5.192296858534828e33)), sign);
}

/**
 * Rows of `inner` numbers, `across` bytes apart, to strips of `tall` rows, each [fours][tall][4], zeros beyond the
 * last number and the last row.
 */
function pack<T>(from: usize, rows: i32, across: usize, inner: i32, tall: i32, to: usize): void {
  const beside = (<usize>tall) << 4;
  const strip = beside * <usize>((inner + 3) >> 2);
  for (let i = 0; i < roundUp(rows, tall); i++) {
    let next = to + <usize>(i / tall) * strip + ((<usize>(i % tall)) << 4);
    let at = from + <usize>i * across;
    for (let left = i < rows ? inner : 0, end = next + strip; next < end; next += beside) {
      v128.store(next, loadWide<T>(at, left));
      at += 4 * sizeof<T>();
      left -= 4;
    }
  }
}

/** The same of `rows` weights, by strips: four rows at once are four streams from memory, written in one. */
function packColumns<T>(from: usize, rows: i32, across: usize, inner: i32, to: usize): void {
  const strip = (<usize>((inner + 3) >> 2)) << 6;
  for (let i = 0; i < rows; i += TILE_COLUMNS, to += strip) {
    let at = from + <usize>i * across;
    if (inner & 3 || i + TILE_COLUMNS > rows) {
      pack<T>(at, min(TILE_COLUMNS, rows - i), across, inner, TILE_COLUMNS, to);
      continue;
    }
    for (let next = to; next < to + strip; next += 64, at += 4 * sizeof<T>()) {
      v128.store(next, loadFour<T>(at));
      v128.store(next, loadFour<T>(at + across), 16);
      v128.store(next, loadFour<T>(at + 2 * across), 32);
      v128.store(next, loadFour<T>(at + 3 * across), 48);
    }
  }
}

/** x [rows, inner] for products: pieces of BLOCK numbers, each in strips of TILE_ROWS rows. */
export function packRows(x: usize, rows: i32, inner: i32, to: usize): void {
  for (let p = 0; p < inner; p += BLOCK) {
    const length = min(BLOCK, inner - p);
    pack<f32>(x + ((<usize>p) << 2), rows, (<usize>inner) << 2, length, TILE_ROWS, to);
    to += packedBytes(rows, length);
  }
}

/** GROUP columns of out [rows, columns] = x · wᵀ + bias for packed x [rows, inner] and w [columns, inner]. */
export function product(address: usize, block: i32, scratch: usize): void {
  const job = changetype<Job>(address);
  if (job.type === BFLOAT16) groupOf<u16>(job, block * GROUP, scratch);
  else if (job.type === FLOAT16) groupOf<i16>(job, block * GROUP, scratch);
  else groupOf<f32>(job, block * GROUP, scratch);
}

function groupOf<T>(job: Job, from: i32, packed: usize): void {
  const count = min(GROUP, job.columns - from);
  const across = <usize>job.inner * sizeof<T>();
  const out = job.out + ((<usize>from) << 2);
  const bias = job.beside ? job.beside + ((<usize>from) << 2) : 0;
  let x = job.left;
  let w = job.right + <usize>from * across;
  for (let p = 0; p < job.inner; p += BLOCK, w += BLOCK * sizeof<T>()) {
    const length = min(BLOCK, job.inner - p);
    packColumns<T>(w, count, across, length, packed);
    multiply(
      x,
      packed,
      roundUp(length, 4),
      p > 0 ? 0 : bias,
      p > 0,
      out,
      job.rows,
      count,
      job.columns,
    );
    x += packedBytes(job.rows, length);
  }
}

/** out [rows, count], rows `across` numbers apart, = x · wᵀ + bias, or += where `add` is true, of packed strips. */
function multiply(
  x: usize,
  w: usize,
  inner: i32,
  bias: usize,
  add: bool,
  out: usize,
  rows: i32,
  count: i32,
  across: i32,
): void {
  const strip = (<usize>(TILE_ROWS * inner)) << 2;
  const band = (<usize>(TILE_COLUMNS * inner)) << 2;
  for (let i = 0; i < rows; i += TILE_ROWS, x += strip) {
    const upper = out + <usize>i * ((<usize>across) << 2);
    // one row beyond the last is left out
    const lower = i + 1 < rows ? upper + ((<usize>across) << 2) : 0;
    let own = w;
    for (let j = 0; j < count; j += TILE_COLUMNS, own += band) {
      const beside = (<usize>j) << 2;
      const left = count - j;
      const shift = bias ? loadPart(bias + beside, left) : f32x4.splat(0);
      tile(x, own, strip, upper + beside, lower ? lower + beside : 0, left, shift, add);
    }
  }
}

/** Two rows, as long as `strip` bytes, times four columns, of which `left` are written. */
function tile(
  x: usize,
  w: usize,
  strip: usize,
  upper: usize,
  lower: usize,
  left: i32,
  shift: v128,
  add: bool,
): void {
  let s00 = f32x4.splat(0);
  let s01 = s00;
  let s02 = s00;
  let s03 = s00;
  let s10 = s00;
  let s11 = s00;
  let s12 = s00;
  let s13 = s00;
  // one step a turn: with two the compiler runs out of registers
  for (const end = x + strip; x < end; x += 32, w += 64) {
    const y0 = v128.load(x);
    const y1 = v128.load(x, 16);
    let v = v128.load(w);
    s00 = multiplyAdd(s00, y0, v);
    s10 = multiplyAdd(s10, y1, v);
    v = v128.load(w, 16);
    s01 = multiplyAdd(s01, y0, v);
    s11 = multiplyAdd(s11, y1, v);
    v = v128.load(w, 32);
    s02 = multiplyAdd(s02, y0, v);
    s12 = multiplyAdd(s12, y1, v);
    v = v128.load(w, 48);
    s03 = multiplyAdd(s03, y0, v);
    s13 = multiplyAdd(s13, y1, v);
  }
  storeSums(upper, f32x4.add(sumsOfFour(s00, s01, s02, s03), shift), left, add);
  if (lower) storeSums(lower, f32x4.add(sumsOfFour(s10, s11, s12, s13), shift), left, add);
}

function storeSums(to: usize, sums: v128, left: i32, add: bool): void {
  storePart(to, add ? f32x4.add(loadPart(to, left), sums) : sums, left);
}

/** The sums over the lanes of four vectors. */
// @inline
function sumsOfFour(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = f32x4.add(v128.shuffle<f32>(a, b, 0, 4, 1, 5), v128.shuffle<f32>(a, b, 2, 6, 3, 7));
  const cd = f32x4.add(v128.shuffle<f32>(c, d, 0, 4, 1, 5), v128.shuffle<f32>(c, d, 2, 6, 3, 7));
  return f32x4.add(v128.shuffle<f32>(ab, cd, 0, 1, 4, 5), v128.shuffle<f32>(ab, cd, 2, 3, 6, 7));
}

/** Head `h` of out [heads, rows, columns] = ⟨q_i, k_j⟩ for q [rows, heads · inner] and k [columns, heads · inner]. */
export function headScores(address: usize, h: i32, scratch: usize): void {
  const job = changetype<Job>(address);
  const size = job.inner;
  const width = job.heads * size;
  const beside = (<usize>(h * size)) << 2;
  const out = job.out + ((<usize>h * <usize>job.rows * <usize>job.columns) << 2);
  gemm(
    0,
    1,
    job.rows,
    job.columns,
    size,
    1,
    1,
    job.left + beside,
    width,
    0,
    0,
    job.right + beside,
    width,
    0,
    0,
    out,
    job.columns,
    0,
    0,
    0,
    scratch,
  );
}

/** Head `h` of the softmax of β_h · scores [heads, rows, columns] behind a mask [rows, columns], in place. */
export function softmax(address: usize, h: i32, _scratch: usize): void {
  const job = changetype<Job>(address);
  const own = job.left + ((<usize>h * <usize>job.rows * <usize>job.columns) << 2);
  const beta = load<f32>(job.right + ((<usize>h) << 2));
  softmaxRows(own, job.beside, own, 1, 1, job.rows, job.columns, 0, beta);
}

/** Head `h` of out [rows, heads · columns] = Σ_j a_ij v_j for a [heads, rows, inner] and v [inner, heads · columns]. */
export function headMix(address: usize, h: i32, scratch: usize): void {
  const job = changetype<Job>(address);
  const size = job.columns;
  const width = job.heads * size;
  const beside = (<usize>(h * size)) << 2;
  const a = job.left + ((<usize>h * <usize>job.rows * <usize>job.inner) << 2);
  gemm(
    0,
    0,
    job.rows,
    size,
    job.inner,
    1,
    1,
    a,
    job.inner,
    0,
    0,
    job.right + beside,
    width,
    0,
    0,
    job.out + beside,
    width,
    0,
    0,
    0,
    scratch,
  );
}

/** Rows of out [rows, columns] = gain · (x − mean) / √(variance + ε) + bias. */
export function layerNorm(address: usize, block: i32, _scratch: usize): void {
  normBlock(changetype<Job>(address), block, true);
}

/** Rows of out [rows, columns] = gain · x / √(mean of squares + ε) + bias. */
export function rmsNorm(address: usize, block: i32, _scratch: usize): void {
  normBlock(changetype<Job>(address), block, false);
}

function normBlock(job: Job, block: i32, centred: bool): void {
  const end = min(job.rows, (block + 1) * NORM_ROWS);
  for (let i = block * NORM_ROWS; i < end; i++) {
    const shift = (<usize>i * <usize>job.columns) << 2;
    normRow(job, job.left + shift, job.out + shift, centred);
  }
}

/** Sums and differences are of doubles, rounded once: huge activations stand beside small ones. */
function normRow(job: Job, x: usize, out: usize, centred: bool): void {
  const size = job.columns;
  const mean: f64 = centred ? centralMoment(x, size, 0, false) : 0;
  const square = centralMoment(x, size, mean, true);
  const centre = f64x2.splat(mean);
  const scale = f64x2.splat(1 / sqrt<f64>(square + <f64>job.epsilon));
  for (let j = 0, at: usize = 0; j < size; j += 4, at += 16) {
    const left = size - j;
    const value = loadPart(x + at, left);
    const gain = loadPart(job.right + at, left);
    const bias = job.beside ? loadPart(job.beside + at, left) : f32x4.splat(0);
    const low = normPair(value, gain, bias, centre, scale);
    const high = normPair(upperHalf(value), upperHalf(gain), upperHalf(bias), centre, scale);
    storePart(out + at, v128.shuffle<f32>(low, high, 0, 1, 4, 5), left);
  }
}

/** The lower two lanes. */
// @inline
function normPair(value: v128, gain: v128, bias: v128, centre: v128, scale: v128): v128 {
  const unit = f64x2.mul(f64x2.sub(f64x2.promote_low_f32x4(value), centre), scale);
  const scaled = f64x2.mul(unit, f64x2.promote_low_f32x4(gain));
  return f32x4.demote_f64x2_zero(f64x2.add(scaled, f64x2.promote_low_f32x4(bias)));
}

/** The mean of x − centre, or of its square. */
function centralMoment(x: usize, size: i32, centre: f64, squared: bool): f64 {
  let low = f64x2.splat(0);
  let high = low;
  const middle = f64x2.splat(centre);
  let j = 0;
  for (; j + 4 <= size; j += 4, x += 16) {
    const value = v128.load(x);
    const first = f64x2.sub(f64x2.promote_low_f32x4(value), middle);
    const second = f64x2.sub(f64x2.promote_low_f32x4(upperHalf(value)), middle);
    low = f64x2.add(low, squared ? f64x2.mul(first, first) : first);
    high = f64x2.add(high, squared ? f64x2.mul(second, second) : second);
  }
  const both = f64x2.add(low, high);
  let sum = f64x2.extract_lane(both, 0) + f64x2.extract_lane(both, 1);
  for (; j < size; j++, x += 4) {
    const value = <f64>load<f32>(x) - centre;
    sum += squared ? value * value : value;
  }
  return sum / <f64>size;
}

/** 1 / (1 + e^−x) */
// @inline
function sigmoid(x: v128): v128 {
  const power = exponential(f32x4.pmin(f32x4.neg(x), f32x4.splat(87)));
  return f32x4.div(f32x4.splat(1), f32x4.add(f32x4.splat(1), power));
}

/** erf, to 4e-7: the rational approximation of Eigen (MathFunctionsImpl.h, generic_fast_erf_float). */
// @inline
function errorFunction(given: v128): v128 {
  const x = f32x4.pmax(f32x4.pmin(given, f32x4.splat(4)), f32x4.splat(-4));
  const square = f32x4.mul(x, x);
  let p = f32x4.splat(-2.72614225801306e-10);
  p = multiplyAdd(f32x4.splat(2.77068142495902e-8), p, square);
  p = multiplyAdd(f32x4.splat(-2.10102402082508e-6), p, square);
  p = multiplyAdd(f32x4.splat(-5.69250639462346e-5), p, square);
  p = multiplyAdd(f32x4.splat(-7.34990630326855e-4), p, square);
  p = multiplyAdd(f32x4.splat(-2.95459980854025e-3), p, square);
  p = multiplyAdd(f32x4.splat(-1.60960333262415e-2), p, square);
  let q = f32x4.splat(-1.45660718464996e-5);
  q = multiplyAdd(f32x4.splat(-2.13374055278905e-4), q, square);
  q = multiplyAdd(f32x4.splat(-1.68282697438203e-3), q, square);
  q = multiplyAdd(f32x4.splat(-7.37332916720468e-3), q, square);
  q = multiplyAdd(f32x4.splat(-1.42647390514189e-2), q, square);
  return f32x4.div(f32x4.mul(x, p), q);
}

/** x Φ(x) in place. */
export function geluErf(address: usize, block: i32, _scratch: usize): void {
  const job = changetype<Job>(address);
  let x = job.left + ((<usize>(block * PIECE)) << 2);
  const length = min(PIECE, job.columns - block * PIECE);
  for (let i = 0; i < length; i += 4, x += 16) {
    const value = loadPart(x, length - i);
    const phi = errorFunction(f32x4.mul(value, f32x4.splat(<f32>Math.SQRT1_2)));
    const half = f32x4.mul(value, f32x4.splat(0.5));
    storePart(x, multiplyAdd(half, half, phi), length - i);
  }
}

/** x Φ(x) in its tanh form, in place: ½ (1 + tanh u) is the sigmoid of 2u. */
export function geluTanh(address: usize, block: i32, _scratch: usize): void {
  const job = changetype<Job>(address);
  let x = job.left + ((<usize>(block * PIECE)) << 2);
  const length = min(PIECE, job.columns - block * PIECE);
  const scale = f32x4.splat(<f32>(2 * 0.7978845608028654));
  const cubic = f32x4.splat(0.044715);
  for (let i = 0; i < length; i += 4, x += 16) {
    const value = loadPart(x, length - i);
    const inner = multiplyAdd(f32x4.splat(1), cubic, f32x4.mul(value, value));
    const u = f32x4.mul(f32x4.mul(scale, value), inner);
    storePart(x, f32x4.mul(value, sigmoid(u)), length - i);
  }
}

/** x / (1 + e^−x) in place. */
export function silu(address: usize, block: i32, _scratch: usize): void {
  const job = changetype<Job>(address);
  let x = job.left + ((<usize>(block * PIECE)) << 2);
  const length = min(PIECE, job.columns - block * PIECE);
  for (let i = 0; i < length; i += 4, x += 16) {
    const value = loadPart(x, length - i);
    storePart(x, f32x4.mul(value, sigmoid(value)), length - i);
  }
}
