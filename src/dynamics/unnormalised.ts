/** Unnormalised self-attention (USA), full and causal. */
import type { Dynamics } from './dynamics.ts';
import { betaOf, KEY, QUERY, SIGNED_EXPONENTIAL_BETA, VALUE } from './parameters.ts';
import { ATTENTION_PROPERTIES, singleHead } from './single-head.ts';

export const unnormalisedAttention: Dynamics = {
  name: 'usa',
  title: 'Unnormalised self-attention',
  help: 'v_i = Σ_j w_j e^{β⟨Qx_i, Kx_j⟩} V x_j: with Q = K = V = I the gradient flow of the energy.',
  citation: 'arXiv 2312.10794, eq. (USA)',
  space: 'sphere',
  parameters: [SIGNED_EXPONENTIAL_BETA, QUERY, KEY, VALUE],
  energyBeta: betaOf,
  properties: { ...ATTENTION_PROPERTIES, energy: 'increases' },
  interaction: (parameters, d) => singleHead({ coupling: 'exponential' }, parameters, d),
};

export const causalUnnormalisedAttention: Dynamics = {
  ...unnormalisedAttention,
  name: 'causal_usa',
  title: 'Causal unnormalised self-attention',
  help: 'Unnormalised attention in which token i listens to the tokens j ≤ i only; with V = I the first one rests.',
  citation: 'arXiv 2411.04990',
  energyBeta: betaOf,
  properties: { ...ATTENTION_PROPERTIES, permutationEquivariant: false, causal: true },
  interaction: (parameters, d) =>
    singleHead({ coupling: 'exponential', causal: true }, parameters, d),
};
