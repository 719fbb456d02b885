/**
 * Burgers' equation u_t + (u²/2)_x = 0 from a box: the exact entropy solution, a rarefaction fan behind a
 * shock. Its mass is conserved, so divided by it the field is a probability measure.
 */
import { type Family, levelsOf } from './family.ts';

export interface Box {
  readonly time: number;
  /** u = height on [0, width] at time 0, else 0. */
  readonly height: number;
  readonly width: number;
}

export interface BoxSolution {
  /** The front of the fan, on [0, fan] u = x/t. */
  readonly fan: number;
  /** The end of the support, ≥ fan: between them u = height. */
  readonly shock: number;
  /** u(x) */
  field(x: number): number;
  /** x with the share `level` of the mass to its left. */
  quantile(level: number): number;
}

/**
 * The entropy solution: the shock runs at half the height until the fan reaches it at t = 2 width / height,
 * and is at √(2 t height width) from then on. By mass alone the measure depends on height · time and on the width.
 */
export function boxSolution({ time, height, width }: Box): BoxSolution {
  const run = height * time;
  const caught = run >= 2 * width;
  const shock = caught ? Math.sqrt(2 * run * width) : width + run / 2;
  const fan = caught ? shock : run;
  const share = caught ? 1 : run / (2 * width);
  return {
    fan,
    shock,
    field(x) {
      if (x < 0 || x > shock) return 0;
      return x < fan ? x / time : height;
    },
    quantile: (level) =>
      level <= share ? Math.sqrt(2 * run * width * level) : level * width + run / 2,
  };
}

export const burgers: Family = {
  name: 'burgers',
  title: 'Burgers’ equation from a box',
  help: 'The entropy solution of u_t + (u²/2)_x = 0 from u = height on [0, width], divided by its mass: a fan behind a shock.',
  citation: 'arXiv:1909.06626',
  parameters: [
    { name: 'time', help: 't', minimum: 0, maximum: 1e6, low: 0, high: 3 },
    { name: 'height', help: 'Of the box', minimum: 1e-6, maximum: 1e6, low: 0.5, high: 2 },
    { name: 'width', help: 'Of the box', minimum: 1e-6, maximum: 1e6, low: 0.5, high: 1.5 },
  ],
  quantiles([time, height, width], { levels }) {
    const { quantile } = boxSolution({ time, height, width });
    return levelsOf(levels).map(quantile);
  },
};
