/** A run of dynamics of one's own begins with their promises, at its parameters, its times and numbers of particles. */
import { describe, expect, it } from 'vitest';
import { dynamicsNamed } from '../../src/dynamics/catalogue.ts';
import { defineDynamics } from '../../src/dynamics/define.ts';
import type { Dynamics } from '../../src/dynamics/dynamics.ts';
import { simulate } from '../../src/flow/simulation.ts';
import type { SimulationOptions } from '../../src/flow/simulation-settings.ts';
import { tangentFlow } from '../../src/limits/tangent/tangent.ts';
import { InputError } from '../../src/numerics/errors.ts';

type Velocity = NonNullable<Dynamics['velocity']>;

/** v_i = strength · Σ_j w_j x_j */
const meanTimes =
  (strength: (...given: Parameters<Velocity>) => number): Velocity =>
  (particles, parameters, time, out) => {
    const { n, d, positions, masses } = particles;
    const factor = strength(particles, parameters, time, out);
    for (let i = 0; i < n; i++)
      for (let j = 0; j < n; j++)
        for (let k = 0; k < d; k++) out[i * d + k] += factor * masses[j] * positions[j * d + k];
  };

const BETA = { type: 'number', name: 'beta', default: 1, minimum: 0, maximum: 1e6 } as const;
const rising = { parameters: [BETA], properties: { energy: 'increases' } } as const;

const short = { n: 12, d: 3, time: 0.2, step: 0.1, diagnostics: [] };
const refusalOf = async (options: SimulationOptions) => {
  const error = await simulate({ ...short, ...options }).catch((caught) => caught);
  expect(error).toBeInstanceOf(InputError);
  expect(error.field).toBe('dynamics');
  return error.message as string;
};

it('is refused where the energy falls at its β, not at the default', async () => {
  const dynamics = defineDynamics({
    ...rising,
    name: 'turning',
    velocity: meanTimes((_, { beta }) => 3 - Number(beta)),
  });
  await simulate({ ...short, dynamics });
  const message = await refusalOf({ dynamics, parameters: { beta: 5 } });
  expect(message).toMatch(
    /^dynamics turning promise energy increases, but at beta = 5, n = \d+, t = \S+ it fails by \S+ where/,
  );
  expect(message).toMatch(/correct the velocity or withdraw the promise$/);
});

it('is refused where a promise breaks later, and runs where it ends before', async () => {
  const dynamics = defineDynamics({
    ...rising,
    name: 'tired',
    velocity: meanTimes((_, __, time) => 1 - time),
  });
  await simulate({ ...short, dynamics });
  expect(await refusalOf({ dynamics, time: 4 })).toMatch(/promise energy increases.*t = 4\.00/);
});

it('is refused where a promise breaks for many particles, and runs with few', async () => {
  const dynamics = defineDynamics({
    name: 'many',
    properties: { causal: true },
    velocity: (particles, ...rest) => {
      if (particles.n > 10) meanTimes(() => 1)(particles, ...rest);
    },
  });
  await simulate({ ...short, dynamics, n: 10 });
  expect(await refusalOf({ dynamics })).toMatch(/promise causal, but at n = 12/);
});

it('is refused in a limit as well', async () => {
  const dynamics = defineDynamics({
    name: 'away',
    properties: { keepsCones: true },
    velocity: meanTimes(() => -1),
  });
  await expect(tangentFlow({ dynamics, n: 4, d: 3, time: 0.1 })).rejects.toThrow(/keepsCones/);
});

describe('what is true is believed', () => {
  it.each([0, 1, 40, 1e3, 1e5])('of attention at β = %d', async (beta) => {
    const { properties, parameters, interaction } = dynamicsNamed('sa');
    const dynamics = defineDynamics({ name: 'own_sa', properties, parameters, interaction });
    await simulate({ ...short, dynamics, parameters: { beta } });
  });

  it('of a velocity that only exists where the run is', async () => {
    const dynamics = defineDynamics({
      name: 'logarithmic',
      space: 'euclidean',
      properties: { permutationEquivariant: true, causal: true },
      velocity: ({ positions }, _, __, out) => {
        for (let at = 0; at < out.length; at++) out[at] = -positions[at] * Math.log(positions[at]);
      },
    });
    const init = Array.from({ length: 9 }, (_, i) => [i + 1, 20 - i]);
    const { frames } = await simulate({ dynamics, init, time: 0.2, step: 0.1 });
    expect(frames.at(-1)?.positions.data.every(Number.isFinite)).toBe(true);
  });
});

describe('the examination', () => {
  let calls = 0;
  const dynamics = defineDynamics({
    name: 'counted',
    properties: { rotationEquivariant: true, permutationEquivariant: true, energy: 'increases' },
    velocity: (...given) => {
      calls++;
      meanTimes(() => 1)(...given);
    },
  });
  const callsOf = async (options: SimulationOptions) => {
    const before = calls;
    await simulate({ ...short, dynamics, ...options });
    return calls - before;
  };

  it('looks at few particles only, and once for all seeds', async () => {
    const first = await callsOf({ n: 500, seed: 1 });
    const second = await callsOf({ n: 500, seed: 2 });
    expect(first - second).toBeGreaterThan(20);
    expect(first - second).toBeLessThan(100);
  });

  it('is none where nothing is promised', async () => {
    let own = 0;
    const silent = defineDynamics({ name: 'silent', velocity: () => void own++ });
    await simulate({ ...short, dynamics: silent, scheme: 'euler' });
    expect(own).toBeLessThan(10);
  });
});
