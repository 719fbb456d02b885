/** Particles that have met become one: what that keeps, what it costs and saves, and where it is refused. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expand, mergeClose, unmerged, unmergedNote } from '../../src/flow/merging.ts';
import { type Simulation, simulate } from '../../src/flow/simulation.ts';
import { type SimulationOptions, simulationSettings } from '../../src/flow/simulation-settings.ts';
import { angle } from '../../src/geometry/sphere.ts';
import { uniformDirection } from '../../src/geometry/uniform.ts';
import { row, toRows } from '../../src/numerics/matrix.ts';
import { random } from '../../src/numerics/random.ts';
import { norm } from '../../src/numerics/vectors.ts';
import { refusal } from '../dynamics/refusal.ts';
import { closingTime } from './closed-forms.ts';

const onCircle = (theta: number) => [Math.cos(theta), Math.sin(theta)];
const circle = (angles: readonly number[]) => Float64Array.from(angles.flatMap(onCircle));
const equal = (n: number) => new Float64Array(n).fill(1 / n);

describe('merging what is close', () => {
  it('takes the centre of mass of groups that are nowhere wider than the tolerance', () => {
    const angles = [0, 3, 0.009, 0.004, 2];
    const before = unmerged(circle(angles), Float64Array.of(0.1, 0.2, 0.3, 0.1, 0.3), 2);
    const after = mergeClose(before, { merge: 0.01, space: 'sphere' });
    expect(after?.members).toEqual([[0, 2, 3], [1], [4]]);
    expect(after?.masses).toBeAllClose([0.5, 0.2, 0.3]);
    const [x, y] = after?.positions ?? [];
    const mean = [0, 0.009, 0.004].map(onCircle);
    const along = [0, 1].map((k) => 0.1 * mean[0][k] + 0.3 * mean[1][k] + 0.1 * mean[2][k]);
    expect([x, y]).toBeAllClose(along.map((value) => value / Math.hypot(...along)));
  });

  it('leaves chains that are wider, and says so', () => {
    const chain = unmerged(circle([0, 3, 0.009, 0.018, 2, 2.005]), equal(6), 2);
    const settings = { merge: 0.01, space: 'sphere' } as const;
    const after = mergeClose(chain, settings);
    expect(after?.members).toEqual([[0], [1], [2], [3], [4, 5]]);
    expect(mergeClose(after ?? chain, settings)).toBeNull();
    expect(unmergedNote(after ?? chain, settings)).toMatch(
      /^3 particles .* groups wider than that/,
    );
    expect(unmergedNote(unmerged(circle([0, 1]), equal(2), 2), settings)).toBeNull();
  });

  it.each<[string, number[], number, RegExp]>([
    ['two poles', [0, Math.PI], Math.PI, /^2 particles .* balance out/],
    ['a triangle', [0, (2 * Math.PI) / 3, (4 * Math.PI) / 3], 2.1, /^3 particles .* balance out/],
    [
      'a square',
      [0, 1, 2, 3].map((k) => (k * Math.PI) / 2),
      1.6,
      /^4 particles .* wider than that/,
    ],
  ])('leaves what balances out: %s', (_, angles, merge, note) => {
    const before = unmerged(circle(angles), equal(angles.length), 2);
    expect(mergeClose(before, { merge, space: 'sphere' })).toBeNull();
    expect(unmergedNote(before, { merge, space: 'sphere' })).toMatch(note);
    // Off the sphere the centre is a place like any other.
    const flat = mergeClose(before, { merge: 2, space: 'euclidean' });
    expect(flat?.members).toEqual([angles.map((_, i) => i)]);
    expect(flat?.positions).toBeAllClose([0, 0], { absolute: 1e-15 });
  });

  it('where the masses do not balance, two poles become the heavier', () => {
    const before = unmerged(circle([0, Math.PI]), Float64Array.of(0.3, 0.7), 2);
    const after = mergeClose(before, { merge: Math.PI, space: 'sphere' });
    expect(after?.positions).toBeAllClose([-1, 0], { absolute: 1e-15 });
  });

  it('moves nobody farther than the tolerance, and knows no order of the particles', () =>
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 40 }),
        fc.integer({ min: 2, max: 4 }),
        fc.double({ min: 0.01, max: Math.PI, noNaN: true }),
        fc.integer(),
        (n, d, merge, seed) => {
          const stream = random(seed >>> 0);
          const rows = Array.from({ length: n }, () => [...uniformDirection(d, stream)]);
          const of = (order: readonly number[]) =>
            mergeClose(unmerged(Float64Array.from(order.flatMap((i) => rows[i])), equal(n), d), {
              merge,
              space: 'sphere',
            });
          const ranks = rows.map((_, i) => ({ i, rank: stream.uniform() }));
          const order = ranks.sort((a, b) => a.rank - b.rank).map(({ i }) => i);
          const [after, turned] = [of(rows.map((_, i) => i)), of(order)];
          const named = turned?.members.map((own) =>
            own.map((at) => order[at]).sort((a, b) => a - b),
          );
          expect(named?.map(String).sort()).toEqual(after?.members.map(String).sort());
          after?.members.forEach((own, at) => {
            const centre = after.positions.subarray(at * d, (at + 1) * d);
            for (const i of own) {
              expect(angle(Float64Array.from(rows[i]), centre)).toBeLessThan(merge + 1e-9);
              for (const j of own)
                expect(angle(Float64Array.from(rows[i]), Float64Array.from(rows[j]))).toBeLessThan(
                  merge + 1e-9,
                );
            }
          });
        },
      ),
      { numRuns: 200, seed: 1 },
    ));

  it('measures angles on the sphere and distances off it, the tolerance included', () => {
    const pair = (gap: number) => unmerged(circle([0, gap]), equal(2), 2);
    expect(mergeClose(pair(1.0001), { merge: 1, space: 'sphere' })).toBeNull();
    expect(mergeClose(pair(0.9999), { merge: 1, space: 'sphere' })?.members).toEqual([[0, 1]]);
    const flat = unmerged(Float64Array.of(0, 2, 5), equal(3), 1);
    const merged = mergeClose(flat, { merge: 2, space: 'euclidean' });
    expect(merged?.members).toEqual([[0, 1], [2]]);
    expect(merged?.positions).toBeAllClose([1, 5]);
  });

  it('counts particles without mass alike', () => {
    const before = unmerged(Float64Array.of(0, 1, 9), Float64Array.of(0, 0, 1), 1);
    expect(mergeClose(before, { merge: 1, space: 'euclidean' })?.positions).toBeAllClose([0.5, 9]);
  });

  it('keeps masses, members, and the mean direction of every group, whatever the particles', () =>
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 30 }),
        fc.integer({ min: 2, max: 4 }),
        fc.double({ min: 0.01, max: 1.5, noNaN: true }),
        fc.integer(),
        (n, d, merge, seed) => {
          const stream = random(seed >>> 0);
          const rows = Array.from({ length: n }, () => [...uniformDirection(d, stream)]);
          const draw = Array.from({ length: n }, () => 0.1 + stream.uniform());
          const total = draw.reduce((sum, mass) => sum + mass, 0);
          const masses = Float64Array.from(draw, (mass) => mass / total);
          const before = unmerged(Float64Array.from(rows.flat()), masses, d);
          const after = mergeClose(before, { merge, space: 'sphere' }) ?? before;
          expect(after.masses.reduce((sum, mass) => sum + mass, 0)).toBeCloseTo(1, 13);
          expect(after.members.flat().sort((a, b) => a - b)).toEqual(rows.map((_, i) => i));
          const all = expand(after.positions, after);
          after.members.forEach((own, at) => {
            const sum = Array.from({ length: d }, (_, k) =>
              own.reduce((part, i) => part + masses[i] * rows[i][k], 0),
            );
            const direction = sum.map((value) => value / norm(sum));
            for (const i of own)
              expect(all.subarray(i * d, (i + 1) * d)).toBeAllClose(direction, { absolute: 1e-12 });
            expect(after.masses[at]).toBeCloseTo(
              own.reduce((part, i) => part + masses[i], 0),
              13,
            );
          });
          // What is left is farther apart than the tolerance only before the centres are taken.
          expect(after.masses.length === n).toBe(after === before);
        },
      ),
      { numRuns: 100, seed: 1 },
    ));

  it('expands any rows to all members', () => {
    const merged = { ...unmerged(new Float64Array(4), equal(2), 2), members: [[0, 2], [1]] };
    expect([...expand(Float64Array.of(1, 2, 3, 4), merged)]).toEqual([1, 2, 3, 4, 1, 2]);
    expect([...expand(Float64Array.of(7, 8), merged)]).toEqual([7, 8, 7]);
  });
});

/** 50 particles on the circle that stay in several clusters for very long. */
const metastable: SimulationOptions = {
  n: 50,
  d: 2,
  seed: 4,
  parameters: { beta: 25 },
  scheme: 'dopri5',
  merge: 1e-3,
  diagnostics: ['cluster_count', 'energy', 'mean_resultant'],
};

