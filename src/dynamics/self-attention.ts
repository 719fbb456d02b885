/** Softmax self-attention (SA), full and causal. */
import type { Dynamics } from './dynamics.ts';
import { betaOf, KEY, QUERY, SIGNED_BETA, VALUE } from './parameters.ts';
import { ATTENTION_PROPERTIES, singleHead } from './single-head.ts';

export const selfAttention: Dynamics = {
  name: 'sa',
  title: 'Self-attention',
  help: 'v_i = Σ_j A_ij V x_j with A the row softmax of β⟨Qx_i, Kx_j⟩.',
  citation: 'arXiv 2312.10794, eq. (SA)',
  space: 'sphere',
  parameters: [SIGNED_BETA, QUERY, KEY, VALUE],
  energyBeta: betaOf,
  properties: { ...ATTENTION_PROPERTIES, energy: 'increases' },
  interaction: (parameters, d) => singleHead({ coupling: 'softmax' }, parameters, d),
};

export const causalSelfAttention: Dynamics = {
  ...selfAttention,
  name: 'causal_sa',
  title: 'Causal self-attention',
  help: 'Softmax attention in which token i listens to the tokens j ≤ i only; with V = I the first one rests.',
  citation: 'arXiv 2411.04990',
  energyBeta: betaOf,
  properties: { ...ATTENTION_PROPERTIES, permutationEquivariant: false, causal: true },
  interaction: (parameters, d) => singleHead({ coupling: 'softmax', causal: true }, parameters, d),
};
