/** Uniform starts in high dimension, rotated into their span, flow as they do without; the closed form has its values. */
import { describe, expect, it } from 'vitest';
import { phaseCell, phaseDiagramExperiment } from '../../src/experiments/c04-phase-diagram.ts';
import { closingTime } from '../../src/experiments/equiangular.ts';
import { uniformInSpan } from '../../src/experiments/starts.ts';
import { simulate } from '../../src/flow/simulation.ts';
import { gram } from '../../src/numerics/spectrum.ts';

describe('a start in its span', () => {
  it.each([0, 4])('has the cosines of the whole space at all times (β = %d)', async (beta) => {
    const run = (start: object) =>
      simulate({
        dynamics: 'sa',
        parameters: { beta },
        ...start,
        time: 4,
        saveAt: 'linear:0:4:9',
        scheme: 'dopri5',
        tolerance: 1e-11,
        diagnostics: [],
      });
    const init = uniformInSpan(7, 40, 3);
    expect([init.rows, init.columns]).toEqual([7, 7]);
    const { frames } = await run({ n: 7, d: 40, seed: 3 });
    const inSpan = await run({ init });
    for (const [k, { positions }] of frames.entries()) {
      const other = gram(inSpan.frames[k].positions).data;
      gram(positions).data.forEach((cosine, at) => {
        expect(Math.abs(cosine - other[at])).toBeLessThan(1e-9);
      });
    }
  });

  it('is the start itself where the space has no room to spare', () => {
    expect(uniformInSpan(7, 3, 3).columns).toBe(3);
  });
});

describe('the closed form', () => {
  it('has its known times, and at β = 0 those of the limit', () => {
    const times = [1, 2, 4, 9].map((beta) => closingTime(0.999, 32, beta).toFixed(4));
    expect(times).toEqual(['5.2703', '5.4584', '6.9535', '178.7309']);
    expect(closingTime(0.999, 32, 0)).toBeCloseTo(closingTime(0.999, 32, 1e-6), 5);
  });
});

describe('a cell of the phase diagram', () => {
  const settings = phaseDiagramExperiment.schema.parse({
    n: 6,
    dimensions: [2, 12],
    betas: 3,
    largestBeta: 6,
    times: 13,
    time: 12,
    starts: 3,
  });

  it('is a pure function of the settings and its index', async () => {
    const once = await phaseCell(settings, 4);
    expect(await phaseCell(settings, 4)).toEqual(once);
    expect(await phaseCell({ ...settings, dimensions: [12, 2] }, 1)).toEqual(once);
  });

  it('has shares that rise from 0, the times of half, and the shares at the end', async () => {
    const numbers = await phaseCell(settings, 0);
    const shares = numbers.slice(0, 13);
    const ends = numbers.slice(16);
    expect(numbers).toHaveLength(13 + 3 + 3);
    expect(shares[0]).toBeLessThan(0.1);
    expect(shares[12]).toBeCloseTo(
      ends.reduce((sum, share) => sum + share / 3, 0),
      12,
    );
    for (const half of numbers.slice(13, 16)) expect(half).toBeLessThan(12);
  });
});
