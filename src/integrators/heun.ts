/** Heun's scheme of order 2. Cubic Hermite interpolation within a step. */
import type { Tableau } from './runge-kutta.ts';

export const HEUN: Tableau = {
  nodes: [0, 1],
  stages: [[], [1]],
  weights: [1 / 2, 1 / 2],
};
