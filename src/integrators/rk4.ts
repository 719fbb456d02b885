/** The classical Runge–Kutta scheme of order 4 (Kutta 1901). Cubic Hermite interpolation within a step. */
import type { Tableau } from './runge-kutta.ts';

export const RK4: Tableau = {
  nodes: [0, 1 / 2, 1 / 2, 1],
  stages: [[], [1 / 2], [0, 1 / 2], [0, 0, 1]],
  weights: [1 / 6, 1 / 3, 1 / 3, 1 / 6],
};
