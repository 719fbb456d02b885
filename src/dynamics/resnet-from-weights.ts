/** A residual network of given weights as a flow, such as a trained one. Where they come from is not known here. */
import { ACTIVATIONS, type ActivationName } from '../numerics/activations.ts';
import { InputError } from '../numerics/errors.ts';
import { betweenKnots, knotTimes } from '../numerics/knots.ts';
import type { Matrix } from '../numerics/matrix.ts';
import { show } from '../numerics/parameters.ts';
import type { Dynamics } from './dynamics.ts';
import {
  combined,
  RESNET_PROPERTIES,
  type ResidualLayer,
  residualVelocity,
} from './resnet-layer.ts';

/** Weights at one depth: W [d, d] acts on columns as in the papers, Wx, and b has d numbers. */
export interface ResnetKnot {
  readonly weight: Matrix;
  readonly bias: ArrayLike<number>;
}

/**
 * W_t, b_t of a residual network by its knots: weights [d, d] for column vectors as in σ(Wx + b), biases [d].
 */
export interface ResnetWeights {
  /** At equally spaced times from 0 to the horizon; piecewise linear between them. */
  readonly knots: readonly ResnetKnot[];
  readonly activation: ActivationName;
  /** T; after it the last knot stays. */
  readonly horizon: number;
  /** Default `resnet_from_weights`. */
  readonly name?: string;
  readonly title?: string;
  readonly citation?: string;
}

/**
 * ẋ_i = σ(W_t x_i + b_t) in R^d with the knots as breakpoints (arXiv 1806.07366, eq. 2). A layer over
 * [t, t + h] is x + h σ(Wx + b) with W and b of t + h/2, so that L layers read (k + ½)/L of the way.
 * Throws InputError for no knots, a weight that is not square, knots of different shapes, numbers that
 * are not finite, an unknown activation, and a horizon that is not positive.
 */
export function resnetFromWeights({
  knots,
  activation,
  horizon,
  ...described
}: ResnetWeights): Dynamics {
  const layers = checkedKnots(knots);
  checkActivation(activation);
  checkHorizon(horizon);
  const at = (time: number) =>
    betweenKnots(layers, time / horizon, (a, b, part) => combined(a, b, 1 - part, part));
  return {
    name: described.name ?? 'resnet_from_weights',
    title: described.title ?? 'Residual network of given weights',
    help: 'ẋ_i = σ(W_t x_i + b_t) with weights piecewise linear in depth.',
    citation: described.citation ?? 'arXiv 1806.07366',
    space: 'euclidean',
    dimension: layers[0].bias.length,
    parameters: [],
    properties: RESNET_PROPERTIES,
    timeDependent: true,
    velocity: (particles, _, time, out) => residualVelocity(at(time), activation, particles, out),
    breakpoints: () => knotTimes(layers.length, horizon),
  };
}

/** Copies, which later changes of the caller's arrays leave alone. */
function checkedKnots(knots: readonly ResnetKnot[]): ResidualLayer[] {
  if (!Array.isArray(knots) || knots.length === 0)
    throw new InputError(
      'knots',
      `knots are ${show(knots)}: expected a list of at least one { weight, bias }, give one`,
    );
  const d = knots[0].bias.length;
  return knots.map((knot, k) => {
    checkKnot(knot, d, `knot ${k + 1}`);
    const { rows, columns, data } = knot.weight;
    return { weight: { rows, columns, data: data.slice() }, bias: Float64Array.from(knot.bias) };
  });
}

function checkKnot({ weight, bias }: ResnetKnot, d: number, place: string): void {
  const { rows, columns, data } = weight;
  if (rows !== columns)
    throw new InputError(
      'knots',
      `${place} has a weight of ${rows} × ${columns}: expected a square one, W [d, d], correct it`,
    );
  if (rows !== d || bias.length !== d)
    throw new InputError(
      'knots',
      `${place} has a weight of ${rows} × ${columns} and ${bias.length} biases: expected ${d} × ${d} and ${d} as the bias of the first knot has, make all knots alike`,
    );
  const broken = [...data, ...Array.from(bias)].find((value) => !Number.isFinite(value));
  if (broken !== undefined)
    throw new InputError(
      'knots',
      `${place} has an entry ${broken}: expected finite numbers, correct it`,
    );
}

function checkActivation(activation: ActivationName): void {
  if (ACTIVATIONS.includes(activation)) return;
  throw new InputError(
    'activation',
    `activation is ${show(activation)}: expected one of ${ACTIVATIONS.join(', ')}, choose one`,
  );
}

function checkHorizon(horizon: number): void {
  if (horizon > 0 && Number.isFinite(horizon)) return;
  throw new InputError(
    'horizon',
    `horizon is ${show(horizon)}: expected a positive time, such as 1`,
  );
}
