/** One layer σ(W x + b) of a residual network, particle by particle. Not how W and b change with depth. */
import { type ActivationName, activations } from '../numerics/activations.ts';
import { type Matrix, matrix, product, transposed } from '../numerics/matrix.ts';
import type { Particles, Properties } from './dynamics.ts';

/** W [d, d] acts on columns as in the papers, Wx; b [d]. */
export interface ResidualLayer {
  readonly weight: Matrix;
  readonly bias: Float64Array;
}

/** Each particle flows alone: nothing tells particles apart, and masses play no part. */
export const RESNET_PROPERTIES: Properties = {
  rotationEquivariant: false,
  permutationEquivariant: true,
  energy: null,
  keepsCones: false,
  causal: false,
  conservesMean: false,
};

/** α a + γ b, weights and biases alike. */
export function combined(
  a: ResidualLayer,
  b: ResidualLayer,
  alpha: number,
  gamma: number,
): ResidualLayer {
  const sum = (x: Float64Array, y: Float64Array) =>
    x.map((value, at) => alpha * value + gamma * y[at]);
  const { rows, columns } = a.weight;
  return {
    weight: matrix(rows, columns, sum(a.weight.data, b.weight.data)),
    bias: sum(a.bias, b.bias),
  };
}

/** W x_i + b for rows x_i of positions [n, d]: where an entry changes sign, ReLU has its kink. */
export function preactivations(
  { weight, bias }: ResidualLayer,
  positions: Float64Array,
): Float64Array {
  const d = bias.length;
  const { data } = product(matrix(positions.length / d, d, positions), transposed(weight));
  return data.map((value, at) => value + bias[at % d]);
}

/** σ(W x_i + b) to out [n, d]. */
export function residualVelocity(
  layer: ResidualLayer,
  activation: ActivationName,
  { positions }: Pick<Particles, 'positions'>,
  out: Float64Array,
): void {
  out.set(preactivations(layer, positions).map(activations[activation]));
}