const last = ({ frames }: Simulation) => frames[frames.length - 1];

describe('a metastable run', () => {
  it('is close to the one without merging, says how close, and takes a tenth of the steps', async () => {
    const settings = { ...metastable, time: 1e4, saveAt: 'log:1e-2:1e4:10' };
    const merged = await simulate({ ...settings, mergeError: true });
    const plain = await simulate({ ...settings, merge: undefined });
    expect(last(merged).particles).toBeLessThan(10);
    expect(10 * merged.steps).toBeLessThan(plain.steps);
    const errors = merged.frames.map(({ mergeError }) => mergeError);
    for (const [k, error] of errors.entries()) {
      const [found, expected] = [merged.frames[k], plain.frames[k]];
      // Merging moves a particle by less than the tolerance, and the flow closes the gap again.
      expect(error).toBeLessThan(1e-3);
      expect(found.positions.data).toBeAllClose(expected.positions.data, {
        absolute: Number(error) + 1e-12,
      });
      expect(found.diagnostics.cluster_count).toBe(expected.diagnostics.cluster_count);
      expect([found.diagnostics.energy]).toBeAllClose([Number(expected.diagnostics.energy)], {
        absolute: 0,
        relative: 1e-5,
      });
    }
    expect(Number(errors.at(-1))).toBeLessThan(1e-6);
    expect(Math.max(...errors.map(Number))).toBeGreaterThan(0);
    expect(plain.frames.every(({ mergeError }) => mergeError === null)).toBe(true);
  });

  it.each<[string, SimulationOptions]>([
    ['of the adaptive scheme', { scheme: 'dopri5' }],
    ['of whole layers', { scheme: 'layer', step: 0.1 }],
  ])('is compared where it stops, and goes no further: %s', async (_, scheme) => {
    const settings = { ...metastable, n: 20, ...scheme, merge: 0.01, stopClusters: 6 };
    const stopped = await simulate({ ...settings, time: 1e7, mergeError: true });
    expect(stopped.stopped).toBe('clusters');
    expect(stopped.time).toBeLessThan(1e3);
    expect(stopped.frames).toHaveLength(2);
    const plain = { ...settings, merge: undefined, stopClusters: undefined };
    const there = await simulate({ ...plain, time: stopped.time, saveAt: [stopped.time] });
    const apart = Math.max(
      ...Array.from({ length: 20 }, (_, i) =>
        angle(row(last(stopped).positions, i), row(last(there).positions, i)),
      ),
    );
    expect(apart).toBeGreaterThan(0);
    expect(last(stopped).mergeError).toBeCloseTo(apart, 9);
  });

  it('reaches time 1e8 in a thousand steps', async () => {
    const found = await simulate({ ...metastable, time: 1e8, saveAt: 'log:1e-2:1e8:40' });
    expect(found).toMatchObject({ time: 1e8, stopped: 'end' });
    expect(found.frames).toHaveLength(40);
    expect(found.steps + found.rejected).toBeLessThan(1000);
    const left = found.frames.map(({ particles }) => particles);
    expect(left).toEqual(left.toSorted((a, b) => b - a));
    for (const { positions, particles } of found.frames)
      expect(new Set(toRows(positions).map(String)).size).toBe(particles);
  });

  it('reports who met when', async () => {
    const { merges, frames, settings } = await simulate({ ...metastable, time: 1e6 });
    const times = merges.map(({ time }) => time);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    const together = merges.flatMap(({ groups }) => groups);
    for (const group of together) expect(group.length).toBeGreaterThan(1);
    const rows = toRows(frames[1].positions).map(String);
    for (const group of together) expect(new Set(group.map((i) => rows[i])).size).toBe(1);
    // Each merger takes at least one particle away.
    expect(settings.n - frames[1].particles).toBeGreaterThanOrEqual(merges.length);
  });

  it('stops when few are left', async () => {
    const found = await simulate({ ...metastable, time: 1e8, stopClusters: 5 });
    expect(found.stopped).toBe('clusters');
    expect(last(found).particles).toBeLessThanOrEqual(5);
    expect(found.time).toBe(last(found).time);
    expect(found.time).toBe(found.merges.at(-1)?.time);
    expect(found.time).toBeLessThan(1e8);
  });

  it('stops when nothing is fast', async () => {
    const found = await simulate({ ...metastable, time: 1e8, stopBelow: 1e-6 });
    expect(found.stopped).toBe('stationary');
    expect(found.time).toBeLessThan(1e6);
    expect(found.frames).toHaveLength(2);
    const still = await simulate({ start: 'regular_polygon', n: 6, d: 2, stopBelow: 1e-12 });
    expect(still).toMatchObject({ stopped: 'stationary', time: 0 });
    expect(still.frames).toHaveLength(1);
  });
});

