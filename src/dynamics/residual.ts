/** Attention as a move towards what is listened to, without projection: the form that has a heat flow as its limit. */
import type { CouplingKind } from '../attention/coupling.ts';
import type { ChoiceParameter } from '../numerics/parameters.ts';
import type { Dynamics, ParameterValues } from './dynamics.ts';
import { betaOf, choiceOf, KEY, QUERY, VALUE } from './parameters.ts';
import { ATTENTION_PROPERTIES, singleHead } from './single-head.ts';
import { balanced, SINKHORN_BETA, SWEEPS } from './sinkhorn.ts';

const DIRECTION: ChoiceParameter = {
  type: 'choice',
  name: 'direction',
  title: 'Direction',
  help: 'Towards what is listened to, or away from it.',
  unit: '',
  default: 'towards',
  choices: ['towards', 'away'],
};

const shared = {
  citation: 'arXiv 2110.11773, section 4',
  space: 'euclidean',
} as const;

/** What moves away leaves cones. */
const PROPERTIES = { ...ATTENTION_PROPERTIES, keepsCones: false };

export const residual: Dynamics = {
  ...shared,
  name: 'residual',
  title: 'Residual attention',
  help: 'ẋ_i = ± Σ_j A_ij V (x_j − x_i) in R^d with softmax attention. Away from the others, with time scaled by β, and with the Gaussian kernel, it tends to the heat flow ∂ρ = Δρ as β → ∞.',
  parameters: [
    {
      type: 'choice',
      name: 'kernel',
      title: 'Kernel',
      help: 'dot: scores β⟨Qx_i, Kx_j⟩; gaussian: −β|Qx_i − Kx_j|²/2.',
      unit: '',
      default: 'dot',
      choices: ['dot', 'gaussian'],
    },
    DIRECTION,
    SINKHORN_BETA,
    QUERY,
    KEY,
    VALUE,
  ],
  energyBeta: betaOf,
  properties: PROPERTIES,
  interaction: (parameters, d) => ({
    ...relative('softmax', parameters, d),
    gaussian: choiceOf(parameters, 'kernel') === 'gaussian',
  }),
};

export const sinkhornResidual: Dynamics = {
  ...shared,
  name: 'sinkhorn_residual',
  title: 'Residual attention, doubly stochastic',
  help: 'ẋ_i = ± Σ_j A_ij V (x_j − x_i) in R^d with Sinkhorn’s coupling: the mean rests. Away from the others, with time scaled by β, it tends to the heat flow ∂ρ = ½Δρ as β → ∞.',
  parameters: [DIRECTION, SINKHORN_BETA, QUERY, KEY, VALUE, SWEEPS],
  energyBeta: betaOf,
  properties: { ...PROPERTIES, conservesMean: true },
  interaction: (parameters, d) => balanced(relative('sinkhorn', parameters, d), parameters),
};

function relative(coupling: CouplingKind, parameters: ParameterValues, d: number) {
  const sign = choiceOf(parameters, 'direction') === 'away' ? -1 : 1;
  return { ...singleHead({ coupling, sign }, parameters, d), relative: true };
}
