/** What a run is estimated to cost a server: as many pairs or modes as the engine that will serve it sums. */
import { expect, it } from 'vitest';
import { type SimulationOptions, simulationSettings } from '../../src/flow/simulation-settings.ts';
import { workOf } from '../../src/server/bounds.ts';

/** Pairs of one Euler step, without the frames. */
function pairs(options: SimulationOptions): number {
  const brief = { scheme: 'euler', step: 1, time: 1, diagnostics: [], ...options };
  const settings = simulationSettings(brief);
  return workOf(settings) / (settings.d + 4);
}

it.each<[string, SimulationOptions, number]>([
  ['pairs by the kernels', { n: 500, d: 3 }, 500 ** 2],
  ['pairs by plain Float64', { n: 40, d: 3 }, 4 * 40 ** 2],
  ['modes on the circle', { n: 3_000, d: 2 }, 1_000 * 3_000],
  ['modes on the sphere', { n: 3_000, d: 3 }, 2_000 * 3_000],
  ['pairs where modes do not serve', { n: 3_000, d: 2, dynamics: 'hardmax' }, 3_000 ** 2],
  ['pairs where they are asked for', { n: 3_000, d: 2, engine: 'wasm' }, 3_000 ** 2],
  ['the mean alone', { n: 3_000, d: 2, dynamics: 'kuramoto' }, 3_000],
  ['a velocity of their own', { n: 300, d: 2, dynamics: 'svgd', start: 'gaussian' }, 300 ** 2],
  ['four stages', { n: 500, d: 3, scheme: 'rk4' }, 4 * 500 ** 2],
])('%s', (_, options, expected) => {
  expect(pairs(options)).toBeCloseTo(expected, 6);
});