describe('what nothing can stand for stays as it is, and the result says so', () => {
  const axes = (d: number) =>
    [1, -1].flatMap((sign) => Array.from({ length: d }, (_, k) => onAxis(d, k, sign)));
  const onAxis = (d: number, at: number, sign: number) =>
    Array.from({ length: d }, (_, k) => (k === at ? sign : 0));

  it.each<[string, SimulationOptions, number]>([
    ['a square', { init: axes(2), merge: 1.6 }, 4],
    ['antipodes', { init: axes(1).map(([x]) => [x, 0]), merge: Math.PI }, 2],
    ['an octahedron', { init: axes(3), merge: 1.6 }, 6],
    ['a ring', { start: 'regular_polygon', n: 64, d: 2, merge: 0.1 }, 64],
  ])('%s', async (_, options, n) => {
    const settings = { ...options, time: 1, diagnostics: [], mergeError: true };
    for (const scheme of ['layer', 'dopri5']) {
      const found = await simulate({ ...settings, scheme });
      expect(found.merges).toEqual([]);
      for (const { particles, positions, mergeError } of found.frames) {
        expect(particles).toBe(n);
        expect([...positions.data].every(Number.isFinite)).toBe(true);
        expect(mergeError).toBe(0);
      }
      expect(found.notes.merge).toMatch(
        `at time 1 ${n} particles no farther than ${options.merge}`,
      );
    }
  });

  it('says nothing where all is merged in the end', async () => {
    const found = await simulate({ n: 20, d: 2, scheme: 'dopri5', time: 40, merge: 0.5 });
    expect(last(found).particles).toBe(1);
    expect(found.notes).not.toHaveProperty('merge');
  });
});

