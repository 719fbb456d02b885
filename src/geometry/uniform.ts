/** Starts spread over all of the sphere, or over one half of it. */
import { hypot } from '../numerics/elementary.ts';
import type { Random } from '../numerics/random.ts';
import { fromRows, type Start } from './start.ts';

/** A uniform unit vector of R^d: the direction of a standard Gaussian one. */
export function uniformDirection(d: number, random: Random): Float64Array {
  for (;;) {
    const draw = Float64Array.from({ length: d }, () => random.gaussian());
    const length = hypot(draw);
    if (length > 0) return draw.map((value) => value / length);
  }
}

export const uniform: Start = {
  name: 'uniform',
  title: 'Uniform on the sphere',
  help: 'Independent uniform points of the sphere.',
  citation: 'arXiv 2312.10794',
  space: 'sphere',
  parameters: [],
  seeded: true,
  positions: ({ n, d, random }) => fromRows(n, d, () => uniformDirection(d, random)),
};

export const hemisphere: Start = {
  name: 'hemisphere',
  title: 'Hemisphere',
  help: 'Independent uniform points of the half of the sphere around the first axis: attention with V = I takes them to one point.',
  citation: 'arXiv 2312.10794, section 6',
  space: 'sphere',
  parameters: [],
  seeded: true,
  positions: ({ n, d, random }) =>
    fromRows(n, d, () => {
      const point = uniformDirection(d, random);
      point[0] = Math.abs(point[0]);
      return point;
    }),
};
