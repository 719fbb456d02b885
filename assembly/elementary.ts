/**
 * Elementary functions in float64 as AssemblyScript's standard library has them, which is musl's C library:
 * WebAssembly's arithmetic is IEEE's, so they have the same bits wherever they run, which those of
 * JavaScript's own `Math` have not. Not vectors of numbers: those are in powers.ts and vectors.ts.
 */

export function exp(x: f64): f64 {
  return NativeMath.exp(x);
}

export function expm1(x: f64): f64 {
  return NativeMath.expm1(x);
}

export function log(x: f64): f64 {
  return NativeMath.log(x);
}

export function log1p(x: f64): f64 {
  return NativeMath.log1p(x);
}

export function log2(x: f64): f64 {
  return NativeMath.log2(x);
}

export function log10(x: f64): f64 {
  return NativeMath.log10(x);
}

export function pow(x: f64, y: f64): f64 {
  return NativeMath.pow(x, y);
}

export function cbrt(x: f64): f64 {
  return NativeMath.cbrt(x);
}

export function sin(x: f64): f64 {
  return NativeMath.sin(x);
}

export function cos(x: f64): f64 {
  return NativeMath.cos(x);
}

export function asin(x: f64): f64 {
  return NativeMath.asin(x);
}

export function atan2(y: f64, x: f64): f64 {
  return NativeMath.atan2(y, x);
}

export function tanh(x: f64): f64 {
  return NativeMath.tanh(x);
}
