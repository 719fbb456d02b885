/** Small helpers on vectors of four floats: the ends of rows, sums over lanes, exp and log. */

/** The first `count` of four floats at `address` (all for count ≥ 4), zeros after; reads no further. */
export function loadPart(address: usize, count: i32): v128 {
  if (count >= 4) return v128.load(address);
  if (count === 3) return v128.load_lane<u32>(address, v128.load64_zero(address), 2, 8);
  if (count === 2) return v128.load64_zero(address);
  return count === 1 ? v128.load32_zero(address) : f32x4.splat(0);
}

/** Writes the first `count` lanes (all for count ≥ 4) and nothing else. */
export function storePart(address: usize, vector: v128, count: i32): void {
  if (count >= 4) {
    v128.store(address, vector);
    return;
  }
  if (count >= 2) v128.store_lane<u64>(address, vector, 0);
  if (count === 3) v128.store_lane<u32>(address, vector, 2, 8);
  if (count === 1) v128.store_lane<u32>(address, vector, 0);
}

/** All bits set in the first `count` lanes. */
// @inline
export function firstLanes(count: i32): v128 {
  return i32x4.lt_s(i32x4(0, 1, 2, 3), i32x4.splat(count));
}

// @inline
export function sumLanes(v: v128): f32 {
  const pairs = f32x4.add(v, v128.shuffle<f32>(v, v, 2, 3, 0, 1));
  return f32x4.extract_lane(pairs, 0) + f32x4.extract_lane(pairs, 1);
}

// @inline
export function maxLanes(v: v128): f32 {
  const pairs = f32x4.max(v, v128.shuffle<f32>(v, v, 2, 3, 0, 1));
  return max(f32x4.extract_lane(pairs, 0), f32x4.extract_lane(pairs, 1));
}

/** accumulator + x · y */
// @inline
export function multiplyAdd(accumulator: v128, x: v128, y: v128): v128 {
  return f32x4.add(accumulator, f32x4.mul(x, y));
}

/**
 * e^x for x ≤ 88, about 2 ulp (the polynomial of Cephes expf after x = n ln 2 + r, |r| ≤ ln 2 / 2).
 * Below −87 it stays at e^−87 ≈ 1.6e-38, next to the smallest normal float32.
 */
// @inline
export function exponential(x: v128): v128 {
  // Adding 1.5 · 2^23 rounds to an integer and leaves it in the low bits.
  const magic = f32x4.splat(12582912);
  const clamped = f32x4.pmax(x, f32x4.splat(-87));
  const shifted = multiplyAdd(magic, clamped, f32x4.splat(<f32>Math.LOG2E));
  const n = f32x4.sub(shifted, magic);
  let r = multiplyAdd(clamped, n, f32x4.splat(-0.693359375));
  r = multiplyAdd(r, n, f32x4.splat(2.1219444e-4));
  let p = f32x4.splat(1.98756915e-4);
  p = multiplyAdd(f32x4.splat(1.3981999507e-3), p, r);
  p = multiplyAdd(f32x4.splat(8.3334519073e-3), p, r);
  p = multiplyAdd(f32x4.splat(4.1665795894e-2), p, r);
  p = multiplyAdd(f32x4.splat(1.6666665459e-1), p, r);
  p = multiplyAdd(f32x4.splat(5.0000001201e-1), p, r);
  p = f32x4.add(multiplyAdd(r, p, f32x4.mul(r, r)), f32x4.splat(1));
  return i32x4.add(p, i32x4.shl(shifted, 23));
}

/** ln x for a normal positive x (∞ and NaN stay as they are), in double precision: x = 2^e m, ln m = 2 artanh((m − 1)/(m + 1)). */
export function logarithm(x: f64): f64 {
  if (!(x < Infinity)) return x;
  const bits = reinterpret<i64>(x);
  let exponent = ((bits >> 52) & 0x7ff) - 1023;
  let mantissa = reinterpret<f64>((bits & 0x000fffffffffffff) | 0x3ff0000000000000);
  if (mantissa > Math.SQRT2) {
    mantissa *= 0.5;
    exponent += 1;
  }
  const s = (mantissa - 1) / (mantissa + 1);
  const square = s * s;
  let series: f64 = 0;
  for (let odd: f64 = 21; odd >= 1; odd -= 2) series = series * square + 1 / odd;
  return Math.LN2 * <f64>exponent + 2 * s * series;
}
