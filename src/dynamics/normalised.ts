/** Softmax attention under the normalisation schemes of transformers, with radii. */
import type { NumberParameter } from '../numerics/parameters.ts';
import type { Dynamics, ParameterValues } from './dynamics.ts';
import { NORMALISATIONS, type NormalisationSettings } from './normalisation.ts';
import { BETA, betaOf, choiceOf, KEY, numberOf, QUERY, VALUE } from './parameters.ts';
import { ATTENTION_PROPERTIES, singleHead } from './single-head.ts';

const positive = (name: string, title: string, help: string, unit = ''): NumberParameter => ({
  type: 'number',
  name,
  title,
  help,
  unit,
  default: 1,
  minimum: 1e-6,
  maximum: 1e9,
  integer: false,
});

export const normalised: Dynamics = {
  name: 'normalised',
  title: 'Attention under a normalisation scheme',
  help: 'x_i = r_i θ_i and θ̇_i = P v_i(θ) / s_i: where the layer normalises decides the speed s_i and the radii r_i. In layers it is the residual stack: pre x ← x + h v(x/|x|), peri x ← x + h v/|v|.',
  citation: 'arXiv 2510.22026',
  space: 'sphere',
  parameters: [
    BETA,
    {
      type: 'choice',
      name: 'normalisation',
      title: 'Normalisation',
      help: 'post: s = 1; pre: s = r, ṙ = ⟨θ,v⟩; peri: s = r|v|, ṙ = ⟨θ,v⟩/|v|; ngpt: s = |v|/α; mixed: post, then pre.',
      unit: '',
      default: 'pre',
      choices: NORMALISATIONS,
    },
    positive('initial_radius', 'Initial radius', 'r_i(0) of every token.'),
    positive('alpha', 'Step α', 'ngpt: the speed is α.'),
    positive('switch_time', 'Switch time τ', 'mixed: post before τ, pre from τ on.', 'time'),
    QUERY,
    KEY,
    VALUE,
  ],
  energyBeta: betaOf,
  properties: { ...ATTENTION_PROPERTIES, energy: 'increases' },
  interaction: (parameters, d) => singleHead({ coupling: 'softmax' }, parameters, d),
  normalisation: settingsOf,
  breakpoints: (parameters) => {
    const { scheme, switchTime } = settingsOf(parameters);
    return scheme === 'mixed' ? [switchTime] : [];
  },
};

function settingsOf(parameters: ParameterValues): NormalisationSettings {
  const chosen = choiceOf(parameters, 'normalisation');
  return {
    scheme: NORMALISATIONS.find((scheme) => scheme === chosen) ?? 'post',
    initialRadius: numberOf(parameters, 'initial_radius'),
    alpha: numberOf(parameters, 'alpha'),
    switchTime: numberOf(parameters, 'switch_time'),
  };
}
