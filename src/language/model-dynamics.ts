/** A trained model's flow as dynamics: for simulations, and for the model itself at depth `ode`. */
import { type CouplingName, modelCouplings } from '../attention/model-coupling.ts';
import { type AttentionWeights, mapWeights } from '../attention/scores.ts';
import { fromWeights, type WeightsDynamics } from '../dynamics/from-weights.ts';
import { referenceAlgebra } from '../engines/reference.ts';
import { asMatrix, type Float64Tensor } from '../engines/tensor.ts';
import { weightsAt } from '../flow/depth-weights.ts';
import type { FlowParts } from './checkpoint.ts';

type Weights = AttentionWeights<Float64Tensor>;

/**
 * The model's flow ẋ = P v(θ(t/T), x) as dynamics: with scheme `layer` and step T/L it is the model's
 * forward pass of L layers, with `dopri5` that of depth `ode`. `change` is of the weights at any time.
 */
export function modelDynamics(
  model: FlowParts,
  coupling: CouplingName = 'full',
  change: (weights: Weights) => Weights = (weights) => weights,
): WeightsDynamics {
  const { beta, horizon, knots, name } = model.config;
  const weights = (t: number) =>
    mapWeights(change(weightsAt(referenceAlgebra, model.weights.attention, t)), asMatrix);
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
