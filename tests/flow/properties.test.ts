/** What holds for any particles, parameters and dynamics: engines agree, frames lie on the sphere, order and seed mean what they say. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dynamics, dynamicsNamed } from '../../src/dynamics/catalogue.ts';
import type { Dynamics, Parameter } from '../../src/dynamics/dynamics.ts';
import { type Simulation, simulate } from '../../src/flow/simulation.ts';
import { type SimulationOptions, simulationSettings } from '../../src/flow/simulation-settings.ts';
import { row, toRows } from '../../src/numerics/matrix.ts';
import { norm } from '../../src/numerics/vectors.ts';

const seed = fc.integer({ min: 0, max: 1000 });

/** Within what a short run with a fixed step can take. */
const RANGES: Readonly<Record<string, [number, number]>> = {
  beta: [0, 3],
  kappa: [1, 100],
  initial_radius: [1.5, 3],
  alpha: [0.2, 2],
  switch_time: [0.03, 0.5],
  tie: [0, 1e-6],
  rate: [0, 4],
};

function anyValue(parameter: Parameter, d: number): fc.Arbitrary<unknown> {
  if (parameter.type === 'choice') return fc.constantFrom(...parameter.choices);
  if (parameter.type === 'number') {
    if (parameter.name === 'sweeps') return fc.constant(parameter.default);
    if (parameter.integer) return fc.integer({ min: 1, max: 3 });
    const [min, max] = RANGES[parameter.name];
    // No subnormal numbers: no quantity of a flow is one.
    return fc.double({ min, max, noNaN: true }).map((x) => (x < 1e-300 ? 0 : x));
  }
  const entry = fc.double({ min: -1, max: 1, noNaN: true });
  return fc.oneof(
    fc.constant('identity'),
    entry,
    seed.map((s) => `ginibre:${s}`),
    seed.map((s) => `wigner:${s}`),
    fc.array(entry, { minLength: d, maxLength: d }).map((diagonal) => ({ diagonal })),
    fc.array(fc.array(entry, { minLength: d, maxLength: d }), { minLength: d, maxLength: d }),
  );
}

/** `plain` leaves every matrix the identity. */
function parametersOf(entry: Dynamics, d: number, plain: boolean) {
  const chosen = entry.parameters.filter(({ type }) => !(plain && type === 'matrix'));
  return fc.record(Object.fromEntries(chosen.map((one) => [one.name, anyValue(one, d)])));
}

/** A short run of any entry among these, from any start, with any masses. */
function runs(names: readonly string[], most = 5, plain = false): fc.Arbitrary<SimulationOptions> {
  const shape = fc.record({
    name: fc.constantFrom(...names),
    n: fc.integer({ min: 1, max: 12 }),
    size: fc.integer({ min: 2, max: most }),
  });
  return shape.chain(({ name, n, size }) => {
    const entry = dynamicsNamed(name);
    const d = entry.dimension ?? size;
    const masses = fc.array(fc.double({ min: 0.01, max: 1, noNaN: true }), {
      minLength: n,
      maxLength: n,
    });
    return fc.record({
      dynamics: fc.constant(name),
      start: fc.constant(entry.space === 'sphere' ? 'uniform' : 'gaussian'),
      parameters: parametersOf(entry, d, plain),
      n: fc.constant(n),
      d: fc.constant(d),
      seed,
      masses,
      time: fc.constant(0.4),
      step: fc.constant(0.02),
      scheme: fc.constantFrom(...(entry.noise ? ['heun'] : ['layer', 'euler', 'rk4', 'heun'])),
      saveAt: fc.constant([0, 0.2, 0.4]),
      diagnostics: fc.constant<string[]>([]),
    });
  });
}

/** Those that engines run. */
const all = dynamics.filter(({ interaction }) => interaction).map(({ name }) => name);
/** Those that more than one engine runs, whatever Q and K. */
const shared = all.filter((name) => !name.startsWith('sinkhorn'));
const check = (
  options: fc.Arbitrary<SimulationOptions>,
  holds: (options: SimulationOptions) => Promise<void>,
  numRuns = 80,
) => fc.assert(fc.asyncProperty(options, holds), { numRuns, seed: 1 });

/** Positions, then radii, frame by frame. */
const states = ({ frames }: Simulation) =>
  frames.flatMap(({ positions, radii }) => [...positions.data, ...(radii ?? [])]);

const largest = (values: readonly number[]) =>
  values.reduce((found, value) => Math.max(found, Math.abs(value)), 1);

function expectSame(found: Simulation, expected: Simulation, tolerance: number): void {
  const values = states(expected);
  expect(states(found)).toBeAllClose(values, { absolute: tolerance * largest(values) });
}

