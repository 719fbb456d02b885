/**
 * The Jacobians of the parts of a network's layers at its own frames: how fast differences may grow within a step, and
 * so which steps are too large. Not what steps do: network-depth.ts.
 */
import {
  type KrylovOptions,
  largestSingularValue,
  rightmostEigenvalue,
  type SquareMap,
} from '../../numerics/krylov.ts';
import { norm } from '../../numerics/vectors.ts';
import type { Tensor } from '../../pretrained/arithmetic.ts';
import type { NetworkLayers } from '../../pretrained/network.ts';
import type { Part } from '../../pretrained/schedule.ts';

/**
 * DA of a part at the state that it reads, over all tokens together. `converged`: both residuals are within
 * `JACOBIAN_TOLERANCE` of the singular value.
 */
export interface PartJacobian {
  readonly layer: number;
  readonly part: Part;
  /** σ_max: the Lipschitz constant of A there, in the lengths of all tokens together. */
  readonly singularValue: number;
  /** The token whose difference is stretched most by it, counted from 1, and its share of that direction. */
  readonly token: number;
  readonly share: number;
  /** The eigenvalue of the largest real part; of a pair the one above the axis. */
  readonly eigenvalue: { readonly re: number; readonly im: number };
  /** |DAᵀu − σv| and |DA v − λv| of unit vectors. */
  readonly residuals: { readonly singularValue: number; readonly eigenvalue: number };
  readonly converged: boolean;
  /** σ_max of the norm behind the sum, at x + A(x), which is no part of A; null where there is none. */
  readonly normBehind: number | null;
}

export const JACOBIAN_TOLERANCE = 1e-4;
/** Products after which a search ends. */
export const JACOBIAN_PRODUCTS = 1000;

const OPTIONS: KrylovOptions = {
  tolerance: JACOBIAN_TOLERANCE,
  products: JACOBIAN_PRODUCTS,
  seed: 1,
};

/** At states [n, width] that a part reads, by products in Float64. */
export function partJacobian(
  layers: NetworkLayers,
  layer: number,
  part: Part,
  states: Tensor,
): PartJacobian {
  const size = states.data.length;
  const { behind, push, pull } = layers.linearised(layer, part, states);
  const map: SquareMap = { size, push, pull };
  const singular = largestSingularValue(map, OPTIONS);
  const rightmost = rightmostEigenvalue(map, OPTIONS, singular.value);
  const [, width] = states.shape;
  const shares = Array.from(
    { length: size / width },
    (_, i) => norm(singular.right.subarray(i * width, (i + 1) * width)) ** 2,
  );
  const share = Math.max(...shares);
  return {
    layer,
    part,
    singularValue: singular.value,
    token: shares.indexOf(share) + 1,
    share,
    eigenvalue: rightmost.value,
    residuals: { singularValue: singular.residual, eigenvalue: rightmost.residual },
    converged: singular.converged && rightmost.converged,
    normBehind: behind && largestSingularValue({ size, ...behind }, OPTIONS).value,
  };
}
