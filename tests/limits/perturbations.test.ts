/** Perturbed sentences: what is at the start, what stays, and what the numbers mean. */
import { describe, expect, it } from 'vitest';
import { readModel } from '../../src/host/models.ts';
import {
  type PerturbationOptions,
  perturbationLimit,
} from '../../src/limits/perturbations/perturbations.ts';
import { perturbationReport } from '../../src/limits/perturbations/report.ts';
import { rankCorrelation } from '../../src/numerics/statistics.ts';

const model = readModel('lieblingstier');
const TEXT = 'Mein Lieblingstier ist __';
const run = (options: PerturbationOptions = {}) =>
  perturbationLimit(model, TEXT, { draws: 2, ...options });

describe('perturbed sentences', () => {
  it('begin as far away as they were moved', async () => {
    const { perturbations } = await run({ angles: [0.01, 0.2] });
    for (const { kind, change, distances } of perturbations) {
      if (kind !== 'noise') continue;
      // All particles move by the same chord, and none is nearer to another one's place.
      const angle = change.includes('0.01') ? 0.01 : 0.2;
      expect(distances[0]).toBeCloseTo(2 * Math.sin(angle / 2), 12);
    }
  });

  it('have distances at every layer, and ratios of the last to the first', async () => {
    const { perturbations, lipschitz, pairs } = await run({ depth: 4 });
    expect(pairs).toBe(((perturbations.length + 1) * perturbations.length) / 2);
    for (const { distances, ratio, answer_change } of perturbations) {
      expect(distances).toHaveLength(5);
      expect(ratio).toBe(distances[4] / distances[0]);
      expect(lipschitz).toBeGreaterThanOrEqual(ratio);
      expect(answer_change).toBeGreaterThanOrEqual(0);
      expect(answer_change).toBeLessThanOrEqual(1);
    }
  });

  it('that are small change the answer in proportion', async () => {
    const change = async (angle: number) => {
      const { perturbations } = await run({ angles: [angle], draws: 1 });
      return perturbations[0].answer_change;
    };
    // Total variation is of first order in the angle; at 1e-4 and 1e-5 nothing else is left.
    expect((await change(1e-4)) / (await change(1e-5))).toBeCloseTo(10, 0);
  });

  it('are the same again with the same seed, and others with another', async () => {
    const first = await run();
    expect((await run()).perturbations).toEqual(first.perturbations);
    expect((await run({ seed: 2 })).perturbations).not.toEqual(first.perturbations);
  });

  it('go with every coupling and with the flow itself', async () => {
    for (const options of [
      { coupling: 'causal' },
      { coupling: 'sinkhorn' },
      { depth: 'ode' },
    ] as const)
      expect((await run({ ...options, draws: 1 })).lipschitz).toBeGreaterThan(0);
  });

  it('refuse a text with nothing to perturb', async () => {
    await expect(perturbationLimit(model, '__')).rejects.toThrow('no word that could be changed');
    await expect(run({ angles: [] })).rejects.toThrow('angles');
    await expect(run({ draws: 0 })).rejects.toThrow('draws');
  });

  it('are told as a table, in findings and a figure', async () => {
    const limit = await run();
    const report = perturbationReport(limit);
    expect(report.columns[0].values).toHaveLength(limit.perturbations.length);
    expect(report.findings[0]).toContain(`over ${limit.pairs} pairs`);
    expect(report.figure.panels).toHaveLength(2);
  });
});

it('ranks are correlated whatever the scale, and equal ones share theirs', () => {
  expect(rankCorrelation([1, 2, 3, 4], [1, 8, 27, 64])).toBeCloseTo(1, 14);
  expect(rankCorrelation([1, 2, 3], [3, 2, 1])).toBeCloseTo(-1, 14);
  // By hand: ranks 0.5, 0.5, 2 and 0, 1, 2.
  expect(rankCorrelation([5, 5, 9], [1, 2, 3])).toBeCloseTo(Math.sqrt(3) / 2, 14);
});
