/** Doubly stochastic attention: the columns of A sum to the masses too. */
import { BALANCING } from '../attention/coupling.ts';
import type { Interaction } from '../attention/interaction.ts';
import type { NumberParameter } from '../numerics/parameters.ts';
import type { Dynamics, ParameterValues } from './dynamics.ts';
import { BETA, betaOf, KEY, numberOf, QUERY, VALUE } from './parameters.ts';
import { ATTENTION_PROPERTIES, singleHead } from './single-head.ts';

/** Sharper scores are an assignment, which Sinkhorn's algorithm approaches too slowly. */
export const SINKHORN_BETA = { ...BETA, maximum: 1000 };

/** Of every velocity; how closely columns are to sum to the masses is the run's accuracy. */
export const SWEEPS: NumberParameter = {
  type: 'number',
  name: 'sweeps',
  title: 'Most sweeps',
  help: 'Of Sinkhorn’s algorithm, from where it ended before; a run that takes more ends with an error.',
  unit: '',
  default: BALANCING.sweeps,
  minimum: 1,
  maximum: 1e7,
  integer: true,
};

/** A Sinkhorn coupling under the entry's cap. */
export const balanced = (interaction: Interaction, parameters: ParameterValues): Interaction => ({
  ...interaction,
  balancing: { sweeps: numberOf(parameters, 'sweeps') },
});

export const sinkhornAttention: Dynamics = {
  name: 'sinkhorn',
  title: 'Sinkhorn attention',
  help: 'v_i = Σ_j A_ij V x_j with A the doubly stochastic scaling of e^{β⟨Qx_i, Kx_j⟩}: rows sum to 1, and columns to n w_j.',
  citation: 'arXiv 2110.11773',
  space: 'sphere',
  parameters: [SINKHORN_BETA, QUERY, KEY, VALUE, SWEEPS],
  energyBeta: betaOf,
  properties: ATTENTION_PROPERTIES,
  interaction: (parameters, d) =>
    balanced(singleHead({ coupling: 'sinkhorn' }, parameters, d), parameters),
};
