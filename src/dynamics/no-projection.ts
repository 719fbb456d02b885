/** Softmax attention in R^d without projection, looked at through z_i = e^{−tV} x_i. */
import { type Matrix, product, transposed } from '../numerics/matrix.ts';
import type { Dynamics, ParameterValues } from './dynamics.ts';
import { matrixExponential } from './exponential.ts';
import { resolveMatrix } from './matrices.ts';
import { BETA, betaOf, KEY, matrixValueOf, QUERY, VALUE } from './parameters.ts';
import { ATTENTION_PROPERTIES, singleHead } from './single-head.ts';

export const noProjection: Dynamics = {
  name: 'no_projection',
  title: 'Attention without projection',
  help: 'ẋ_i = Σ_j A_ij V x_j in R^d; the view is z_i = e^{−tV} x_i, in which the limits are points, polytopes or hyperplanes by the spectrum of V.',
  citation: 'arXiv 2305.05465',
  space: 'euclidean',
  parameters: [BETA, QUERY, KEY, VALUE],
  // errors of x_i are rescaled with it: steps of first order shrink the view for ever
  scheme: 'rk4',
  // ẋ_i = ∇_i E / (w_i Z_i) as on the sphere, so Ė = Σ w_i Z_i |ẋ_i|².
  energyBeta: betaOf,
  properties: { ...ATTENTION_PROPERTIES, energy: 'increases' },
  interaction: (parameters, d) => singleHead({ coupling: 'softmax' }, parameters, d),
  view: rescaled,
};

/** Rows z_i = e^{−tV} x_i: [n, d] → [n, d]. */
function rescaled(positions: Matrix, time: number, parameters: ParameterValues): Matrix {
  const value = resolveMatrix(matrixValueOf(parameters, 'value'), positions.columns, 'value');
  return product(positions, transposed(matrixExponential(value, -time)));
}
