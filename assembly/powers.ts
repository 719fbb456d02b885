/** 2^t in lanes. Scores are scaled by β log2 e once, so that no e^s is needed. */
import { multiplyAdd } from './lanes';

/**
 * 2^t for t ≤ 0 (and up to 126 or 1022), within 1.2 units in the last place: t = n + f with |f| ≤ ½, a
 * minimax polynomial 1 + f q(f) of relative error 2e-9 (f32) or 4e-18 (f64), and n added to the
 * exponent. Exact at t = 0, exactly 0 from −127 (−1023) down, off by less than the smallest normal
 * number just above that. NaN stays NaN.
 */
// @inline
export function power<T>(t: v128): v128 {
  if (sizeof<T>() === 4) return power32(t);
  return power64(t);
}

// @inline
function power32(t: v128): v128 {
  // Adding 1.5 · 2^23 rounds to an integer and leaves it in the low bits.
  const magic = f32x4.splat(12582912);
  const clamped = f32x4.pmax(t, f32x4.splat(-127));
  const shifted = f32x4.add(clamped, magic);
  const f = f32x4.sub(clamped, f32x4.sub(shifted, magic));
  let p = multiplyAdd<f32>(
    f32x4.splat(1.3398875016719103e-3),
    f,
    f32x4.splat(1.5353361959569156e-4),
  );
  p = multiplyAdd<f32>(f32x4.splat(9.61843691766262e-3), f, p);
  p = multiplyAdd<f32>(f32x4.splat(0.055503323674201965), f, p);
  p = multiplyAdd<f32>(f32x4.splat(0.24022647738456726), f, p);
  p = multiplyAdd<f32>(f32x4.splat(0.6931471824645996), f, p);
  p = multiplyAdd<f32>(f32x4.splat(1), f, p);
  return i32x4.add(p, i32x4.shl(shifted, 23));
}

// @inline
function power64(t: v128): v128 {
  const magic = f64x2.splat(6755399441055744);
  const clamped = f64x2.pmax(t, f64x2.splat(-1023));
  const shifted = f64x2.add(clamped, magic);
  const f = f64x2.sub(clamped, f64x2.sub(shifted, magic));
  let p = multiplyAdd<f64>(
    f64x2.splat(7.073796975863487e-9),
    f,
    f64x2.splat(4.4349994093481455e-10),
  );
  p = multiplyAdd<f64>(f64x2.splat(1.0178198120620214e-7), f, p);
  p = multiplyAdd<f64>(f64x2.splat(1.3215435191434793e-6), f, p);
  p = multiplyAdd<f64>(f64x2.splat(1.5252733496114957e-5), f, p);
  p = multiplyAdd<f64>(f64x2.splat(0.00015403530457319656), f, p);
  p = multiplyAdd<f64>(f64x2.splat(0.001333355814677291), f, p);
  p = multiplyAdd<f64>(f64x2.splat(0.009618129107593937), f, p);
  p = multiplyAdd<f64>(f64x2.splat(0.05550410866482007), f, p);
  p = multiplyAdd<f64>(f64x2.splat(0.2402265069591013), f, p);
  p = multiplyAdd<f64>(f64x2.splat(Math.LN2), f, p);
  p = multiplyAdd<f64>(f64x2.splat(1), f, p);
  return i64x2.add(p, i64x2.shl(shifted, 52));
}
