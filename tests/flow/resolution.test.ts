/** Notes on steps that are too large for the flow: where they come, and that good steps have none. */
import { describe, expect, it } from 'vitest';
import { dynamics } from '../../src/dynamics/catalogue.ts';
import { defineDynamics } from '../../src/dynamics/define.ts';
import { simulate, simulationToJson } from '../../src/flow/simulation.ts';
import type { SimulationOptions } from '../../src/flow/simulation-settings.ts';
import { modelOptions } from '../../src/language/particles.ts';
import { randomModel } from '../language/random-model.ts';

const noteOf = async (options: SimulationOptions) =>
  (await simulate({ diagnostics: [], ...options })).notes.step;

const polytope = { dynamics: 'no_projection', start: 'gaussian', n: 60, d: 2, time: 15 };

describe('a note comes', () => {
  it('for usa at β = 9 in steps of 0.05 with rk4, in the JSON too', async () => {
    const stiff = { dynamics: 'usa', parameters: { beta: 9 }, scheme: 'rk4', step: 0.05 };
    const run = await simulate({ ...stiff, diagnostics: [] });
    expect(simulationToJson(run).notes.step).toMatch(
      /^at time 0 a step of 0.05 and two of half its size end \d+ % of their way apart: .* take a smaller step, or the scheme dopri5$/,
    );
    expect(await noteOf({ ...stiff, step: 1e-5, time: 2e-3 })).toBeUndefined();
  });

  it.each(['layer', 'euler', 'rk4'])(
    'for svgd on the sphere at its default step, %s',
    async (scheme) => {
      expect(await noteOf({ dynamics: 'svgd_sphere', scheme })).toMatch(/step of 0.1 .* too large/);
      const fine = { dynamics: 'svgd_sphere', scheme, step: 2e-4, time: 0.1 };
      expect(await noteOf(fine)).toBeUndefined();
    },
  );

  it('for layers whose view undoes the growth, where what is shown is far from the flow', async () => {
    const coarse = { ...polytope, scheme: 'layer', step: 0.05 };
    expect(await noteOf(coarse)).toMatch(
      /^by time 8.*differs by about \d+ % between steps of 0.05/,
    );
    const ends = await Promise.all(
      [0.05, 0.025].map(async (step) => {
        const { frames } = await simulate({ ...coarse, step, diagnostics: [] });
        return frames[1].view?.data ?? new Float64Array();
      }),
    );
    const apart = Math.hypot(...ends[0].map((value, k) => value - ends[1][k]));
    expect(apart / Math.hypot(...ends[0])).toBeGreaterThan(0.1);
    expect(await noteOf({ ...coarse, scheme: 'rk4' })).toBeUndefined();
  });

  it.each([
    ['layer', 1.9, 2.1],
    ['euler', 1.9, 2.1],
    ['heun', 1.4, 1.7],
    ['rk4', 2.2, 2.6],
  ])(
    '%s: where h times the rate passes %d to %d, near its bound of stability',
    async (scheme, below, above) => {
      const decay = defineDynamics({
        name: 'decay',
        space: 'euclidean',
        velocity: ({ positions }, _, __, out) => {
          positions.forEach((value, k) => {
            out[k] = -value;
          });
        },
      });
      const at = (step: number) =>
        noteOf({ dynamics: decay, init: [[1], [2]], scheme, step, time: 40 * step });
      expect(await at(below)).toBeUndefined();
      expect(await at(above)).toMatch(/too large for this flow/);
    },
  );
});

describe('no note comes', () => {
  const known = ['svgd_sphere', 'no_projection'];
  const quiet = dynamics.filter(({ name, noise }) => !noise && !known.includes(name));

  it.each(quiet)('for $name by layers of 0.1, and by rk4', async ({ name, space, dimension }) => {
    const start = space === 'sphere' ? 'uniform' : 'gaussian';
    const options = { dynamics: name, start, n: 16, d: dimension ?? 3, time: 4 };
    for (const scheme of ['layer', 'rk4'])
      expect(await noteOf({ ...options, scheme })).toBeUndefined();
  });

  it.each([1, 9, 64])('for softmax attention at β = %d in layers of 1', async (beta) => {
    expect(await noteOf({ parameters: { beta }, step: 1, time: 100, n: 32 })).toBeUndefined();
  });

  it('for the layers of a model, however large', async () => {
    const options = modelOptions(randomModel(3), { dynamics: 'model', text: 'ab ba' });
    for (const step of [3, 30])
      expect(await noteOf({ ...options, step, time: 6 * step } as never)).toBeUndefined();
  });
});
