/** Starts around one mean direction, with density proportional to e^{κ⟨m, x⟩}. */
import { log } from '../numerics/elementary.ts';
import type { Random } from '../numerics/random.ts';
import { retract } from './sphere.ts';
import { fromRows, numberIn, type Start } from './start.ts';
import { uniformDirection } from './uniform.ts';

/**
 * 1 − ⟨m, x⟩ of a von Mises–Fisher draw on the sphere of R^d, by rejection (Wood, Commun. Stat.
 * Simul. 23, 1994). His formulas in terms of b and 1 − w, which keep their digits for large κ.
 * Wood's Beta((d−1)/2, (d−1)/2) variate is (1 + u_1)/2 for a uniform direction u of R^d.
 */
function drop(d: number, kappa: number, random: Random): number {
  const m = d - 1;
  const b = m / (2 * kappa + Math.sqrt(4 * kappa * kappa + m * m));
  // 1 − x0 and ln(1 − x0²) of Wood's envelope, x0 = (1 − b)/(1 + b).
  const envelope = (2 * b) / (1 + b);
  const constant = m * log((4 * b) / (1 + b) ** 2);
  for (;;) {
    const z = (1 + uniformDirection(d, random)[0]) / 2;
    const fall = (2 * b * z) / (1 - (1 - b) * z);
    const kept = envelope + (1 - envelope) * fall;
    const gain = kappa * (envelope - fall) + m * log(kept) - constant;
    if (gain >= log(1 - random.uniform())) return fall;
  }
}

/** A draw around the first axis: (w, √(1 − w²) u) with u uniform on the sphere of R^{d−1}. */
export function vonMisesFisherDraw(d: number, kappa: number, random: Random): Float64Array {
  const fall = drop(d, kappa, random);
  const aside = Math.sqrt(fall * (2 - fall));
  const across = uniformDirection(d - 1, random);
  return retract([1 - fall, ...across.map((value) => aside * value)]);
}

export const vonMisesFisher: Start = {
  name: 'von_mises_fisher',
  title: 'Von Mises–Fisher',
  help: 'Independent points around the first axis with density proportional to exp(κ cos angle); κ = 0 is uniform.',
  citation: 'Wood, Commun. Stat. Simul. 23 (1994) 157–164',
  space: 'sphere',
  parameters: [
    {
      type: 'number',
      name: 'concentration',
      title: 'Concentration κ',
      help: 'How tightly the points lie around the axis: typical angle √((d−1)/κ) for large κ.',
      unit: '',
      default: 10,
      minimum: 0,
      maximum: 1e12,
      integer: false,
    },
  ],
  seeded: true,
  positions: ({ n, d, values, random }) =>
    fromRows(n, d, () => vonMisesFisherDraw(d, numberIn(values, 'concentration'), random)),
};
