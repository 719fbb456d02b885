/**
 * How a network's layers change the energies that attention would climb: by attention, by the MLP, and by the norms.
 * Logarithms, which never overflow: energies themselves are (e^value − 1)/(2β) in the form of diagnostics/energy.ts.
 */
import { directionsOf } from '../diagnostics/survey/directions.ts';
import { asMatrix, type Float64Tensor } from '../engines/tensor.ts';
import { gram } from '../numerics/spectrum.ts';
import type { Tensor } from '../pretrained/arithmetic.ts';
import { logMeanExp } from '../pretrained/energies.ts';
import type { Network, Places } from '../pretrained/network.ts';
import type { ModelRun } from './model.ts';

/**
 * The logarithm of an energy before a layer and behind it, and what is between them, which adds up: what attention adds
 * to the stream and what the MLP adds, the scale of the norm left as it was before, and norms. These are what comes
 * behind each of the two: the norm behind the sum of post-norm blocks, and that the reader divides by the new scale.
 */
export interface EnergySteps {
  readonly before: number;
  readonly attention: number;
  readonly mlp: number;
  readonly normalisation: number;
  readonly after: number;
}

/** Of one layer. */
export interface LayerEnergies {
  /** ln of the mean of e^{⟨u_i, u_j⟩} over all pairs of directions: Q = K = I and β = 1. */
  readonly directions: EnergySteps;
  /** ln of the mean of e^{β⟨q_i, k_j⟩} over the pairs that the head sees. */
  readonly heads: readonly EnergySteps[];
}

/** Of layers 1 … L of a run with its parts, each once. */
export function layerEnergies(network: Network, run: ModelRun, places: Places): LayerEnergies[] {
  const states = run.frames.map(({ positions }) => positions);
  const [n] = states[0].shape;
  const layers = network.layersFor(n, places);
  const post = network.architecture.placement === 'post';
  const own = (x: Float64Tensor): Tensor =>
    network.precision === 'float32' ? { ...x, data: Float32Array.from(x.data) } : x;
  return states.slice(1).map((end, k): LayerEnergies => {
    const [start, layer] = [states[k], k + 1];
    const middle = part(run, k);
    const added = (name: 'attention' | 'mlp', x: Float64Tensor, sum: Float64Tensor) =>
      post ? plus(x, layers.velocity(layer, name, own(x))) : sum;
    const stages = [
      start,
      added('attention', start, middle),
      middle,
      added('mlp', middle, end),
      end,
    ];
    const direct = (x: Float64Tensor, at: Float64Tensor) => directEnergy(x, at, k);
    const heads = (x: Float64Tensor, at: Float64Tensor) =>
      layers.logEnergies(layer, own(x), x === at ? undefined : own(at));
    const ofHeads = stepsBy(stages, heads);
    return {
      directions: stepsOf(stepsBy(stages, direct)),
      heads: Array.from(ofHeads[0], (_, h) => stepsOf(ofHeads.map((values) => values[h]))),
    };
  });
}

/** Values of the five stages, those behind a sum with the scale of what it was added to. */
const stepsBy = <T>(
  [start, attended, middle, moved, end]: readonly Float64Tensor[],
  value: (x: Float64Tensor, scaledAs: Float64Tensor) => T,
): T[] => [
  value(start, start),
  value(attended, start),
  value(middle, middle),
  value(moved, middle),
  value(end, end),
];

const stepsOf = ([before, attended, middle, moved, after]: readonly number[]): EnergySteps => ({
  before,
  attention: attended - before,
  mlp: moved - middle,
  normalisation: middle - attended + after - moved,
  after,
});

/** Of states in units of the lengths of others. */
function directEnergy(x: Float64Tensor, scaledAs: Float64Tensor, frame: number): number {
  const { norms } = directionsOf(asMatrix(scaledAs), frame);
  const [, width] = x.shape;
  const scaled = asMatrix({
    ...x,
    data: x.data.map((value, at) => value / norms[Math.floor(at / width)]),
  });
  return logMeanExp(gram(scaled).data, 1, null);
}

/** The stream behind attention [n, d]. */
function part({ parts }: ModelRun, k: number): Float64Tensor {
  const {
    shape: [, ...shape],
    data,
  } = (parts as readonly Float64Tensor[])[k];
  return { shape, data: data.subarray(0, data.length / 2) };
}

const plus = ({ shape, data }: Float64Tensor, { data: other }: Tensor): Float64Tensor => ({
  shape,
  data: data.map((value, at) => value + other[at]),
});
