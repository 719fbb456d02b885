/**
 * The residual network as a flow: no particle feels another. Weights that turn smoothly in depth; those of
 * one's own are in resnet-from-weights.ts. No stack of independent layers, whose limit is no such flow.
 */
import { ACTIVATIONS, type ActivationName } from '../numerics/activations.ts';
import { cos, sin } from '../numerics/elementary.ts';
import { random } from '../numerics/random.ts';
import type { Dynamics, ParameterValues } from './dynamics.ts';
import { resolveMatrix } from './matrices.ts';
import { choiceOf, matrixParameter, matrixValueOf, numberOf } from './parameters.ts';
import {
  combined,
  RESNET_PROPERTIES,
  type ResidualLayer,
  residualVelocity,
} from './resnet-layer.ts';

const GINIBRE = { ensemble: 'ginibre', seed: 1 } as const;

export const resnet: Dynamics = {
  name: 'resnet',
  title: 'Residual network',
  help: 'ẋ_i = σ(W_t x_i + b_t) in R^d, without interaction; a layer x + h σ(Wx + b) is its Euler step.',
  citation: 'arXiv 1806.07366, eq. 1–2; E, Commun. Math. Stat. 5 (2017)',
  space: 'euclidean',
  parameters: [
    {
      type: 'choice',
      name: 'activation',
      title: 'Activation σ',
      help: 'tanh, relu, or gelu in its tanh form.',
      unit: '',
      default: 'tanh',
      choices: [...ACTIVATIONS],
    },
    {
      ...matrixParameter('weight', 'Weight W', 'W_t at depth 0; its bias is drawn beside it.'),
      default: GINIBRE,
    },
    {
      ...matrixParameter('weight_end', 'Weight W′', 'W_t at half the horizon, where it is smooth.'),
      default: GINIBRE,
    },
    {
      type: 'choice',
      name: 'in_depth',
      title: 'Weights in depth',
      help: 'smooth: W_t = cos(πt/T) W + sin(πt/T) W′, the bias alike; constant: W.',
      unit: '',
      default: 'smooth',
      choices: ['smooth', 'constant'],
    },
    {
      type: 'number',
      name: 'horizon',
      title: 'Horizon T',
      help: 'The time in which the weights turn from W by W′ to −W.',
      unit: 'time',
      default: 10,
      minimum: 1e-6,
      maximum: 1e12,
      integer: false,
    },
    {
      type: 'number',
      name: 'bias',
      title: 'Bias',
      help: 'Entries of b are Gaussian with this deviation over √d.',
      unit: '',
      default: 0.5,
      minimum: 0,
      maximum: 1e100,
      integer: false,
    },
    {
      type: 'number',
      name: 'bias_seed',
      title: 'Seed of the bias',
      help: 'The same seed gives the same bias vectors.',
      unit: '',
      default: 1,
      minimum: 0,
      maximum: 4_294_967_295,
      integer: true,
    },
  ],
  properties: RESNET_PROPERTIES,
  timeDependent: true,
  velocity: ({ d, positions }, parameters, time, out) =>
    residualVelocity(
      resnetLayer(parameters, d, time),
      choiceOf(parameters, 'activation') as ActivationName,
      { positions },
      out,
    ),
};

/** W_t and b_t of checked parameters. */
export function resnetLayer(parameters: ParameterValues, d: number, time: number): ResidualLayer {
  const [start, middle] = endsOf(parameters, d);
  if (choiceOf(parameters, 'in_depth') === 'constant') return start;
  const angle = (Math.PI * time) / numberOf(parameters, 'horizon');
  return combined(start, middle, cos(angle), sin(angle));
}

type Ends = readonly [ResidualLayer, ResidualLayer];

/** Drawn once a run: a velocity would spend its time on random numbers. */
const drawn = new WeakMap<ParameterValues, Map<number, Ends>>();

function endsOf(parameters: ParameterValues, d: number): Ends {
  const known = drawn.get(parameters) ?? new Map<number, Ends>();
  const ends =
    known.get(d) ??
    ([layerNamed('weight', parameters, d, 0), layerNamed('weight_end', parameters, d, 1)] as const);
  drawn.set(parameters, known.set(d, ends));
  return ends;
}

/** Keeps the draws of biases apart from others under the same seed. */
const BIAS_STREAM = 0xb1a5;

function layerNamed(
  name: string,
  parameters: ParameterValues,
  d: number,
  index: number,
): ResidualLayer {
  const { gaussian } = random(numberOf(parameters, 'bias_seed'), BIAS_STREAM, index);
  const deviation = numberOf(parameters, 'bias') / Math.sqrt(d);
  return {
    weight: resolveMatrix(matrixValueOf(parameters, name), d, name),
    bias: Float64Array.from({ length: d }, () => deviation * gaussian()),
  };
}
