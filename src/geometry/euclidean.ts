/** Starts in R^d, for flows without projection. */
import { fromRows, numberIn, type Start } from './start.ts';

export const box: Start = {
  name: 'box',
  title: 'Box',
  help: 'Independent uniform points of [−a, a]^d.',
  citation: 'arXiv 2305.05465 (a = 5)',
  space: 'euclidean',
  parameters: [
    {
      type: 'number',
      name: 'half_width',
      title: 'Half width a',
      help: 'The coordinates lie in [−a, a].',
      unit: '',
      default: 5,
      minimum: 0,
      maximum: 1e100,
      integer: false,
    },
  ],
  seeded: true,
  positions: ({ n, d, values, random }) => {
    const a = numberIn(values, 'half_width');
    return fromRows(n, d, () =>
      Float64Array.from({ length: d }, () => a * (2 * random.uniform() - 1)),
    );
  },
};

export const gaussian: Start = {
  name: 'gaussian',
  title: 'Gaussian',
  help: 'Independent Gaussian points around the origin.',
  citation: '',
  space: 'euclidean',
  parameters: [
    {
      type: 'number',
      name: 'deviation',
      title: 'Standard deviation',
      help: 'Of every coordinate.',
      unit: '',
      default: 1,
      minimum: 0,
      maximum: 1e100,
      integer: false,
    },
  ],
  seeded: true,
  positions: ({ n, d, values, random }) => {
    const deviation = numberIn(values, 'deviation');
    return fromRows(n, d, () =>
      Float64Array.from({ length: d }, () => deviation * random.gaussian()),
    );
  },
};
