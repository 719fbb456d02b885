/** Stein variational gradient descent on the sphere, towards a von Mises–Fisher law. */
import { exp } from '../numerics/elementary.ts';
import type { Dynamics, ParameterValues, Particles } from './dynamics.ts';
import { BETA, betaOf, numberOf } from './parameters.ts';

export const svgdSphere: Dynamics = {
  name: 'svgd_sphere',
  title: 'Stein variational gradient descent on the sphere',
  help: 'v(x) = grad_x Σ_j w_j [⟨grad log π(x_j), grad k⟩ + Δ k](x_j, x) with k = e^{β⟨x, y⟩}, the coupling of attention, and log π = κ x_1.',
  citation: 'arXiv 1711.11216',
  space: 'sphere',
  parameters: [
    { ...BETA, default: 2, maximum: 100 },
    {
      type: 'number',
      name: 'concentration',
      title: 'Concentration κ',
      help: 'Of the von Mises–Fisher law around the first axis; 0 is the uniform law.',
      unit: '',
      default: 5,
      minimum: 0,
      maximum: 1e6,
      integer: false,
    },
  ],
  // its speed is up to κβ e^β: a step of 0.1 is far beyond what is stable
  scheme: 'dopri5',
  energyBeta: betaOf,
  properties: {
    rotationEquivariant: false,
    permutationEquivariant: true,
    energy: null,
    keepsCones: false,
    causal: false,
    conservesMean: false,
  },
  velocity: steinVelocity,
};

/**
 * With s = ⟨x, x_j⟩, m = e_1, c = ⟨m, x⟩: the first term is κβ e^{βs} (c − s c_j), its gradient in x
 * κβ e^{βs} [β x_j (c − s c_j) + m − c_j x_j]; the second e^{βs} (β²(1 − s²) − (d − 1)βs), its gradient
 * x_j e^{βs} [β³(1 − s²) − (d + 1)β² s − (d − 1)β]. The tangent part is taken by the flow.
 */
function steinVelocity(
  { n, d, positions, masses }: Particles,
  parameters: ParameterValues,
  _: number,
  out: Float64Array,
): void {
  const beta = betaOf(parameters);
  const pull = beta * numberOf(parameters, 'concentration');
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      let s = 0;
      for (let k = 0; k < d; k++) s += positions[i * d + k] * positions[j * d + k];
      const kernel = exp(beta * s);
      const bend = beta * (beta * (beta * (1 - s * s) - (d + 1) * s) - (d - 1));
      const own = positions[i * d];
      const other = positions[j * d];
      const towards = masses[j] * kernel * (pull * (beta * (own - s * other) - other) + bend);
      const back = masses[i] * kernel * (pull * (beta * (other - s * own) - own) + bend);
      for (let k = 0; k < d; k++) {
        out[i * d + k] += towards * positions[j * d + k];
        if (j < i) out[j * d + k] += back * positions[i * d + k];
      }
      out[i * d] += masses[j] * kernel * pull;
      if (j < i) out[j * d] += masses[i] * kernel * pull;
    }
}
