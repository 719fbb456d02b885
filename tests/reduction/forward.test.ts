import { describe, expect, it } from 'vitest';
import { forwardReduction } from '../../src/reduction/forward/forward.ts';
import { forwardReport } from '../../src/reduction/forward/report.ts';

describe('forward model reduction', () => {
  it('translations: one direction of quantiles is exact, densities need many', async () => {
    const { tangent, barycentres, linear } = await forwardReduction({ family: 'translations' });
    expect(tangent.test.max[0]).toBeLessThan(1e-14);
    expect(tangent.explained[0]).toBeCloseTo(1, 12);
    // two ends are enough, of which one alone is far
    expect(barycentres.test.max[1]).toBeLessThan(1e-13);
    expect(barycentres.test.max[2]).toBeNull();
    expect(barycentres.chosen.map(([mean]) => mean).toSorted()).toEqual([-2, 2]);
    expect(linear.test.mean[0]).toBeGreaterThan(0.5);
    expect(linear.test.mean[9]).toBeGreaterThan(0.05);
    expect(linear.l2.mean[9]).toBeLessThan(linear.l2.mean[0] ?? 0);
  });

  it('scalings: one direction too', async () => {
    const { tangent, linear } = await forwardReduction({ family: 'scalings', components: 3 });
    expect(tangent.test.max[0]).toBeLessThan(1e-14);
    expect(linear.test.mean[0]).toBeGreaterThan(0.1);
  });

  it('normal laws: a plane of quantiles, within four corners', async () => {
    const { tangent, barycentres } = await forwardReduction({ family: 'gaussian', components: 5 });
    expect(tangent.test.mean[0]).toBeGreaterThan(0.1);
    expect(tangent.test.max[1]).toBeLessThan(1e-13);
    expect(barycentres.test.max[3]).toBeLessThan(1e-12);
  });

  it('a shock: transport wins, and greedy errors fall', async () => {
    const { barycentres, tangent, linear } = await forwardReduction({
      family: 'burgers',
      components: 8,
      levels: 60,
      cells: 200,
    });
    const worst = barycentres.training.max.map(Number);
    for (let n = 1; n < worst.length; n++) expect(worst[n]).toBeLessThanOrEqual(worst[n - 1]);
    expect(worst[7]).toBeLessThan(worst[0] / 300);
    expect(tangent.test.mean[7]).toBeLessThan(1e-3);
    expect(barycentres.test.mean[7]).toBeLessThan(Number(linear.test.mean[7]) / 10);
    expect(linear.gridError).toBeLessThan(1e-3);
  });

  it('the flow: snapshots over β and t, reported', async () => {
    const options = { family: 'flow', levels: 30, training: 15, test: 6, components: 5, cells: 60 };
    const steps: number[] = [];
    const reduction = await forwardReduction(options, { onProgress: (done) => steps.push(done) });
    expect(steps).toHaveLength(21);
    expect(reduction.tangent.test.mean[4]).toBeLessThan(1e-4);
    expect(reduction.tangent.test.mean[4]).toBeLessThan(
      Number(reduction.linear.test.mean[4]) / 100,
    );
    const { columns, figure, findings } = forwardReport(reduction);
    expect(columns.every(({ values }) => values.length === 5)).toBe(true);
    expect(figure.panels[0].series.map(({ name }) => name)).toEqual([
      'barycentres',
      'tangent PCA',
      'linear PCA',
    ]);
    expect(findings.join('\n')).toMatch(/greedy choice of \(beta, time\): \(/);
  });

  it('is the same for the same seed', async () => {
    const options = { family: 'burgers', components: 3, training: 10, test: 4 };
    expect(await forwardReduction(options)).toEqual(await forwardReduction(options));
  });
});

it.each([
  [{ levels: 1 }, /option levels is 1: expected a whole number from 2/],
  [{ training: 0 }, /option training is 0/],
  [{ componets: 3 }, /did you mean "components"/],
])('%j is refused', async (options, message) => {
  await expect(forwardReduction(options as object)).rejects.toThrow(message);
});

it('ends with the reason of its signal', async () => {
  const signal = AbortSignal.abort(new Error('enough'));
  await expect(forwardReduction({ family: 'scalings' }, { signal })).rejects.toThrow('enough');
});
