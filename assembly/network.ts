/**
 * The kernels of float32 forward passes: products of states with weights as they lie in their file, attention, and
 * activations. Arguments that are arrays are byte addresses, sizes and strides counts of elements. Single-threaded.
 */
import { exponential, loadPart, multiplyAdd, storePart, sumLanes } from './vectors';

export { gemm, gemmScratchBytes } from './gemm';
export { softmaxRows } from './softmax';

/** Four weights widened: T says how they lie, f32 as they are, u16 bfloat16, i16 float16. */
// @inline
function loadFour<T>(at: usize): v128 {
  if (isFloat<T>()) return v128.load(at);
  return widened<T>(i32x4.extend_low_i16x8_u(v128.load64_zero(at)));
}

// @inline
function loadOne<T>(at: usize): f32 {
  if (isFloat<T>()) return load<f32>(at);
  return f32x4.extract_lane(widened<T>(i32x4.splat(load<u16>(at))), 0);
}

// @inline
function widened<T>(bits: v128): v128 {
  if (!isSigned<T>()) return i32x4.shl(bits, 16);
  // the exponent of a half is 112 less: a product moves it, and subnormals with it
  const sign = i32x4.shl(v128.and(bits, i32x4.splat(0x8000)), 16);
  const size = i32x4.shl(v128.and(bits, i32x4.splat(0x7fff)), 13);
  return v128.or(f32x4.mul(size, f32x4.splat(5.192296858534828e33)), sign);
}

/** Numbers whose products are summed apart from the rest: a sum of sums has the smaller round-off. */
const BLOCK: i32 = 128;

/**
 * out [rows, outs] = x [rows, inner] · wᵀ + bias, w [outs, inner]; bias 0: none. Tiles of four rows and two outs stay
 * in registers; each sum runs in four lanes over the inner size.
 */
function product<T>(
  x: usize,
  w: usize,
  bias: usize,
  out: usize,
  rows: i32,
  inner: i32,
  outs: i32,
): void {
  const across = (<usize>inner) << 2;
  const wAcross = <usize>inner * sizeof<T>();
  for (let o = 0; o < outs; o += 2) {
    const next = min(o + 1, outs - 1);
    const w0 = w + <usize>o * wAcross;
    const w1 = w + <usize>next * wAcross;
    const b0: f32 = bias ? load<f32>(bias + ((<usize>o) << 2)) : 0;
    const b1: f32 = bias ? load<f32>(bias + ((<usize>next) << 2)) : 0;
    for (let i = 0; i < rows; i += 4) {
      const i1 = min(i + 1, rows - 1);
      const i2 = min(i + 2, rows - 1);
      const i3 = min(i + 3, rows - 1);
      tile<T>(
        x + <usize>i * across,
        x + <usize>i1 * across,
        x + <usize>i2 * across,
        x + <usize>i3 * across,
        w0,
        w1,
        inner,
        b0,
        b1,
        out + ((<usize>(i * outs + o)) << 2),
        out + ((<usize>(i1 * outs + o)) << 2),
        out + ((<usize>(i2 * outs + o)) << 2),
        out + ((<usize>(i3 * outs + o)) << 2),
        (<usize>(next - o)) << 2,
      );
    }
  }
}