describe('the time of a merger', () => {
  /** n equiangular particles of this cosine, in R^n. */
  const equiangular = (n: number, rho: number) => {
    const along = (Math.sqrt(1 + (n - 1) * rho) - Math.sqrt(1 - rho)) / n;
    return Array.from({ length: n }, (_, i) =>
      Array.from({ length: n }, (_, k) => along + (i === k ? Math.sqrt(1 - rho) : 0)),
    );
  };
  const closing = { beta: 4, from: 0.2, merge: 0.05 };
  const exact = (n: number, merge = closing.merge) =>
    closingTime('sa', [closing.from, Math.cos(merge)], { n, beta: closing.beta });
  const run = (n: number, options: SimulationOptions) =>
    simulate({
      init: equiangular(n, closing.from),
      parameters: { beta: closing.beta },
      time: 10,
      merge: closing.merge,
      diagnostics: [],
      ...options,
    });

  it.each([2, 3, 5])('is that of the closed form, however long the step: n = %i', async (n) => {
    const { merges } = await run(n, { scheme: 'dopri5', tolerance: 1e-11 });
    expect(merges.map(({ groups }) => groups)).toEqual([[Array.from({ length: n }, (_, i) => i)]]);
    expect(merges[0].time / exact(n)).toBeCloseTo(1, 7);
    const cubic = await run(n, { scheme: 'rk4', step: 0.05 });
    expect(cubic.merges[0].time / exact(n)).toBeCloseTo(1, 4);
    const half = await run(n, { scheme: 'rk4', step: 0.025 });
    const error = ({ merges: [{ time }] }: Simulation) => Math.abs(time - exact(n));
    // Cubic interpolation is of order 4.
    expect(error(cubic) / error(half)).toBeGreaterThan(8);
  });

  it('is where a run stops that waits for it, in the state there', async () => {
    const found = await run(2, { scheme: 'dopri5', tolerance: 1e-11, stopClusters: 1 });
    expect(found.stopped).toBe('clusters');
    expect(found.time).toBe(found.merges[0].time);
    expect(last(found)).toMatchObject({ time: found.time, particles: 1 });
    expect(found.time / exact(2)).toBeCloseTo(1, 7);
  });

  it('is the end of the step for layers, which have no inside', async () => {
    const { merges } = await run(2, { scheme: 'layer', step: 0.1 });
    expect(10 * merges[0].time).toBeCloseTo(Math.round(10 * merges[0].time), 9);
  });

  it('parts the frames of its step: before it all particles, from it on one', async () => {
    const at = exact(3);
    const saveAt = [at - 1e-4, at + 1e-4, 10];
    const { frames, merges } = await run(3, { scheme: 'dopri5', tolerance: 1e-11, saveAt });
    expect(frames.map(({ particles }) => particles)).toEqual([3, 1, 1]);
    expect(frames[1].steps).toBe(frames[0].steps);
    expect(new Set(toRows(frames[1].positions).map(String)).size).toBe(1);
    expect(merges).toHaveLength(1);
  });

  it('is found for each of several within one step', async () => {
    // Three pairs far apart, of which each closes as if alone but for e^{−β}.
    const pairs = [0.3, 0.29, 0.28].flatMap((gap, k) => [2 * k, 2 * k + gap]);
    const settings: SimulationOptions = {
      init: pairs.map(onCircle),
      parameters: { beta: 30 },
      time: 4,
      merge: 0.1,
      diagnostics: [],
      tolerance: 1e-10,
    };
    const fine = await simulate({ ...settings, scheme: 'dopri5' });
    const coarse = await simulate({ ...settings, scheme: 'rk4', step: 0.2 });
    const groups = [[[4, 5]], [[2, 3]], [[0, 1]]];
    expect(fine.merges.map((merge) => merge.groups)).toEqual(groups);
    expect(coarse.merges.map((merge) => merge.groups)).toEqual(groups);
    const times = fine.merges.map(({ time }) => time);
    expect(coarse.merges.map(({ time }) => time)).toBeAllClose(times, { absolute: 2e-3 });
    expect(new Set(times.map((time) => Math.floor(time / 0.2))).size).toBe(1);
  });
});

