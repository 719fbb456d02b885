/** Kuramoto oscillators of equal frequency: attention on the circle at β = 0. */
import type { Dynamics } from './dynamics.ts';
import { ATTENTION_PROPERTIES, singleHead } from './single-head.ts';

export const kuramoto: Dynamics = {
  name: 'kuramoto',
  title: 'Kuramoto',
  help: 'θ̇_i = Σ_j w_j sin(θ_j − θ_i) on the circle: attention at β = 0, so that everyone listens to everyone.',
  citation: 'arXiv 2312.10794, section 7',
  space: 'sphere',
  dimension: 2,
  parameters: [],
  energyBeta: () => 0,
  properties: { ...ATTENTION_PROPERTIES, energy: 'increases' },
  interaction: (parameters, d) => singleHead({ coupling: 'softmax', beta: 0 }, parameters, d),
};