function tile<T>(
  x0: usize,
  x1: usize,
  x2: usize,
  x3: usize,
  w0: usize,
  w1: usize,
  inner: i32,
  b0: f32,
  b1: f32,
  to0: usize,
  to1: usize,
  to2: usize,
  to3: usize,
  beside: usize,
): void {
  let u00 = f32x4.splat(0);
  let u01 = u00;
  let u10 = u00;
  let u11 = u00;
  let u20 = u00;
  let u21 = u00;
  let u30 = u00;
  let u31 = u00;
  const whole = inner & ~3;
  for (let from = 0; from < whole; from += BLOCK) {
    let s00 = f32x4.splat(0);
    let s01 = s00;
    let s10 = s00;
    let s11 = s00;
    let s20 = s00;
    let s21 = s00;
    let s30 = s00;
    let s31 = s00;
    const steps = min(BLOCK, whole - from);
    for (const end = x0 + ((<usize>steps) << 2); x0 < end; ) {
      const left = loadFour<T>(w0);
      const right = loadFour<T>(w1);
      let y = v128.load(x0);
      s00 = multiplyAdd(s00, y, left);
      s01 = multiplyAdd(s01, y, right);
      y = v128.load(x1);
      s10 = multiplyAdd(s10, y, left);
      s11 = multiplyAdd(s11, y, right);
      y = v128.load(x2);
      s20 = multiplyAdd(s20, y, left);
      s21 = multiplyAdd(s21, y, right);
      y = v128.load(x3);
      s30 = multiplyAdd(s30, y, left);
      s31 = multiplyAdd(s31, y, right);
      x0 += 16;
      x1 += 16;
      x2 += 16;
      x3 += 16;
      w0 += 4 * sizeof<T>();
      w1 += 4 * sizeof<T>();
    }
    u00 = f32x4.add(u00, s00);
    u01 = f32x4.add(u01, s01);
    u10 = f32x4.add(u10, s10);
    u11 = f32x4.add(u11, s11);
    u20 = f32x4.add(u20, s20);
    u21 = f32x4.add(u21, s21);
    u30 = f32x4.add(u30, s30);
    u31 = f32x4.add(u31, s31);
  }
  let t00 = sumLanes(u00) + b0;
  let t01 = sumLanes(u01) + b1;
  let t10 = sumLanes(u10) + b0;
  let t11 = sumLanes(u11) + b1;
  let t20 = sumLanes(u20) + b0;
  let t21 = sumLanes(u21) + b1;
  let t30 = sumLanes(u30) + b0;
  let t31 = sumLanes(u31) + b1;
  for (let c = whole; c < inner; c++) {
    const left = loadOne<T>(w0);
    const right = loadOne<T>(w1);
    t00 += load<f32>(x0) * left;
    t01 += load<f32>(x0) * right;
    t10 += load<f32>(x1) * left;
    t11 += load<f32>(x1) * right;
    t20 += load<f32>(x2) * left;
    t21 += load<f32>(x2) * right;
    t30 += load<f32>(x3) * left;
    t31 += load<f32>(x3) * right;
    x0 += 4;
    x1 += 4;
    x2 += 4;
    x3 += 4;
    w0 += sizeof<T>();
    w1 += sizeof<T>();
  }
  store<f32>(to0 + beside, t01);
  store<f32>(to0, t00);
  store<f32>(to1 + beside, t11);
  store<f32>(to1, t10);
  store<f32>(to2 + beside, t21);
  store<f32>(to2, t20);
  store<f32>(to3 + beside, t31);
  store<f32>(to3, t30);
}

export function productF32(
  x: usize,
  w: usize,
  bias: usize,
  out: usize,
  rows: i32,
  inner: i32,
  outs: i32,
): void {
  product<f32>(x, w, bias, out, rows, inner, outs);
}

export function productBF16(
  x: usize,
  w: usize,
  bias: usize,
  out: usize,
  rows: i32,
  inner: i32,
  outs: i32,
): void {
  product<u16>(x, w, bias, out, rows, inner, outs);
}

export function productF16(
  x: usize,
  w: usize,
  bias: usize,
  out: usize,
  rows: i32,
  inner: i32,
  outs: i32,
): void {
  product<i16>(x, w, bias, out, rows, inner, outs);
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
export function geluErf(x: usize, length: i32): void {
  for (let i = 0; i < length; i += 4, x += 16) {
    const value = loadPart(x, length - i);
    const phi = errorFunction(f32x4.mul(value, f32x4.splat(<f32>Math.SQRT1_2)));
    const half = f32x4.mul(value, f32x4.splat(0.5));
    storePart(x, multiplyAdd(half, half, phi), length - i);
  }
}

/** x Φ(x) in its tanh form, in place: ½ (1 + tanh u) is the sigmoid of 2u. */
export function geluTanh(x: usize, length: i32): void {
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
export function silu(x: usize, length: i32): void {
  for (let i = 0; i < length; i += 4, x += 16) {
    const value = loadPart(x, length - i);
    storePart(x, f32x4.mul(value, sigmoid(value)), length - i);
  }
}
