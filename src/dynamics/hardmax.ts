/** Hardmax attention: the limit β → ∞ of softmax. */
import type { Dynamics } from './dynamics.ts';
import { KEY, numberOf, QUERY, VALUE } from './parameters.ts';
import { ATTENTION_PROPERTIES, singleHead } from './single-head.ts';

export const hardmax: Dynamics = {
  name: 'hardmax',
  title: 'Hardmax attention',
  help: 'Every token listens to its largest scores ⟨Qx_i, Kx_j⟩ only. With QᵀK = I on the sphere that is itself and nothing moves, so Q is random here. By dopri5 it slides where scores tie (Filippov).',
  citation: 'arXiv 2305.05465',
  space: 'sphere',
  parameters: [
    {
      type: 'number',
      name: 'tie',
      title: 'Tie tolerance',
      help: 'Scores this close to the largest one of the row tie with it, absolute.',
      unit: '',
      default: 1e-9,
      minimum: 0,
      maximum: 1e6,
      integer: false,
    },
    { ...QUERY, default: { ensemble: 'ginibre', seed: 1 } },
    KEY,
    VALUE,
  ],
  properties: ATTENTION_PROPERTIES,
  interaction: (parameters, d) =>
    singleHead({ coupling: 'hardmax', beta: 1, tie: numberOf(parameters, 'tie') }, parameters, d),
};