it('one particle of each cluster carries on for the others off the sphere too', async () => {
  const settings: SimulationOptions = {
    dynamics: 'no_projection',
    start: 'box',
    n: 20,
    d: 2,
    parameters: { value: -1 },
    scheme: 'dopri5',
    time: 20,
    diagnostics: [],
  };
  const merged = await simulate({ ...settings, merge: 0.05, mergeError: true });
  const plain = await simulate(settings);
  expect(last(merged).particles).toBeLessThan(20);
  expect(last(merged).view?.data).toHaveLength(40);
  expect(last(merged).positions.data).toBeAllClose(last(plain).positions.data, {
    absolute: Number(last(merged).mergeError),
  });
});

describe('merging is refused where it would be wrong', () => {
  it.each<[string, SimulationOptions, string, RegExp]>([
    ['causal', { dynamics: 'causal_sa' }, 'merge', /the order of the particles matters, leave it/],
    ['noise', { dynamics: 'noisy' }, 'merge', /the noise of every particle is its own/],
    ['radii', { dynamics: 'normalised' }, 'merge', /give every particle a radius of its own/],
    ['too many', { n: 20_001 }, 'merge', /n = 20001 is over the 20000 particles/],
    ['an angle of 0', { merge: 0 }, 'merge', /merge is 0.*from 1e-12/],
    ['an angle of 4', { merge: 4 }, 'merge', /merge is 4.*from 1e-12 to 3.14/],
    ['no distance', { dynamics: 'no_projection', merge: 0 }, 'merge', /merge is 0/],
    ['no angle', { merge: undefined, mergeError: true }, 'mergeError', /needs merge/],
    ['no angle', { merge: undefined, stopClusters: 3 }, 'stopClusters', /needs merge/],
    ['no cluster', { stopClusters: 0 }, 'stopClusters', /stopClusters is 0/],
  ])('%s', (_, options, field, message) => {
    const found = refusal(() => simulationSettings({ merge: 0.01, ...options }));
    expect(found.field).toBe(field);
    expect(found.message).toMatch(message);
  });
});
