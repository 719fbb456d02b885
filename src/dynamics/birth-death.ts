/** Hellinger–Kantorovich ascent of the energy: particles move, and are born and die at constant total mass. */
import type { Interaction } from '../attention/interaction.ts';
import { expm1 } from '../numerics/elementary.ts';
import type { Dynamics, ParameterValues, Particles } from './dynamics.ts';
import { betaOf, choiceOf, EXPONENTIAL_BETA, numberOf } from './parameters.ts';
import { ATTENTION_PROPERTIES, singleHead } from './single-head.ts';

export const birthDeath: Dynamics = {
  name: 'birth_death',
  title: 'Birth and death',
  help: 'Ascent of E_β in the Hellinger–Kantorovich metric: ẋ_i = P ∇δE(x_i), ẇ_i = 4 w_i (δE_i − Σ_k w_k δE_k) with δE_i = β⁻¹ Σ_j w_j e^{β⟨x_i, x_j⟩}; transport alone is USA.',
  citation: 'arXiv 1508.07941, 1506.06430',
  space: 'sphere',
  parameters: [
    EXPONENTIAL_BETA,
    {
      type: 'choice',
      name: 'part',
      title: 'Part',
      help: 'Both, or one of transport and reaction.',
      unit: '',
      default: 'both',
      choices: ['both', 'transport', 'reaction'],
    },
    {
      type: 'number',
      name: 'rate',
      title: 'Reaction rate',
      help: 'The factor of the reaction: 4 is that of the metric ∫(|v|² + g²/4).',
      unit: '',
      default: 4,
      minimum: 0,
      maximum: 1e6,
      integer: false,
    },
  ],
  energyBeta: betaOf,
  properties: { ...ATTENTION_PROPERTIES, energy: 'increases' },
  interaction: transport,
  reaction,
};

/** ∇δE is the velocity of USA; without transport nobody is listened to. */
function transport(parameters: ParameterValues, d: number): Interaction {
  return choiceOf(parameters, 'part') === 'reaction'
    ? singleHead({ coupling: 'linear', beta: 0 }, parameters, d)
    : singleHead({ coupling: 'exponential' }, parameters, d);
}

/** rate · δE_i, up to a constant, which the constraint takes out: Σ_j w_j (e^{β⟨x_i, x_j⟩} − 1)/β. O(n²d). */
function reaction(
  { n, d, positions, masses }: Particles,
  parameters: ParameterValues,
  _: number,
  out: Float64Array,
): void {
  if (choiceOf(parameters, 'part') === 'transport') return;
  const [beta, rate] = [numberOf(parameters, 'beta'), numberOf(parameters, 'rate')];
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      let cosine = 0;
      for (let k = 0; k < d; k++) cosine += positions[i * d + k] * positions[j * d + k];
      const pull = rate * (beta === 0 ? cosine : expm1(beta * cosine) / beta);
      out[i] += masses[j] * pull;
      if (j < i) out[j] += masses[i] * pull;
    }
}
