/** Log-densities that particles are to sample: what they pull towards. Not how (svgd.ts, kl-descent.ts). */
import { cos, exp, log, sin } from '../numerics/elementary.ts';
import { InputError } from '../numerics/errors.ts';
import type { Matrix } from '../numerics/matrix.ts';
import type { ChoiceParameter, NumberParameter } from '../numerics/parameters.ts';
import { precisionOf } from '../numerics/precision.ts';
import { sumOf } from '../numerics/vectors.ts';
import type { Parameter, ParameterValues, Particles } from './dynamics.ts';
import { resolveMatrix } from './matrices.ts';
import { choiceOf, matrixParameter, matrixValueOf, numberOf } from './parameters.ts';

/** log π up to a constant, and ∇ log π [d] to out. */
export interface Target {
  logDensity(x: Float64Array): number;
  gradient(x: Float64Array, out: Float64Array): void;
}

/** A target of which only the slope need be known. */
export type SlopedTarget = Partial<Target> & Pick<Target, 'gradient'>;

const number = (
  name: string,
  title: string,
  help: string,
  [value, minimum, maximum]: readonly [number, number, number],
): NumberParameter => ({
  type: 'number',
  name,
  title,
  help,
  unit: '',
  default: value,
  minimum,
  maximum,
  integer: false,
});

const TARGET: ChoiceParameter = {
  type: 'choice',
  name: 'target',
  title: 'Target',
  help: 'gaussian: N(m e_1, covariance); mixture: equal Gaussian modes on a circle of the first two axes (on the line at both ends); banana: a Gaussian bent along a parabola.',
  unit: '',
  default: 'gaussian',
  choices: ['gaussian', 'mixture', 'banana'],
};

/** Of all targets; each reads its own. */
export const TARGET_PARAMETERS: readonly Parameter[] = [
  TARGET,
  number('centre', 'Centre m', 'gaussian: the mean is m e_1.', [0, -1e6, 1e6]),
  matrixParameter('covariance', 'Covariance', 'gaussian: symmetric and positive definite.'),
  { ...number('modes', 'Modes', 'mixture: how many.', [2, 1, 64]), integer: true },
  number(
    'separation',
    'Separation',
    'mixture: distance of the modes from the origin.',
    [2, 0, 1e6],
  ),
  number(
    'deviation',
    'Deviation',
    'mixture: of each mode; banana: along its length.',
    [1, 1e-6, 1e6],
  ),
  number(
    'bend',
    'Bend b',
    'banana: x_2 + b (x_1² − deviation²) is standard normal.',
    [0.5, -1e3, 1e3],
  ),
];

const MADE = new WeakMap<ParameterValues, { readonly d: number; readonly target: Target }>();

/** The target that the parameters choose, made once. Throws InputError where it does not fit d. */
export function targetOf(parameters: ParameterValues, d: number): Target {
  const known = MADE.get(parameters);
  if (known?.d === d) return known.target;
  const target = MAKERS[choiceOf(parameters, 'target') as keyof typeof MAKERS](parameters, d);
  MADE.set(parameters, { d, target });
  return target;
}

const MAKERS = {
  gaussian(parameters: ParameterValues, d: number): Target {
    const mean = new Float64Array(d);
    mean[0] = numberOf(parameters, 'centre');
    return gaussianTarget(
      mean,
      resolveMatrix(matrixValueOf(parameters, 'covariance'), d, 'covariance'),
    );
  },
  mixture(parameters: ParameterValues, d: number): Target {
    const count = numberOf(parameters, 'modes');
    const radius = numberOf(parameters, 'separation');
    const modes = Array.from({ length: count }, (_, k) => {
      const centre = new Float64Array(d);
      const angle = (2 * Math.PI * k) / count;
      centre[0] = radius * cos(angle);
      if (d > 1) centre[1] = radius * sin(angle);
      return centre;
    });
    return mixtureTarget(modes, numberOf(parameters, 'deviation'));
  },
  banana(parameters: ParameterValues, d: number): Target {
    if (d < 2)
      throw new InputError(
        'd',
        'd is 1 and target banana is bent in a plane: expected 2 or more, set d or choose another target',
      );
    return bananaTarget(numberOf(parameters, 'bend'), numberOf(parameters, 'deviation'));
  },
};

/** N(mean, covariance). Throws InputError where the covariance is not positive definite. */
export function gaussianTarget(mean: Float64Array, covariance: Matrix): Target {
  const d = mean.length;
  const { data: precision } = precisionOf(covariance);
  const gradient = (x: Float64Array, out: Float64Array) => {
    for (let k = 0; k < d; k++) {
      let pull = 0;
      for (let l = 0; l < d; l++) pull += precision[k * d + l] * (x[l] - mean[l]);
      out[k] = -pull;
    }
  };
  const slope = new Float64Array(d);
  return {
    gradient,
    logDensity(x) {
      gradient(x, slope);
      return 0.5 * slope.reduce((sum, value, k) => sum + value * (x[k] - mean[k]), 0);
    },
  };
}

/** Equal Gaussians of one deviation. */
function mixtureTarget(modes: readonly Float64Array[], deviation: number): Target {
  const precision = 1 / deviation ** 2;
  const exponents = (x: Float64Array) =>
    modes.map((mode) => -0.5 * precision * x.reduce((sum, v, k) => sum + (v - mode[k]) ** 2, 0));
  return {
    logDensity(x) {
      const all = exponents(x);
      const top = Math.max(...all);
      return top + log(all.reduce((sum, one) => sum + exp(one - top), 0));
    },
    gradient(x, out) {
      const all = exponents(x);
      const top = Math.max(...all);
      const shares = all.map((one) => exp(one - top));
      const total = sumOf(shares);
      out.fill(0);
      for (const [m, mode] of modes.entries())
        for (let k = 0; k < x.length; k++)
          out[k] += (shares[m] / total) * precision * (mode[k] - x[k]);
    },
  };
}

/** −x_1²/2s² − (x_2 + b (x_1² − s²))²/2 − Σ_{k≥3} x_k²/2 (Haario, Saksman & Tamminen, Comput. Stat. 14, 1999). */
function bananaTarget(bend: number, deviation: number): Target {
  const square = deviation ** 2;
  const across = (x: Float64Array) => x[1] + bend * (x[0] ** 2 - square);
  return {
    logDensity(x) {
      let sum = x[0] ** 2 / square + across(x) ** 2;
      for (let k = 2; k < x.length; k++) sum += x[k] ** 2;
      return -0.5 * sum;
    },
    gradient(x, out) {
      const y = across(x);
      out[0] = -x[0] / square - 2 * bend * x[0] * y;
      out[1] = -y;
      for (let k = 2; k < x.length; k++) out[k] = -x[k];
    },
  };
}

/** Throws InputError (field `start`) where the target or its slope is not finite at a particle. */
export function checkTargetAt(
  { logDensity, gradient }: SlopedTarget,
  { n, d, positions }: Particles,
): void {
  const slope = new Float64Array(d);
  for (let i = 0; i < n; i++) {
    const x = positions.slice(i * d, (i + 1) * d);
    const value = logDensity ? logDensity(x) : null;
    gradient(x, slope);
    if ((value === null || Number.isFinite(value)) && slope.every(Number.isFinite)) continue;
    throw new InputError(
      'start',
      `log π is ${value === null ? 'not given' : value} with the slope (${slope.join(', ')}) at particle ${i + 1} at (${x.join(', ')}): expected finite numbers, choose another start or target`,
    );
  }
}
