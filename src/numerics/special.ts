/**
 * Special functions in Float64: modified Bessel functions of whole and half orders, exponential
 * integrals and ln Γ. Bessel functions come scaled by e^{−x}, so that none overflows.
 * Not the expansions that use them.
 */
import { exp, expm1, log } from './elementary.ts';

const EULER_GAMMA = 0.577_215_664_901_532_9;
/** Below this argument all but the first two Bessel functions underflow. */
const TINY = 1e-100;
/** Miller's recurrence is scaled down beyond this. */
const HUGE = 1e150;
/** Where Miller's recurrence may begin: what lies beyond is smaller than round-off. */
const NEGLIGIBLE = 1e-18;

/**
 * e^{−|x|} I_k(x) for k = 0 … most by Miller's backward recurrence (Olver 1964; DLMF 3.6(iii)), normalised with
 * I_0 + 2 Σ I_k = e^x (DLMF 10.35.5): relative accuracy of a few units in the last place. Where x < 0 those of
 * odd order are negative. Throws RangeError for x that is not finite.
 */
export function scaledBesselI(x: number, most: number): Float64Array {
  const values = backward(Math.abs(x), most, 0);
  const sum = values[0] + 2 * sumFromEnd(values, 1);
  return values.slice(0, most + 1).map((value, k) => (parity(x, k) * value) / sum);
}

/**
 * e^{−|x|} i_l(x) for l = 0 … most, i_l(x) = √(π/2x) I_{l+½}(x) (DLMF 10.47.7), by the same recurrence,
 * normalised with i_0(x) = sinh(x)/x; of odd order negative where x is. Throws RangeError for x that is not finite.
 */
export function scaledSphericalBesselI(x: number, most: number): Float64Array {
  const size = Math.abs(x);
  const values = backward(size, most, 0.5);
  const first = size === 0 ? 1 : -expm1(-2 * size) / (2 * size);
  return values.slice(0, most + 1).map((value, l) => parity(x, l) * (value / values[0]) * first);
}

/** I_k(−x) = (−1)^k I_k(x), and i_l alike. */
const parity = (x: number, order: number) => (x < 0 && order % 2 === 1 ? -1 : 1);

/** Multiples of I_{ν+k}(x), x ≥ 0, for k = 0 … at least `most`, smallest first added: I_{ν+k−1} = I_{ν+k+1} + 2(ν+k)/x I_{ν+k}. */
function backward(x: number, most: number, order: number): Float64Array {
  if (!Number.isFinite(x)) throw new RangeError(`a Bessel function at ${x}: expected a finite x`);
  if (x < TINY) return leading(x, most, order);
  const begin = beginning(x, most);
  const values = new Float64Array(begin + 1);
  values[begin] = 1;
  for (let k = begin; k > 0; k--) {
    values[k - 1] = (values[k + 1] ?? 0) + ((2 * (order + k)) / x) * values[k];
    if (values[k - 1] > HUGE) scaleFrom(values, k - 1);
  }
  return values;
}

/** I_{ν+1} / I_ν → x / 2(ν+1). */
function leading(x: number, most: number, order: number): Float64Array {
  const values = new Float64Array(most + 1);
  values[0] = 1;
  if (most > 0) values[1] = x / (2 * (order + 1));
  return values;
}

/** The order from which on nothing counts: I_{k+1}/I_k < x / (k + √(k² + x²)) (Amos 1974). */
function beginning(x: number, most: number): number {
  let k = most;
  for (let share = 1; share > NEGLIGIBLE; k++) share *= x / (k + Math.sqrt(k * k + x * x));
  return k;
}

function scaleFrom(values: Float64Array, from: number): void {
  for (let k = from; k < values.length; k++) values[k] /= HUGE;
}

/** Small terms first. */
function sumFromEnd(values: Float64Array, from: number): number {
  let sum = 0;
  for (let k = values.length - 1; k >= from; k--) sum += values[k];
  return sum;
}

/**
 * Ei(x) = −PV∫_{−x}^∞ e^{−t}/t dt: the power series (DLMF 6.6.1) up to x = 40, the asymptotic one
 * (DLMF 6.12.2) beyond, −E1(−x) for x < 0. Relative accuracy 2e-15, absolute near its zero 0.3725…;
 * −∞ at 0.
 */
export function exponentialIntegral(x: number): number {
  if (x < 0) return -exponentialIntegral1(-x);
  return x > 40 ? asymptotic(x) : EULER_GAMMA + log(x) + powerSeries(x);
}

/**
 * E1(x) = ∫_x^∞ e^{−t}/t dt: the power series (DLMF 6.6.2) up to x = 1, the continued fraction
 * (DLMF 6.9.1) beyond, −Ei(−x) (the principal value) for x < 0. Relative accuracy 4e-15; ∞ at 0.
 */
export function exponentialIntegral1(x: number): number {
  if (x < 0) return -exponentialIntegral(-x);
  return x > 1 ? continuedFraction(x) : -EULER_GAMMA - log(x) - powerSeries(-x);
}

/** Σ_{k≥1} x^k / (k k!) */
function powerSeries(x: number): number {
  let sum = 0;
  let power = 1;
  for (let k = 1; k < 200; k++) {
    power *= x / k;
    const before = sum;
    sum += power / k;
    if (sum === before) break;
  }
  return sum;
}

/** e^x/x Σ_k k!/x^k up to the smallest term, which is about e^{−x}. */
function asymptotic(x: number): number {
  let sum = 1;
  for (let k = 1, term = 1; k < x && term > Number.EPSILON / 4; k++) {
    term *= k / x;
    sum += term;
  }
  return (exp(x) / x) * sum;
}

/** e^{−x} / (x + 1 − 1/(x + 3 − 4/(x + 5 − …))) by Lentz's method. */
function continuedFraction(x: number): number {
  let b = x + 1;
  let c = Number.POSITIVE_INFINITY;
  let d = 1 / b;
  let value = d;
  for (let k = 1; k < 1000; k++) {
    b += 2;
    d = 1 / (b - k * k * d);
    c = b - (k * k) / c;
    value *= c * d;
    if (Math.abs(c * d - 1) < Number.EPSILON) break;
  }
  return value * exp(-x);
}

/** B_{2k} / (2k (2k−1)) for k = 1 … 7. */
const STIRLING = [1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360_360, 1 / 156];

/**
 * ln Γ(x) for x > 0 by Stirling's series (DLMF 5.11.1) from x = 12 on and Γ(x+1) = x Γ(x) below:
 * within 1e-14 absolute or 1e-15 relative. Throws RangeError for x ≤ 0.
 */
export function logGamma(x: number): number {
  if (!(x > 0)) throw new RangeError(`ln Γ at ${x}: expected x > 0`);
  let product = 1;
  let y = x;
  for (; y < 12; y++) product *= y;
  const series = STIRLING.reduceRight((sum, term) => sum / (y * y) + term, 0) / y;
  return (y - 0.5) * log(y) - y + 0.5 * log(2 * Math.PI) + series - log(product);
}
