/** Doubly stochastic attention: every token is heard as much as every other one. */
import type { Dynamics } from './dynamics.ts';
import { BETA, KEY, QUERY, VALUE } from './parameters.ts';
import { ATTENTION_PROPERTIES, singleHead } from './single-head.ts';

/** Sharper scores are an assignment, which Sinkhorn's algorithm approaches too slowly. */
export const SINKHORN_BETA = { ...BETA, maximum: 1000 };

export const sinkhornAttention: Dynamics = {
  name: 'sinkhorn',
  title: 'Sinkhorn attention',
  help: 'v_i = Σ_j A_ij V x_j with A the doubly stochastic scaling of e^{β⟨Qx_i, Kx_j⟩}: rows sum to 1, and columns to n w_j.',
  citation: 'arXiv 2110.11773',
  space: 'sphere',
  parameters: [SINKHORN_BETA, QUERY, KEY, VALUE],
  properties: ATTENTION_PROPERTIES,
  interaction: (parameters, d) => singleHead({ coupling: 'sinkhorn' }, parameters, d),
};
