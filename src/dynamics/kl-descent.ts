/**
 * Descent of the relative entropy KL(μ | π) by particles with masses, its logarithm smoothed by a Gaussian:
 * the blob method, by transport, by birth and death, or both.
 */
import { exp, log } from '../numerics/elementary.ts';
import type { Dynamics, ParameterValues, Particles } from './dynamics.ts';
import { choiceOf, numberOf } from './parameters.ts';
import { checkTargetAt, TARGET_PARAMETERS, targetOf } from './targets.ts';

export const klDescent: Dynamics = {
  name: 'kl_descent',
  title: 'Descent of the relative entropy',
  help: 'ẋ_i = −∇δF(x_i), ẇ_i = −4 w_i (δF_i − Σ_k w_k δF_k) for F = Σ_i w_i [log (K*μ)(x_i) − log π(x_i)], K a Gaussian of variance h.',
  citation: 'arXiv 1709.09195, 1905.09863',
  space: 'euclidean',
  parameters: [
    ...TARGET_PARAMETERS,
    {
      type: 'choice',
      name: 'part',
      title: 'Part',
      help: 'Both, or one of transport and reaction.',
      unit: '',
      default: 'both',
      choices: ['both', 'transport', 'reaction'],
    },
    {
      type: 'number',
      name: 'bandwidth',
      title: 'Bandwidth h',
      help: 'Variance of the Gaussian that smooths the particles: the law at rest is narrower than the target by about it.',
      unit: '',
      default: 0.1,
      minimum: 1e-6,
      maximum: 1e6,
      integer: false,
    },
  ],
  properties: {
    rotationEquivariant: false,
    permutationEquivariant: true,
    energy: null,
    keepsCones: false,
    causal: false,
    conservesMean: false,
  },
  velocity(particles, parameters, _, out) {
    if (choiceOf(parameters, 'part') === 'reaction') return;
    const { slopes } = variation(particles, parameters);
    for (let k = 0; k < out.length; k++) out[k] = -slopes[k];
  },
  reaction(particles, parameters, _, out) {
    if (choiceOf(parameters, 'part') === 'transport') return;
    const { values } = variation(particles, parameters);
    for (let i = 0; i < out.length; i++) out[i] = -4 * values[i];
  },
  checkStart: (particles, parameters) =>
    checkTargetAt(targetOf(parameters, particles.d), particles),
};

/**
 * δF_i = log (K*μ)(x_i) + Σ_j w_j K(x_i − x_j)/(K*μ)(x_j) − log π(x_i) [n], and its gradient at x_i [n, d];
 * K without its constant, which only adds one to δF. O(n²d).
 */
function variation({ n, d, positions, masses }: Particles, parameters: ParameterValues) {
  const target = targetOf(parameters, d);
  const h = numberOf(parameters, 'bandwidth');
  const kernel = new Float64Array(n * n);
  const density = new Float64Array(n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) {
      let square = 0;
      for (let k = 0; k < d; k++) square += (positions[i * d + k] - positions[j * d + k]) ** 2;
      kernel[i * n + j] = exp(-square / (2 * h));
      density[i] += masses[j] * kernel[i * n + j];
    }
  const values = new Float64Array(n);
  const slopes = new Float64Array(n * d);
  for (let i = 0; i < n; i++) {
    const x = positions.slice(i * d, (i + 1) * d);
    const slope = slopes.subarray(i * d, (i + 1) * d);
    target.gradient(x, slope);
    for (let k = 0; k < d; k++) slope[k] = -slope[k];
    values[i] = log(density[i]) - target.logDensity(x);
    for (let j = 0; j < n; j++) {
      const own = masses[j] * kernel[i * n + j];
      values[i] += own / density[j];
      const push = (own / h) * (1 / density[i] + 1 / density[j]);
      for (let k = 0; k < d; k++) slope[k] += push * (positions[j * d + k] - x[k]);
    }
  }
  return { values, slopes };
}