describe('engines go the same way', { tags: 'slow' }, () => {
  it('reference and wasm in float64 within 1e-9, for every entry', () =>
    check(
      runs(shared),
      async (options) => {
        const reference = await simulate({ ...options, engine: 'reference' });
        const wasm = await simulate({ ...options, engine: 'wasm' });
        expect([reference.engine.name, wasm.engine.name]).toEqual(['reference', 'wasm']);
        expectSame(wasm, reference, 1e-9);
      },
      150,
    ));

  it('wasm in float32 within 1e-4', () =>
    check(runs(shared.filter((name) => name !== 'hardmax')), async (options) => {
      const wide = await simulate({ ...options, engine: 'reference' });
      const narrow = await simulate({ ...options, engine: 'wasm', precision: 'float32' });
      expectSame(narrow, wide, 1e-4);
    }));

  it('spectral on the circle and on S² within 1e-9, where it claims to', () => {
    const claimed = ['sa', 'usa', 'noisy', 'kuramoto', 'repulsion'];
    return check(runs(claimed, 3, true), async (options) => {
      const reference = await simulate({ ...options, engine: 'reference' });
      const spectral = await simulate({ ...options, engine: 'spectral' });
      expect(spectral.engine.name).toBe('spectral');
      expectSame(spectral, reference, 1e-9);
    });
  });

  it('and auto as one of them', () =>
    check(
      runs(all),
      async (options) => {
        const chosen = await simulate(options);
        const engine = chosen.engine.name as 'reference' | 'wasm';
        expect(states(chosen)).toEqual(states(await simulate({ ...options, engine })));
      },
      20,
    ));
});

describe('every run', () => {
  it('has its frames on the sphere, and masses of sum 1', () =>
    check(runs(all), async (options) => {
      const { settings, frames } = await simulate(options);
      expect(settings.masses.reduce((sum, mass) => sum + mass, 0)).toBeCloseTo(1, 14);
      expect(frames.map(({ time }) => time)).toEqual([0, 0.2, 0.4]);
      if (settings.entry.space === 'euclidean') return;
      for (const { positions } of frames)
        for (let i = 0; i < positions.rows; i++)
          expect(Math.abs(norm(row(positions, i)) - 1)).toBeLessThan(1e-15 * 4);
    }));

  it('is the same again with the same seed, bit for bit, and another with another', () =>
    check(
      runs(all),
      async (options) => {
        const first = states(await simulate(options));
        expect(states(await simulate(options))).toEqual(first);
        const other = { ...options, seed: Number(options.seed) + 1 };
        expect(states(await simulate(other))).not.toEqual(first);
      },
      40,
    ));

  it('does not depend on the order of the particles where the entry says so', () =>
    check(
      runs(
        dynamics
          .filter((e) => e.interaction && e.properties.permutationEquivariant && !e.noise)
          .map((e) => e.name),
      ),
      async (options) => {
        const rows = toRows(simulationSettings(options).positions);
        const masses = [...(options.masses ?? [])];
        const before = await simulate({ ...options, init: rows });
        const after = await simulate({
          ...options,
          init: rows.toReversed(),
          masses: masses.toReversed(),
        });
        const last = ({ frames }: Simulation) => toRows(frames[2].positions);
        const expected = last(before).toReversed().flat();
        expect(last(after).flat()).toBeAllClose(expected, { absolute: 1e-9 * largest(expected) });
      },
    ));

  it('knows nothing of later tokens where it is causal', () =>
    check(runs(['causal_sa', 'causal_usa']), async ({ masses = [], ...options }) => {
      const rows = toRows(simulationSettings(options).positions);
      const whole = await simulate({ ...options, init: rows, masses });
      const kept = Math.ceil(rows.length / 2);
      const part = rows.slice(0, kept);
      const total = masses.slice(0, kept).reduce((sum, mass) => sum + mass, 0);
      // USA does not divide by the masses that are seen, so they must stay as they were.
      const rest = masses.reduce((sum, mass) => sum + mass, 0) - total;
      const alone = await simulate({
        ...options,
        n: undefined,
        init: [...part, part[0]],
        masses: [...masses.slice(0, kept), rest],
      });
      const first = ({ frames }: Simulation) => toRows(frames[2].positions).slice(0, kept).flat();
      expect(first(alone)).toBeAllClose(first(whole), { absolute: 1e-12 });
    }));

  it('counts a particle of double mass as two', () =>
    check(
      runs(all.filter((name) => !/causal|noisy/.test(name))),
      async ({ masses = [], ...options }) => {
        const rows = toRows(simulationSettings(options).positions);
        const [first, ...others] = masses;
        const once = await simulate({ ...options, init: rows, masses });
        const twice = await simulate({
          ...options,
          n: undefined,
          init: [rows[0], ...rows],
          masses: [first / 2, first / 2, ...others],
        });
        const found = toRows(twice.frames[2].positions);
        const expected = toRows(once.frames[2].positions).flat();
        const close = { absolute: 1e-9 * largest(expected) };
        expect(found.slice(1).flat()).toBeAllClose(expected, close);
        expect(found[0]).toBeAllClose(found[1], close);
      },
    ));
});
