/** Linear attention: scores used as they are. */
import type { Dynamics } from './dynamics.ts';
import { BETA, betaOf, KEY, QUERY, VALUE } from './parameters.ts';
import { ATTENTION_PROPERTIES, singleHead } from './single-head.ts';

export const linear: Dynamics = {
  name: 'linear',
  title: 'Linear attention',
  help: 'v_i = Σ_j w_j β⟨Qx_i, Kx_j⟩ V x_j: tokens at obtuse angles repel, so that they gather at both ends of a line.',
  citation: 'arXiv 2212.07677',
  space: 'sphere',
  parameters: [BETA, QUERY, KEY, VALUE],
  energyBeta: betaOf,
  properties: { ...ATTENTION_PROPERTIES, keepsCones: false },
  interaction: (parameters, d) => singleHead({ coupling: 'linear' }, parameters, d),
};
