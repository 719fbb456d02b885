/** Birth and death at constant total mass: the energy identity of docs/theory.md §4.10, closed forms, and what stays as it was. */
import { expect, it, test } from 'vitest';
import { defineDynamics } from '../../src/dynamics/define.ts';
import { type Simulation, simulate, simulationToJson } from '../../src/flow/simulation.ts';
import { angle } from '../../src/geometry/sphere.ts';
import { type Matrix, row } from '../../src/numerics/matrix.ts';

const run = (parameters: object, more: object = {}) =>
  simulate({
    dynamics: 'birth_death',
    parameters,
    seed: 2,
    time: 1,
    ...('init' in more ? {} : { n: 12, d: 3 }),
    scheme: 'dopri5',
    tolerance: 1e-12,
    diagnostics: [],
    ...more,
  } as Parameters<typeof simulate>[0]);

const massesOf = ({ frames }: Simulation) => frames.map(({ masses }) => masses as Float64Array);
const sum = (values: Iterable<number>) => [...values].reduce((total, value) => total + value, 0);

function inner(x: Float64Array, y: Float64Array): number {
  return sum(x.map((value, k) => value * y[k]));
}

/** E, Σ w|P∇δE|² and Var_w(δE) at a frame. */
function energetics(x: Matrix, w: Float64Array, beta: number) {
  const indices = Array.from(w.keys());
  const cosine = (i: number, j: number) => inner(row(x, i), row(x, j));
  const delta = indices.map(
    (i) => sum(indices.map((j) => w[j] * Math.exp(beta * cosine(i, j)))) / beta,
  );
  const slopes = indices.map((i) => {
    const own = row(x, i);
    const pull = own.map((_, k) =>
      sum(indices.map((j) => w[j] * Math.exp(beta * cosine(i, j)) * row(x, j)[k])),
    );
    const along = inner(own, pull);
    return sum(pull.map((value, k) => (value - along * own[k]) ** 2));
  });
  const mean = sum(indices.map((i) => w[i] * delta[i]));
  return {
    energy: mean / 2,
    transport: sum(indices.map((i) => w[i] * slopes[i])),
    variance: sum(indices.map((i) => w[i] * (delta[i] - mean) ** 2)),
  };
}

it.each([
  ['both', 1, 4],
  ['transport', 1, 0],
  ['reaction', 0, 4],
])('%s: Ė = Σ w|∇δE|² + 4 Var_w(δE)', async (part, transport, reaction) => {
  const h = 1e-4;
  const found = await run({ beta: 3, part }, { time: 0.2, saveAt: [0.1 - h, 0.1, 0.1 + h] });
  const [before, here, after] = found.frames.map((frame) =>
    energetics(frame.positions, frame.masses as Float64Array, 3),
  );
  const rate = (after.energy - before.energy) / (2 * h);
  expect(rate).toBeCloseTo(transport * here.transport + reaction * here.variance, 5);
  expect(rate).toBeGreaterThan(0.01);
});

it('keeps the total mass, and all masses at least 0, by every scheme', async () => {
  for (const scheme of ['layer', 'euler', 'rk4', 'dopri5'])
    for (const masses of massesOf(await run({ beta: 6 }, { scheme, step: 0.1, time: 2 }))) {
      expect(sum(masses)).toBeCloseTo(1, 13);
      expect(Math.min(...masses)).toBeGreaterThanOrEqual(0);
    }
});

it('reaction alone: the log ratio of two masses that see the same grows as δE_1 − δE_2', async () => {
  // Fixed points at angle φ: ẇ/w = 4(δE_1 − Σ w δE) is ṡ = 4 s(1 − s)(2s − 1) (e^β − e^{β cos φ})/β for s = w_1.
  const [beta, phi, s0, time] = [2, 1, 0.6, 0.3];
  const init = [
    [1, 0],
    [Math.cos(phi), Math.sin(phi)],
  ];
  const found = await run({ beta, part: 'reaction' }, { init, masses: [s0, 1 - s0], time });
  const rate = (4 * (Math.exp(beta) - Math.exp(beta * Math.cos(phi)))) / beta;
  // s(1 − s)/(2s − 1)² falls like e^{−rate t}.
  const ratio = (s: number) => (s * (1 - s)) / (2 * s - 1) ** 2;
  const s = massesOf(found)[1][0];
  expect(ratio(s)).toBeCloseTo(ratio(s0) * Math.exp(-rate * time), 9);
  expect(found.frames[1].positions.data).toEqual(found.frames[0].positions.data);
});

test('transport alone is unnormalised attention', async () => {
  const { frames } = await run({ beta: 2, part: 'transport' }, { masses: undefined });
  const usa = await run({ beta: 2 }, { dynamics: 'usa' });
  expect(frames[1].positions.data).toBeAllClose(usa.frames[1].positions.data, { absolute: 1e-9 });
});

test('equal masses on an orthonormal start stay equal', async () => {
  const found = await run({ beta: 2 }, { start: 'orthonormal', n: 3 });
  expect(massesOf(found)[1]).toBeAllClose([1 / 3, 1 / 3, 1 / 3], { absolute: 1e-12 });
});

test('the layer has order one in the masses too', async () => {
  const exact = massesOf(await run({ beta: 2 }))[1];
  const error = async (step: number) => {
    const masses = massesOf(await run({ beta: 2 }, { scheme: 'layer', step }))[1];
    return Math.max(...masses.map((mass, i) => Math.abs(mass - exact[i])));
  };
  const slope = Math.log2((await error(0.01)) / (await error(0.005)));
  expect(slope).toBeGreaterThan(0.9);
  expect(slope).toBeLessThan(1.1);
});

test('two Diracs merge along their great circle whatever their masses', async () => {
  const init = [
    [1, 0, 0],
    [Math.cos(1), Math.sin(1), 0],
  ];
  const found = await run({ beta: 1 }, { init, masses: [0.3, 0.7], time: 4 });
  const [x, y] = [0, 1].map((i) => row(found.frames[1].positions, i));
  expect(angle(x, y)).toBeLessThan(0.05);
  expect(Math.abs(x[2]) + Math.abs(y[2])).toBeLessThan(1e-12);
});

test('masses are in the record of every frame, and only where they change', async () => {
  const record = simulationToJson(await run({ beta: 1 }));
  expect(record.frame_masses).toHaveLength(2);
  expect(simulationToJson(await run({}, { dynamics: 'sa' })).frame_masses).toBeUndefined();
});

it('refuses merging, and a reaction beside a normalisation', async () => {
  await expect(run({}, { merge: 0.1 })).rejects.toThrow(
    'option merge does not fit: dynamics birth_death change the masses of particles one by one',
  );
  const entry = () =>
    defineDynamics({
      name: 'both',
      velocity: () => {},
      reaction: () => {},
      normalisation: () => ({ kind: 'post', initialRadius: 1 }) as never,
    });
  expect(entry).toThrow('have a normalisation and a reaction: expected one of them');
});

test('a reaction of one’s own', async () => {
  const dynamics = defineDynamics({
    name: 'to_the_first',
    velocity: () => {},
    reaction: (_, __, ___, out) => {
      out[0] = 1;
    },
  });
  const found = await run({}, { dynamics, parameters: {}, n: 2, masses: [0.5, 0.5] });
  // Logistic: w/(1 − w) grows like e^t.
  expect(massesOf(found)[1][0]).toBeCloseTo(Math.E / (1 + Math.E), 9);
});
