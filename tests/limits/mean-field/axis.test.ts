/** Stationary laws about an axis: against the circle's, against the direct kernel, and against what is linearised. */
import { expect, it, test } from 'vitest';
import { axisLaw, axisProblem } from '../../../src/limits/mean-field/axis.ts';
import { criticalKappa, stationaryLaw } from '../../../src/limits/mean-field/circle.ts';
import { resultant, vonMisesLaw } from '../../../src/limits/mean-field/circle-law.ts';

test('on the circle the law is that of the iteration by Fourier modes', () => {
  const problem = axisProblem(2, 3);
  expect(problem.critical).toBeCloseTo(criticalKappa({ beta: 3, coupling: 'exponential' }), 12);
  const { kappa, moments } = axisLaw(problem, 0.8, axisLaw(problem, 0.6));
  const law = stationaryLaw(vonMisesLaw(4), { beta: 3, kappa });
  expect(resultant(law)).toBeCloseTo(0.8, 9);
  expect(law.cos[2]).toBeCloseTo(moments[2], 9);
});

it.each([3, 4, 8])('in d = %d the field is the kernel summed over the sphere', (d) => {
  const { nodes, weights, gains, polynomials, beta } = axisProblem(d, 1.5);
  expect(weights.reduce((sum, w) => sum + w, 0)).toBeCloseTo(1, 12);
  // at the axis ⟨x, y⟩ is s itself: ∫ e^{βs} dμ for a law of mass at one node is e^{βs} there
  for (const g of [5, 30, 60]) {
    const sum = polynomials.reduce((all, p, l) => all + gains[l] * p[g], 0);
    expect(sum).toBeCloseTo(Math.exp(beta * nodes[g]), 10);
  }
});

it('says which law it did not find', () => {
  expect(() => axisLaw(axisProblem(3, 1), 0.999)).toThrow(
    /mean of length 0.999 .* law nearer to it/,
  );
  expect(() => axisProblem(1, 1)).toThrow(/^d = 1, β = 1: expected d ≥ 2/);
});
