/** The energy that a run reports is the one that its dynamics promise something about. */
import { describe, expect, it } from 'vitest';
import { dynamics } from '../../src/dynamics/catalogue.ts';
import { defineDynamics } from '../../src/dynamics/define.ts';
import { type Dynamics, energyBetaOf } from '../../src/dynamics/dynamics.ts';
import { simulate } from '../../src/flow/simulation.ts';
import { row } from '../../src/numerics/matrix.ts';

const STEPS = { seed: 5, n: 9, scheme: 'dopri5', time: 0.4, saveAt: 'linear:0:0.4:9' } as const;

async function framesOf(entry: Dynamics) {
  const { frames } = await simulate({ ...STEPS, dynamics: entry, d: entry.dimension ?? 3 });
  return frames;
}

const scalar = (value: unknown) => (typeof value === 'number' ? value : Number.NaN);

/** Promises are about the flow without noise; diagnostics of a flow with a view are about the view. */
const promising = dynamics
  .filter(({ properties, view }) => properties.energy !== null && !view)
  .map(({ noise: _, ...entry }): Dynamics => entry);

it.each(promising)('of $name goes where it is promised to go', async (entry) => {
  const energies = (await framesOf(entry)).map(({ diagnostics }) => scalar(diagnostics.energy));
  const sign = entry.properties.energy === 'increases' ? 1 : -1;
  for (let k = 1; k < energies.length; k++)
    expect(sign * (energies[k] - energies[k - 1])).toBeGreaterThan(0);
});

describe.each([
  ['kuramoto', dynamics.find(({ name }) => name === 'kuramoto') as Dynamics],
  ['of one’s own without β', defineDynamics({ name: 'still', velocity: () => {} })],
])('%s', (_, entry) => {
  it('has the energy of β = 0, half the square of the mean', async () => {
    expect(energyBetaOf(entry, {})).toBe(0);
    for (const { positions, diagnostics } of await framesOf(entry)) {
      const mean = Array.from({ length: positions.columns }, (_, k) =>
        Array.from({ length: positions.rows }, (_, i) => row(positions, i)[k] / positions.rows),
      ).map((coordinates) => coordinates.reduce((sum, one) => sum + one, 0));
      const square = mean.reduce((sum, one) => sum + one * one, 0);
      expect(scalar(diagnostics.energy)).toBeCloseTo(square / 2, 12);
    }
  });
});

it('of one’s own can be said', () => {
  const entry = defineDynamics({ name: 'still', velocity: () => {}, energyBeta: () => 3 });
  expect(energyBetaOf(entry, {})).toBe(3);
});
