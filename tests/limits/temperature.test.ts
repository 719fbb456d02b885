/** β → ∞: rates against the gap of scores, leaders, clusters against √β, refusals. */
import { beforeAll, describe, expect, it } from 'vitest';
import { temperatureReport } from '../../src/limits/temperature/report.ts';
import {
  type TemperatureLimit,
  temperatureLimit,
} from '../../src/limits/temperature/temperature.ts';
import { InputError } from '../../src/numerics/errors.ts';

const FEW = { clusterBetas: [9, 36], clusterSeeds: 2, clusterTokens: 40 };

describe('softmax against hardmax', () => {
  const options = { ...FEW, seed: 8, betas: [8, 16, 32, 64, 128, 256, 512] };
  let limit: TemperatureLimit;
  let hardmax: TemperatureLimit['hardmax'];
  beforeAll(async () => {
    limit = await temperatureLimit(options);
    hardmax = limit.hardmax;
  });

  it('comes closer at the rate of the gap, as long as nobody turns to another', () => {
    const { exponential, gap } = hardmax.betweenTies;
    expect(Math.abs(Number(exponential?.rate) / gap - 1)).toBeLessThan(0.1);
    expect(exponential?.explained).toBeGreaterThan(0.999);
  });

  it('comes closer like 1/β where scores pass each other', () => {
    expect(Math.abs(Number(hardmax.algebraic?.rate) - 1)).toBeLessThan(0.5);
    expect(hardmax.algebraic?.explained).toBeGreaterThan(Number(hardmax.exponential?.explained));
  });

  it('listens to the same tokens more and more', () => {
    expect(hardmax.sameLeader[6]).toBeGreaterThan(hardmax.sameLeader[0]);
    expect(hardmax.leaders.length).toBeGreaterThan(0);
    expect(hardmax.leaders.length).toBeLessThan(12);
  });

  it('is the same again', async () => {
    expect(await temperatureLimit(options)).toEqual(limit);
  });

  it('is reported, and says where a power of β cannot be fitted', () => {
    const { findings, columns } = temperatureReport(limit);
    expect(findings.join('\n')).toMatch(/no power of β for the clusters: a fit needs three β/);
    expect(columns[0].values).toHaveLength(9);
  });
});

describe('two tokens whose scores never tie', () => {
  const [time, step] = [0.01, 0.001];
  const near = { ...FEW, seed: 8, n: 2, d: 2, time, step, betas: [16, 20, 24, 28, 32] };
  let hardmax: TemperatureLimit['hardmax'];
  beforeAll(async () => {
    hardmax = (await temperatureLimit(near)).hardmax;
  });

  it('come closer at the rate of the gap, to two percent', () => {
    for (const { exponential, gap } of [hardmax, hardmax.betweenTies])
      expect(Math.abs(Number(exponential?.rate) / gap - 1)).toBeLessThan(0.02);
    expect(hardmax.exponential?.explained).toBeGreaterThan(Number(hardmax.algebraic?.explained));
  });

  it('listen to the leader of hardmax at every β, and none slides', () => {
    expect(hardmax.sameLeader).toEqual([1, 1, 1, 1, 1]);
    expect(hardmax.sliding).toEqual([]);
    expect(hardmax.betweenTies.time).toBeCloseTo(time, 12);
  });
});

it('tokens slide between the same leaders whatever the step, and softmax finds all of them', async () => {
  const options = { ...FEW, seed: 8, betas: [256, 512, 1024] };
  const [coarse, fine] = await Promise.all(
    [0.01, 0.002].map((step) => temperatureLimit({ ...options, step })),
  );
  expect(coarse.hardmax.sliding.length).toBeGreaterThan(0);
  expect(fine.hardmax.sliding).toEqual(coarse.hardmax.sliding);
  expect(fine.hardmax.leaders).toEqual(coarse.hardmax.leaders);
  for (const { hardmax } of [coarse, fine]) expect(hardmax.sameLeader).toEqual([1, 1, 1]);
  expect(fine.hardmax.stepError).toBeLessThan(0.5 * coarse.hardmax.stepError);
  // A fifth of the step: layers come to the flow that slides.
  const [far, near] = [coarse, fine].map(({ hardmax }) => Number(hardmax.slidingError));
  expect(far).toBeLessThan(2 * coarse.hardmax.stepError);
  expect(near).toBeLessThan(0.5 * far);
});

it('the step divides the time, and the record tells which was taken', async () => {
  const run = (step: number) => temperatureLimit({ ...FEW, betas: [8], time: 1, step });
  const [odd, even] = await Promise.all([run(0.3), run(1 / 3)]);
  expect(odd.settings.step).toBe(1 / 3);
  expect(odd.hardmax).toEqual(even.hardmax);
});

it('no rate between ties where no β tells the scores apart', async () => {
  const many = { ...FEW, betas: [8], n: 500, step: 0.5, seed: 4 };
  const limit = await temperatureLimit(many);
  expect(limit.hardmax.betweenTies).toMatchObject({
    exponential: null,
    problem: expect.stringMatching(/the gap of scores is .* take fewer tokens/),
  });
  expect(temperatureReport(limit).findings.join('\n')).toMatch(/no rate: the gap of scores/);
});

it('counts that are all the same give a power of 0', async () => {
  const flat = { betas: [8], clusterBetas: [0.1, 0.2, 0.3], clusterTokens: 20, clusterTime: 20 };
  const { clusters } = await temperatureLimit({ ...flat, clusterSeeds: 2, seed: 3 });
  expect(new Set(clusters.mean).size).toBe(1);
  expect(clusters.power).toEqual({ rate: 0, low: 0, high: 0, explained: 1 });
});

it('clusters on the circle grow like √β', async () => {
  const options = { betas: [8], clusterBetas: [9, 16, 25, 49], clusterSeeds: 6 };
  const { clusters, hardmax } = await temperatureLimit(options);
  expect(Math.abs(Number(clusters.power?.rate) - 0.5)).toBeLessThan(0.15);
  clusters.mean.forEach((value, i) => {
    expect(value).toBeGreaterThanOrEqual(clusters.low[i]);
    expect(value).toBeLessThanOrEqual(clusters.high[i]);
  });
  expect(hardmax).toMatchObject({
    exponential: null,
    problem: expect.stringMatching(/1 of 1 errors/),
  });
});

it.each([
  [{ query: 'identity' }, /nothing moves: expected one where QᵀK is not a multiple/],
  [{ betas: [] }, /betas/],
  [{ betas: [-1] }, /betas\.0 is -1/],
  [{ beta: 3 }, /beta/],
  [{ time: 1000, step: 1e-4 }, /10000000 layers: expected at most 100000/],
])('refuses %j', async (options, message) => {
  await expect(temperatureLimit(options as never)).rejects.toThrow(InputError);
  await expect(temperatureLimit(options as never)).rejects.toThrow(message);
});
