/** A trained model's flow as dynamics, for simulations. */
import { type CouplingName, modelCouplings } from '../attention/model-coupling.ts';
import { mapWeights } from '../attention/scores.ts';
import { fromWeights, type WeightsDynamics } from '../dynamics/from-weights.ts';
import { referenceAlgebra } from '../engines/reference.ts';
import { asMatrix } from '../engines/tensor.ts';
import { weightsAt } from '../flow/depth-weights.ts';
import type { FlowParts } from './checkpoint.ts';

/**
 * The model's flow ẋ = P v(θ(t/T), x) as dynamics: with scheme `layer` and step T/L it is the model's
 * forward pass of L layers, with `dopri5` that of depth `ode`.
 */
export function modelDynamics(model: FlowParts, coupling: CouplingName = 'full'): WeightsDynamics {
  const { beta, horizon, knots, name } = model.config;
  const weights = (t: number) =>
    mapWeights(weightsAt(referenceAlgebra, model.weights.attention, t), asMatrix);
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
