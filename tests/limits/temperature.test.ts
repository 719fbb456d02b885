/** β → ∞: rates against the gap of scores, leaders, clusters against √β, refusals. */
import { describe, expect, it } from 'vitest';
import { temperatureReport } from '../../src/limits/temperature/report.ts';
import { temperatureLimit } from '../../src/limits/temperature/temperature.ts';
import { InputError } from '../../src/numerics/errors.ts';

const FEW = { clusterBetas: [9, 36], clusterSeeds: 2, clusterTokens: 40 };

describe('softmax against hardmax', async () => {
  const limit = await temperatureLimit({ ...FEW, betas: [8, 16, 32, 64, 128, 256, 512] });
  const { hardmax } = limit;

  it('comes closer at the rate of the gap, as long as nobody turns to another', () => {
    const { exponential, gap } = hardmax.between_ties;
    expect(Math.abs(Number(exponential?.rate) / gap - 1)).toBeLessThan(0.1);
    expect(exponential?.explained).toBeGreaterThan(0.999);
  });

  it('comes closer like 1/β where scores pass each other', () => {
    expect(Math.abs(Number(hardmax.algebraic?.rate) - 1)).toBeLessThan(0.5);
    expect(hardmax.algebraic?.explained).toBeGreaterThan(Number(hardmax.exponential?.explained));
  });

  it('listens to the same tokens more and more', () => {
    expect(hardmax.same_leader[6]).toBeGreaterThan(hardmax.same_leader[0]);
    expect(hardmax.leaders.length).toBeGreaterThan(0);
    expect(hardmax.leaders.length).toBeLessThan(12);
  });

  it('is the same again', async () => {
    const again = await temperatureLimit({ ...FEW, betas: [8, 16, 32, 64, 128, 256, 512] });
    expect(again).toEqual(limit);
  });

  it('is reported, and says where a power of β cannot be fitted', () => {
    const { findings, columns } = temperatureReport(limit);
    expect(findings.join('\n')).toMatch(/no power of β for the clusters: a fit needs three β/);
    expect(columns[0].values).toHaveLength(9);
  });
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
])('refuses %j', async (options, message) => {
  await expect(temperatureLimit(options as never)).rejects.toThrow(InputError);
  await expect(temperatureLimit(options as never)).rejects.toThrow(message);
});
