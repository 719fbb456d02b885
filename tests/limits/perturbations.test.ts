/** Perturbed sentences: what is at the start, what stays, and what the numbers mean. */
import { beforeAll, describe, expect, it } from 'vitest';
import { readFlow } from '../../src/host/models.ts';
import {
  type PerturbationLimit,
  type PerturbationOptions,
  perturbationLimit,
} from '../../src/limits/perturbations/perturbations.ts';
import { perturbationReport } from '../../src/limits/perturbations/report.ts';
import { modelTangentFlow } from '../../src/limits/tangent/tangent.ts';
import { rankCorrelation } from '../../src/numerics/statistics.ts';
import { randomModel } from '../language/random-model.ts';

const model = readFlow('lieblingstier');
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
    for (const { distances, ratio, answerChange } of perturbations) {
      expect(distances).toHaveLength(5);
      expect(ratio).toBe(distances[4] / distances[0]);
      expect(lipschitz).toBeGreaterThanOrEqual(ratio);
      expect(answerChange).toBeGreaterThanOrEqual(0);
      expect(answerChange).toBeLessThanOrEqual(1);
    }
  });

  it('that are small change the answer in proportion', async () => {
    const change = async (angle: number) => {
      const { perturbations } = await run({ angles: [angle], draws: 1 });
      return perturbations[0].answerChange;
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

  it('name the token that was replaced', async () => {
    const { perturbations, tokens } = await run();
    for (const { kind, place, change } of perturbations) {
      if (kind === 'token') expect(change).toContain(`“${tokens[place ?? -1].trim()}” →`);
      else expect(place).toBeNull();
    }
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

describe('the fastest perturbation', () => {
  const small = randomModel(3, { dimension: 8 });
  const angle = 1e-4;
  const options = { fastest: true, angles: [angle], draws: 60, seed: 4 };
  let limit: PerturbationLimit;
  let noise: PerturbationLimit['perturbations'];
  beforeAll(async () => {
    limit = await perturbationLimit(small, 'Mein Hund ist __', options);
    noise = limit.perturbations.filter(({ kind }) => kind === 'noise');
  });
  const rms = (values: readonly number[]) => Math.hypot(...values) / Math.sqrt(values.length);

  it('grows by the largest singular value of the derivative, and no other by more', () => {
    const { stretching, perturbations } = limit;
    const [fastest] = perturbations.filter(({ kind }) => kind === 'fastest');
    // chords of tokens moved by unlike angles: of second order
    expect(fastest.distances[0]).toBeCloseTo(angle, 9);
    expect(fastest.ratio / (stretching?.largest ?? 0)).toBeCloseTo(1, 3);
    for (const { ratio } of noise) expect(ratio).toBeLessThan((stretching?.largest ?? 0) * 1.001);
    expect(limit.lipschitz).toBeGreaterThanOrEqual(fastest.ratio);
  });

  it('and noise by the mean of all, token by token as well', () => {
    const { stretching } = limit;
    const tokens = stretching?.tokens ?? [];
    expect(rms(tokens.map(({ growth }) => growth))).toBeCloseTo(stretching?.mean ?? 0, 10);
    expect(rms(noise.map(({ ratio }) => ratio)) / (stretching?.mean ?? 0)).toBeCloseTo(1, 1);
  });

  it('bounds what the answer notices of noise', () => {
    const bound = Math.hypot(...(limit.stretching?.tokens ?? []).map(({ answer }) => answer));
    const seen = rms(noise.map(({ answerChange }) => answerChange)) / angle;
    expect(seen).toBeLessThan(1.1 * bound);
    expect(seen).toBeGreaterThan(0.3 * bound);
  });

  it('of the flow itself is that of the tangent flow', async () => {
    const text = 'Mein Hund ist __';
    const found = await perturbationLimit(small, text, {
      fastest: true,
      depth: 'ode',
      draws: 1,
      angles: [0.1],
    });
    const vectors = found.tokens.length * 7;
    const { singularValues } = await modelTangentFlow(small, text, { vectors, tolerance: 1e-9 });
    // differences of runs of tolerance 1e-7 over 1e-4
    expect((found.stretching?.largest ?? 0) / (singularValues?.[0] ?? 1)).toBeCloseTo(1, 2);
  });

  it('is reported; pairs of many perturbations are drawn', () => {
    const { perturbations, pairs } = limit;
    const { findings, figure } = perturbationReport(limit);
    expect(findings.join('\n')).toMatch(/small perturbations grow by up to [\d.]+, the Lipschitz/);
    expect(findings.join('\n')).toMatch(/small noise in one token alone grows by: “start” [\d.]+/);
    expect(figure.panels[1].series.map(({ name }) => name)).toContain('fastest');
    const all = (perturbations.length * (perturbations.length + 1)) / 2;
    expect(all).toBeGreaterThan(20_000);
    expect(pairs).toBeGreaterThan(5000);
    expect(pairs).toBeLessThan(6000);
  });

  it('stops when it is told to', async () => {
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(perturbationLimit(small, 'Mein __', {}, { signal })).rejects.toThrow('enough');
  });
});

it('ranks are correlated whatever the scale, and equal ones share theirs', () => {
  expect(rankCorrelation([1, 2, 3, 4], [1, 8, 27, 64])).toBeCloseTo(1, 14);
  expect(rankCorrelation([1, 2, 3], [3, 2, 1])).toBeCloseTo(-1, 14);
  // By hand: ranks 0.5, 0.5, 2 and 0, 1, 2.
  expect(rankCorrelation([5, 5, 9], [1, 2, 3])).toBeCloseTo(Math.sqrt(3) / 2, 14);
});
