import { describe, expect, it } from 'vitest';
import { type Matrix, row } from '../../src/numerics/matrix.ts';
import { openFamily } from '../../src/reduction/families/catalogue.ts';
import { forwardSchema } from '../../src/reduction/forward/forward.ts';
import {
  domainOf,
  type Observation,
  observationSlopes,
  observations,
  observe,
} from '../../src/reduction/inverse/observations.ts';
import { stateEstimation } from '../../src/reduction/inverse/state.ts';
import { estimateState, stateModel } from '../../src/reduction/inverse/state-model.ts';
import { stateReport } from '../../src/reduction/inverse/state-report.ts';
import { barycentre, quantileDistance, snapshotsOf } from '../../src/reduction/quantiles.ts';
import '../matchers.ts';

async function gaussians(): Promise<Matrix> {
  const family = openFamily(forwardSchema.parse({ family: 'gaussian', levels: 40 }));
  const values = [-2, -1, 0, 1, 2].flatMap((mean) => [0.5, 1, 2].map((s) => [mean, s]));
  return snapshotsOf(await Promise.all(values.map(family.quantiles)));
}

it('observations: moments of a measure, and slopes that are their derivatives', () => {
  const domain = { low: -2, high: 2 };
  const quantiles = Float64Array.of(-1, 0, 1.5);
  const moments = observations('moments', 2, domain);
  expect(observe(moments, quantiles)).toBeAllClose([0.5 / 6, (1 + 2.25) / 12]);
  for (const kind of ['moments', 'bumps'] as const) {
    const functions = observations(kind, 3, domain);
    const direction = Float64Array.of(1, -2, 0.5);
    const moved = (by: number) =>
      observe(
        functions,
        quantiles.map((value, k) => value + by * direction[k]),
      );
    const [after, before] = [moved(1e-5), moved(-1e-5)];
    const { data } = observationSlopes(functions, quantiles, [direction]);
    expect(data).toBeAllClose(
      after.map((value, j) => (value - before[j]) / 2e-5),
      { absolute: 1e-9 },
    );
  }
});

describe('one state', () => {
  it('is found exactly without noise where there are as many observations as unknowns', async () => {
    const training = await gaussians();
    const model = stateModel(training, 5);
    expect(model.directions).toHaveLength(2);
    const functions = observations('moments', 2, domainOf(training));
    for (const i of [0, 4, 11]) {
      const target = row(training, i);
      const found = await estimateState(model, functions, observe(functions, target), 0);
      expect(quantileDistance(found.quantiles, target)).toBeLessThan(1e-11);
      expect(found.nullSpace).toEqual([]);
    }
  });

  it('with one observation is the one of least norm, and the null space is told', async () => {
    const training = await gaussians();
    const model = stateModel(training, 2);
    // the mean of the measure is linear in z: y = c + g·z, and the least |z| is g (y − c) / |g|²
    const [first]: Observation[] = observations('moments', 1, domainOf(training));
    const at = observe([first], barycentre(training))[0];
    const { data: g } = observationSlopes([first], barycentre(training), model.directions);
    const square = g[0] ** 2 + g[1] ** 2;
    const found = await estimateState(model, [first], [at + 0.3], 0);
    expect(found.coordinates).toBeAllClose(
      g.map((slope) => (0.3 * slope) / square),
      { absolute: 1e-9 },
    );
    expect(found.nullSpace).toHaveLength(1);
    const [[a, b]] = found.nullSpace;
    expect(a * g[0] + b * g[1]).toBeCloseTo(0, 9);
    expect(Math.hypot(a, b)).toBeCloseTo(1, 12);
  });

  it('with one nonlinear observation still fits, at right angles to what is open', async () => {
    const training = await gaussians();
    const model = stateModel(training, 2);
    const functions = observations('bumps', 3, domainOf(training)).slice(1, 2);
    const [y] = observe(functions, row(training, 1));
    const { coordinates, nullSpace, quantiles } = await estimateState(model, functions, [y], 0);
    expect(observe(functions, quantiles)[0]).toBeCloseTo(y, 9);
    const [[a, b]] = nullSpace;
    expect(a * coordinates[0] + b * coordinates[1]).toBeCloseTo(0, 6);
  });

  it('with noise is drawn to the mean, the more the noisier', async () => {
    const training = await gaussians();
    const model = stateModel(training, 2);
    const functions = observations('moments', 1, domainOf(training));
    const [middle] = observe(functions, barycentre(training));
    const { data: g } = observationSlopes(functions, barycentre(training), model.directions);
    const square = g[0] ** 2 + g[1] ** 2;
    for (const noise of [0.01, 1]) {
      // Tikhonov in closed form: z = g (y − c) / (noise² + |g|²)
      const { coordinates } = await estimateState(model, functions, [middle + 0.3], noise);
      const share = 0.3 / (noise ** 2 + square);
      expect(coordinates).toBeAllClose(
        g.map((slope) => share * slope),
        { absolute: 1e-9 },
      );
    }
  });

  it('refuses observations that do not fit', async () => {
    const model = stateModel(await gaussians(), 2);
    const functions = observations('moments', 2, { low: -1, high: 1 });
    await expect(estimateState(model, functions, [1], 0)).rejects.toThrow(/1 observations of 2/);
    await expect(estimateState(model, [], [], 0)).rejects.toThrow(/one at least/);
    await expect(estimateState(model, functions, [1, 2], -1)).rejects.toThrow(/noise is -1/);
  });
});

describe('many states', () => {
  it('errors fall with observations and rise with noise, as expected', async () => {
    const estimation = await stateEstimation({
      family: 'burgers',
      levels: 40,
      training: 20,
      test: 8,
      components: 3,
      observations: [1, 3, 9],
      noise: [0, 0.01],
    });
    const [exact, noisy] = estimation.errors;
    expect(exact.nullity).toEqual([2, 0, 0]);
    expect(exact.mean[1]).toBeLessThan(exact.mean[0] / 3);
    expect(exact.mean[2]).toBeLessThan(2 * estimation.modelError);
    expect(noisy.mean[2]).toBeGreaterThan(exact.mean[2]);
    expect(noisy.rms[2] / noisy.expected[2]).toBeGreaterThan(0.5);
    expect(noisy.rms[2] / noisy.expected[2]).toBeLessThan(2);
    const { findings, columns } = stateReport(estimation);
    expect(findings.join('\n')).toMatch(
      /m = 1: underdetermined, of 3 unknowns so many as listed are open/,
    );
    expect(columns[1].values).toEqual([2, 0, 0]);
  });

  it.each([
    [{ observations: [] }, /observations/],
    [{ observations: [0] }, /observations/],
    [{ noise: [-1] }, /noise/],
    [{ observe: 'bump' }, /expected moments or bumps/],
  ])('%j is refused', async (options, message) => {
    await expect(stateEstimation(options as object)).rejects.toThrow(message);
  });
});
