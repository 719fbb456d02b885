import { expect, it } from 'vitest';
import { normalQuantile } from '../../src/numerics/quantile.ts';

it('quantiles of the normal law (NIST tables, and R qnorm)', () => {
  const levels = [0.5, 0.975, 0.025, 0.9, 1e-5, 0.999];
  const known = [
    0, 1.959963984540054, -1.959963984540054, 1.2815515655446004, -4.264890793922825,
    3.090232306167813,
  ];
  expect(levels.map(normalQuantile)).toBeAllClose(known, { absolute: 1e-10 });
});
