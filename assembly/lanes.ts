/**
 * Vectors of T = f32 (four lanes) or f64 (two), so that one source serves both precisions. Particles
 * that ask stand in lanes: a group of them is two vectors, low and high, 32 bytes in either precision.
 */

/** Queries in a group: 8 in f32, 4 in f64. */
// @inline
export function groupSize<T>(): i32 {
  return 32 / sizeof<T>();
}

/** Bytes of the float64 sums of a group, one for each query. */
// @inline
export function sumsBytes<T>(): usize {
  return (<usize>groupSize<T>()) << 3;
}

// @inline
export function splat<T>(value: T): v128 {
  return v128.splat<T>(value);
}

/** One number of memory in all lanes. */
// @inline
export function broadcast<T>(address: usize): v128 {
  return sizeof<T>() === 4 ? v128.load32_splat(address) : v128.load64_splat(address);
}

/** accumulator + x · y */
// @inline
export function multiplyAdd<T>(accumulator: v128, x: v128, y: v128): v128 {
  return v128.add<T>(accumulator, v128.mul<T>(x, y));
}

/** All bits set in the lanes from `first` on. */
// @inline
export function lanesFrom<T>(first: i32): v128 {
  if (sizeof<T>() === 4) return i32x4.ge_s(i32x4(0, 1, 2, 3), i32x4.splat(first));
  return i64x2.ge_s(i64x2(0, 1), i64x2.splat(<i64>first));
}

/** Adds the lanes to float64 numbers in memory, so that long sums keep their accuracy. */
// @inline
export function addVector<T>(to: usize, vector: v128): void {
  if (sizeof<T>() === 4) {
    addPair(to, f64x2.promote_low_f32x4(vector));
    addPair(to + 16, f64x2.promote_low_f32x4(upperHalf(vector)));
  } else {
    addPair(to, vector);
  }
}

/** The same for both vectors of a group. */
// @inline
export function addGroup<T>(to: usize, low: v128, high: v128): void {
  addVector<T>(to, low);
  addVector<T>(to + sumsBytes<T>() / 2, high);
}

/** Multiplies float64 numbers in memory by the lanes. */
// @inline
export function scaleVector<T>(at: usize, factor: v128): void {
  if (sizeof<T>() === 4) {
    scalePair(at, f64x2.promote_low_f32x4(factor));
    scalePair(at + 16, f64x2.promote_low_f32x4(upperHalf(factor)));
  } else {
    scalePair(at, factor);
  }
}

/** The upper two of four floats, below. */
// @inline
export function upperHalf(vector: v128): v128 {
  return v128.shuffle<f64>(vector, vector, 1, 0);
}

// @inline
function addPair(at: usize, pair: v128): void {
  v128.store(at, f64x2.add(v128.load(at), pair));
}

// @inline
function scalePair(at: usize, factor: v128): void {
  v128.store(at, f64x2.mul(v128.load(at), factor));
}
