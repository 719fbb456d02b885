/**
 * The error function erf(x) = 2/√π ∫₀ˣ e^{−t²} dt, to about one unit in the last place: the rational approximations
 * of FreeBSD's msun (s_erf.c, Sun Microsystems 1993, freely granted), on the house's exponential.
 */
import { exp } from './elementary.ts';

/** Coefficients from the constant term upward. */
type Polynomial = readonly number[];

/** erf(x) = x + x · P(x²)/Q(x²) below 0.84375. */
const SMALL: readonly [Polynomial, Polynomial] = [
  [
    0.12837916709551256, -0.3250421072470015, -0.02848174957559851, -0.005770270296489442,
    -2.3763016656650163e-5,
  ],
  [
    1, 0.39791722395915535, 0.0650222499887673, 0.005081306281875766, 0.00013249473800432164,
    -3.960228278775368e-6,
  ],
];

/** erf(x) = 0.845… + P(x − 1)/Q(x − 1) below 1.25. */
const AROUND_ONE: readonly [Polynomial, Polynomial] = [
  [
    -0.0023621185607526594, 0.41485611868374833, -0.3722078760357013, 0.31834661990116175,
    -0.11089469428239668, 0.035478304325618236, -0.002166375594868791,
  ],
  [
    1, 0.10642088040084423, 0.540397917702171, 0.07182865441419627, 0.12617121980876164,
    0.01363708391202905, 0.011984499846799107,
  ],
];
const AT_ONE = 0.8450629115104675;

/** erfc(x) = e^{−x² − 0.5625 + R(1/x²)/S(1/x²)}/x below 1/0.35. */
const MIDDLE: readonly [Polynomial, Polynomial] = [
  [
    -0.009864944034847148, -0.6938585727071818, -10.558626225323291, -62.375332450326006,
    -162.39666946257347, -184.60509290671104, -81.2874355063066, -9.814329344169145,
  ],
  [
    1, 19.651271667439257, 137.65775414351904, 434.56587747522923, 645.3872717332679,
    429.00814002756783, 108.63500554177944, 6.570249770319282, -0.0604244152148581,
  ],
];

/** The same below 6, where erf is 1. */
const LARGE: readonly [Polynomial, Polynomial] = [
  [
    -0.0098649429247001, -0.799283237680523, -17.757954917754752, -160.63638485582192,
    -637.5664433683896, -1025.0951316110772, -483.5191916086514,
  ],
  [
    1, 30.33806074348246, 325.7925129965739, 1536.729586084437, 3199.8582195085955,
    2553.0504064331644, 474.52854120695537, -22.44095244658582,
  ],
];

function ratio([above, below]: readonly [Polynomial, Polynomial], x: number): number {
  return valueAt(above, x) / valueAt(below, x);
}

function valueAt(polynomial: Polynomial, x: number): number {
  let value = 0;
  for (let k = polynomial.length - 1; k >= 0; k--) value = value * x + polynomial[k];
  return value;
}

/** x with the lower half of its digits cut off, so that its square is exact. */
const short = new Float32Array(1);

/** erf(x) for any x; NaN for NaN. */
export function erf(x: number): number {
  const size = Math.abs(x);
  if (size < 0.84375) return x + x * ratio(SMALL, x * x);
  if (size >= 6) return Math.sign(x);
  if (size < 1.25) return Math.sign(x) * (AT_ONE + ratio(AROUND_ONE, size - 1));
  short[0] = size;
  const head = short[0];
  const exponent = ratio(size < 1 / 0.35 ? MIDDLE : LARGE, 1 / (x * x));
  const tail = exp(-head * head - 0.5625) * exp((head - size) * (head + size) + exponent);
  return Math.sign(x) * (1 - tail / size);
}
