/** A trained model's flow as dynamics: for simulations, and for the model itself at depth `ode`. */
import { type CouplingName, modelCouplings } from '../attention/model-coupling.ts';
import { type AttentionWeights, mapWeights } from '../attention/scores.ts';
import { fromWeights, type WeightsDynamics } from '../dynamics/from-weights.ts';
import { referenceAlgebra } from '../engines/reference.ts';
import { asMatrix, type Float64Tensor } from '../engines/tensor.ts';
import { weightsAt } from '../flow/depth-weights.ts';
import type { Algebra } from '../numerics/algebra.ts';
import type { FlowParts } from './checkpoint.ts';

type Weights = AttentionWeights<Float64Tensor>;

/**
 * The model's flow ẋ = P v(θ(t/T), x) as dynamics: with scheme `layer` and step T/L it is the model's
 * forward pass of L layers, with `dopri5` that of depth `ode`. With `reuse` the weights of a time are good until
 * those of another are asked for: a long run then spends its time on the flow, not on making room for weights.
 * `change` is of the weights at any time.
 */
export function modelDynamics(
  model: FlowParts,
  coupling: CouplingName = 'full',
  reuse = false,
  change: (weights: Weights) => Weights = (weights) => weights,
): WeightsDynamics {
  const { beta, horizon, knots, name } = model.config;
  const algebra = reuse ? reusing(4) : referenceAlgebra;
  const weights = (t: number) =>
    mapWeights(change(weightsAt(algebra, model.weights.attention, t)), asMatrix);
  return fromWeights(weights, {
    beta,
    horizon,
    knots,
    causal: modelCouplings[coupling].causal,
    coupling: modelCouplings[coupling].kind,
    name: 'model',
    title: `The flow of ${name}`,
  });
}

/** Interpolates into so many arrays in turn. */
function reusing(count: number): Pick<Algebra<Float64Tensor>, 'interpolate'> {
  const arrays: Float64Array[] = [];
  let turn = 0;
  return {
    interpolate({ shape, data: left }, { data: right }, t) {
      turn = (turn + 1) % count;
      arrays[turn] ??= new Float64Array(left.length);
      const data = arrays[turn];
      for (let i = 0; i < data.length; i++) data[i] = (1 - t) * left[i] + t * right[i];
      return { shape, data };
    },
  };
}
