/** How far two measures of any masses are from each other, and the measures between them. Not the transport. */
import { z } from 'zod';
import { toRows } from '../../numerics/matrix.ts';
import { numberBetween, parseOptions } from '../../numerics/options.ts';
import { sumOf } from '../../numerics/vectors.ts';
import {
  hellingerKantorovichGeodesic,
  sphericalHellingerKantorovichGeodesic,
} from '../../transport/cone-geodesic.ts';
import {
  hellingerKantorovich,
  hellingerKantorovichSchema,
  probability,
  sphericalFrom,
} from '../../transport/hellinger-kantorovich.ts';
import type { Measure } from '../../transport/measure.ts';

export const distanceSchema = hellingerKantorovichSchema.extend({
  metric: z
    .enum(['hk', 'spherical'], { error: 'expected hk or spherical' })
    .default('hk')
    .describe('hk: of any total masses; spherical: of measures brought to the mass 1'),
  times: z
    .array(numberBetween(0, 1), { error: 'expected a list such as [0, 0.5, 1]' })
    .min(1)
    .default([0, 0.25, 0.5, 0.75, 1])
    .describe('Of the geodesic, from the first measure to the second'),
});

/** Which distance, of what accuracy, and where on the geodesic measures are given. */
export type DistanceOptions = z.input<typeof distanceSchema>;

/** A distance, how good it is, and the measures on the way. */
export interface MeasuredDistance {
  readonly settings: z.output<typeof distanceSchema>;
  readonly distance: number;
  /** The true HK² is at most so much smaller than that of the transport found. */
  readonly gap: number;
  /** Pairs that move, and the mass of either measure that fades or grows in place. */
  readonly pairs: number;
  readonly fading: number;
  readonly growing: number;
  readonly geodesic: readonly {
    readonly time: number;
    readonly mass: number;
    /** [n, d] and [n]. */
    readonly points: readonly (readonly number[])[];
    readonly masses: readonly number[];
  }[];
}

/** Hellinger–Kantorovich distance and geodesic. Throws as `hellingerKantorovich`. */
export function measureDistance(
  x: Measure,
  y: Measure,
  options: DistanceOptions = {},
): MeasuredDistance {
  const settings = parseOptions(distanceSchema, options);
  const { metric, times, ...transport } = settings;
  const spherical = metric === 'spherical';
  const [from, to] = spherical ? [probability(x), probability(y)] : [x, y];
  const found = hellingerKantorovich(from, to, transport);
  const between = spherical ? sphericalHellingerKantorovichGeodesic : hellingerKantorovichGeodesic;
  const path = between(from, to, transport);
  return {
    settings,
    distance: spherical ? sphericalFrom(found.distance) : found.distance,
    gap: found.gap,
    pairs: found.pairs.length,
    fading: sumOf(found.unmatched.first),
    growing: sumOf(found.unmatched.second),
    geodesic: times.map((time) => {
      const { points, masses } = path(time);
      return { time, mass: sumOf(masses), points: toRows(points), masses: [...masses] };
    }),
  };
}
