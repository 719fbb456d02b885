/** `reduce` as a user runs it. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { command } from './command.ts';
import '../matchers.ts';

const folder = mkdtempSync(join(tmpdir(), 'schmetterling-reduce-'));
afterAll(() => rmSync(folder, { recursive: true }));

const reduce = (...args: string[]) => command(['reduce', ...args]);

it('forward: errors by number of snapshots, and a folder of files', async () => {
  const out = join(folder, 'forward');
  const { code, stdout, stderr } = await reduce('forward', '--family', 'burgers', '--out', out);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(/n +barycentres +tangent PCA +linear PCA/);
  expect(stdout).toMatch(/greedy choice of \(time, height, width\): \(/);
  expect(readdirSync(out).sort()).toEqual(['forward.csv', 'forward.json', 'forward.svg']);
  const rows = readFileSync(join(out, 'forward.csv'), 'utf8').trim().split('\n');
  expect(rows).toHaveLength(11);
  const record = JSON.parse(readFileSync(join(out, 'forward.json'), 'utf8'));
  expect(record).toMatchObject({ command: 'reduce forward', settings: { family: 'burgers' } });
  expect(Number(rows[1].split(',')[1])).toBe(record.barycentres.test.mean[0]);
});

it('forward of the flow over given ranges', async () => {
  const range = ['--low', '1,0.5', '--high', '4,0.5', '--levels', '20', '--training', '8'];
  const { code, stdout } = await reduce('forward', ...range, '--test', '4', '--components', '3');
  expect(code).toBe(0);
  expect(stdout).toMatch(/beta 1 to 4, time 0\.5 · 8 training and 4 test/);
});

it('state: errors by observations and noise', async () => {
  const few = ['--family', 'gaussian', '--components', '2', '--training', '10', '--test', '4'];
  const seen = ['--observe', 'moments', '--observations', '1,2', '--noise', '0'];
  const { code, stdout } = await reduce('state', ...few, ...seen, '--json');
  expect(code).toBe(0);
  const { errors, command: name } = JSON.parse(stdout);
  expect(name).toBe('reduce state');
  expect(errors[0].nullity).toEqual([1, 0]);
  expect(errors[0].mean[1]).toBeLessThan(1e-10);
});

it('parameters: intervals, and what cannot be told', async () => {
  const { code, stdout } = await reduce('parameters', '--family', 'burgers', '--truth', '1,1,1');
  expect(code).toBe(0);
  expect(stdout).toMatch(/truth +estimate +95 % from +to +deviation +coverage/);
  expect(stdout).toMatch(/not identifiable: .* time .* height changes nothing/);
});

it('matrices: βQᵀK and TV', async () => {
  const { code, stdout } = await reduce('matrices', '--n', '8', '--snapshots', '2');
  expect(code).toBe(0);
  expect(stdout).toMatch(/B11 +\d/);
  expect(stdout).toMatch(/the largest error of an entry is \d\.\de-[2-6]/);
  const few = ['--n', '6', '--snapshots', '2', '--tolerance', '1e-8'];
  const untold = await reduce('matrices', '--unlabelled', ...few, '--noise', '0', '--json');
  expect(JSON.parse(untold.stdout).product_error).toBeLessThan(1e-4);
});

it.each([
  [['forward', '--family', 'burger'], /did you mean "burgers"/],
  [['forward', '--levels', '1'], /option levels is 1: expected a whole number from 2/],
  [['forward', '--low', '1'], /low has 1 number: expected 2 for family flow/],
  [['state', '--observations', '0'], /observations/],
  [['parameters', '--truth', '1'], /truth has 1 number: expected 2/],
  [['snapshot', '--at', '1'], /1 values are given: expected 2, of beta, time/],
  [['fit', '--family', 'gaussian'], /option data is missing/],
  [['recover', '--data', 'none.csv'], /none\.csv/],
  [['attention', 'none.npy'], /none\.npy/],
])('%j: exit code 2 and why', async (args, message) => {
  const { code, stderr } = await reduce(...args);
  expect(code).toBe(2);
  expect(stderr).toMatch(message);
});

const file = (name: string, rows: readonly string[]) => {
  writeFileSync(join(folder, name), `${rows.join('\n')}\n`);
  return join(folder, name);
};

it('snapshot, and fit finds its parameters again', async () => {
  const out = join(folder, 'snapshot');
  const made = await reduce('snapshot', '--family', 'gaussian', '--at', '1,2', '--out', out);
  expect(made.stdout).toMatch(/Normal laws: mean 1, deviation 2/);
  const rows = readFileSync(join(out, 'snapshot.csv'), 'utf8').trim().split('\n').slice(1);
  const data = file(
    'points.csv',
    rows.map((row) => row.split(',')[1]),
  );
  const { stdout } = await reduce('fit', '--family', 'gaussian', '--data', data, '--json');
  const { estimate, command: name } = JSON.parse(stdout);
  expect(name).toBe('reduce fit');
  expect(estimate.values[0]).toBeCloseTo(1, 9);
  expect(estimate.values[1]).toBeCloseTo(2, 9);
});

it('recover: from fewer observations than unknowns, with what stays open', async () => {
  const data = file('y.csv', ['0.1']);
  const chosen = ['--family', 'gaussian', '--components', '2', '--training', '10'];
  const seen = ['--observe', 'moments', '--domain=-4,4', '--data', data];
  const { code, stdout } = await reduce('recover', ...chosen, ...seen);
  expect(code).toBe(0);
  expect(stdout).toMatch(/underdetermined: 1 data for 2 unknowns/);
  expect(stdout).toMatch(/not identifiable: /);
});

it('attention: from the frames that a run has written', async () => {
  const run = join(folder, 'flow');
  const flow = ['--dynamics', 'sa', '--beta', '2', '--n', '8', '--d', '2', '--scheme', 'dopri5'];
  const when = ['--time', '1', '--save-at', '0,0.5,1'];
  expect((await command(['simulate', ...flow, ...when, '--out', run])).code).toBe(0);
  const frames = join(run, 'positions.npy');
  const { code, stdout } = await reduce('attention', frames, '--tolerance', '1e-9', '--json');
  expect(code).toBe(0);
  const { b, tv, fits } = JSON.parse(stdout);
  expect(fits).toBe(true);
  for (const [found, exact] of [
    [b, 2],
    [tv, 1],
  ]) {
    expect(found[0][0]).toBeCloseTo(exact, 4);
    expect(found[0][1]).toBeCloseTo(0, 4);
    expect(found[1][1]).toBeCloseTo(exact, 4);
  }
});

it('attention: frames that no such head moves are told with what is off, and are no success', async () => {
  const run = join(folder, 'other');
  const flow = ['--dynamics', 'usa', '--beta', '3', '--n', '8', '--d', '2', '--scheme', 'dopri5'];
  const when = ['--time', '0.2', '--save-at', '0,0.1,0.2'];
  expect((await command(['simulate', ...flow, ...when, '--out', run])).code).toBe(0);
  const frames = join(run, 'positions.npy');
  const { code, stdout, stderr } = await reduce(
    ...['attention', frames, '--attention', 'sa', '--tolerance', '1e-6', '--json'],
  );
  expect(code).toBe(1);
  expect(stderr).toMatch(/no matrices explain the frames: .* are off by/);
  const { fits, misfit, intervals } = JSON.parse(stdout);
  expect(fits).toBe(false);
  expect(misfit).toBeGreaterThan(1e-5);
  for (const { low, high } of intervals) expect([low, high]).toEqual([null, null]);
});

it('gaussians: mean and covariance in the middle', async () => {
  const [a, b] = [file('near.csv', ['-1', '1']), file('far.csv', ['1', '7'])];
  const { stdout } = await reduce('gaussians', a, b, '--json');
  const { mean, covariance, distances } = JSON.parse(stdout);
  expect(mean).toBeAllClose([2]);
  expect(covariance.flat()).toBeAllClose([4]);
  // means 2 apart and deviations 1
  expect(distances).toBeAllClose([Math.sqrt(5), Math.sqrt(5)]);
});

it('barycentre: of measures in files, on a line and in the plane', async () => {
  const [a, b] = [file('a.csv', ['0', '1']), file('b.csv', ['4', '9'])];
  const line = await reduce('barycentre', a, b, '--weights', '0.75,0.25', '--json');
  // Quantiles: 0.75 · 0 + 0.25 · 4 and 0.75 · 1 + 0.25 · 9.
  expect(JSON.parse(line.stdout)).toMatchObject({ space: 'line', points: [[1], [3]] });
  const heavy = [file('heavy.csv', ['0,3', '8,1']), file('light.csv', ['4,1'])];
  const weighed = await reduce('barycentre', ...heavy, '--masses', '--json');
  expect(JSON.parse(weighed.stdout)).toMatchObject({ points: [[2], [6]], masses: [0.75, 0.25] });
  const plane = [file('c.csv', ['x,y', '0,0', '1,0']), file('d.csv', ['x,y', '0,2', '1,2'])];
  const out = join(folder, 'plane');
  expect((await reduce('barycentre', ...plane, '--out', out)).stdout).toContain('a local minimum');
  expect(readdirSync(out).sort()).toEqual(['barycentre.csv', 'barycentre.json', 'barycentre.svg']);
  const fixed = await reduce('barycentre', a, b, '--method', 'fixed', '--epsilon', '0.1', '--json');
  // at ε = 0.1, of {0, 1} and {4, 9} on 0, 1, 4, 9: 0 and 4 meet at 1, 1 and 9 at 4
  expect(JSON.parse(fixed.stdout)).toMatchObject({ points: [[0], [1], [4], [9]] });
  expect(JSON.parse(fixed.stdout).masses).toBeAllClose([0, 0.5, 0.5, 0], { absolute: 1e-8 });
  expect(JSON.parse(fixed.stdout).quality).toMatch(/entropic at ε = 0.100, spread by about 0.22/);
  const unlike = [file('three.csv', ['0', '1', '2.5']), file('two.csv', ['0.3', '5'])];
  const hard = await reduce('barycentre', ...unlike, '--method', 'free', '--epsilon', '1e-9');
  expect(hard.code).toBe(1);
  expect(hard.stderr).toMatch(/points of the barycentre still move by .* after 500 steps/);
  const turned = await reduce(
    'barycentre',
    file('e.csv', ['0.1']),
    file('f.csv', ['6.2']),
    '--space',
    'circle',
    '--json',
  );
  expect(JSON.parse(turned.stdout).points[0][0]).toBeCloseTo((0.1 + 6.2) / 2 - Math.PI, 12);
  for (const [args, message] of [
    [[a, b, '--weights', '0.5,0.6'], 'have the sum 1.1'],
    [[a, b, '--weights=-1,2'], 'weight 0 is -1'],
    [[file('minus.csv', ['0,1', '1,-1']), '--masses'], 'mass 1 is -1'],
    [[file('nothing.csv', ['0,0', '1,0']), '--masses'], 'all masses are 0'],
    [[a, b, '--method', 'exactly'], 'expected exact, free or fixed'],
    [[a, plane[0]], 'R^1 and in R^2'],
    [[...plane, '--space', 'circle'], 'points have 2 columns'],
    [[a, b, '--masses'], 'the rows have one number'],
    [[a, join(folder, 'none.csv')], 'none.csv'],
  ] as const) {
    const refused = await reduce('barycentre', ...args);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain(message);
  }
});

it('distance: of measures with masses, and the measures between', async () => {
  const file = (name: string, rows: readonly string[]) => {
    writeFileSync(join(folder, name), `${rows.join('\n')}\n`);
    return join(folder, name);
  };
  const [a, b] = [file('one.csv', ['0,1']), file('two.csv', ['1,1'])];
  const { code, stdout, stderr } = await reduce('distance', a, b, '--masses', '--json');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const { distance, geodesic } = JSON.parse(stdout);
  expect(distance).toBeCloseTo(Math.sqrt(2 - 2 * Math.cos(1)), 10);
  expect(geodesic[2]).toMatchObject({ time: 0.5, points: [[expect.closeTo(0.5, 10)]] });
  expect(geodesic[2].mass).toBeCloseTo(0.77015, 5);
  const sphere = [file('x.csv', ['1,0,2', '0,1,1']), file('y.csv', ['0.6,0.8,3'])];
  const asked = ['--metric', 'spherical', '--space', 'sphere', '--masses', '--times', '0,1'];
  const out = join(folder, 'distance');
  const shown = await reduce('distance', ...sphere, ...asked, '--out', out);
  expect(shown.stdout).toMatch(/2 pairs move, mass 0\.00 fades and 0\.00 grows in place/);
  expect(readdirSync(out).sort()).toEqual(['distance.csv', 'distance.json', 'distance.svg']);
  const far = await reduce('distance', a, file('far.csv', ['9,4']), '--masses');
  expect(far.stdout).toMatch(/0 pairs move, mass 1\.00 fades and 4\.00 grows in place/);
  for (const [args, message] of [
    [[a, sphere[0], '--masses'], 'R^1 and in R^2'],
    [[a, file('minus.csv', ['1,-1']), '--masses'], 'mass 0 is -1'],
    [[a, file('none.csv', ['1,0']), '--masses'], 'all masses are 0'],
    [[a, b, '--space', 'sphere', '--masses'], 'expected unit vectors'],
    [[a, b, '--metric', 'w2', '--masses'], 'metric is "w2": expected hk or spherical'],
    [[a, b, '--times', '0,2', '--masses'], 'times.1 is 2: expected a number from 0 to 1'],
  ] as const) {
    const refused = await reduce('distance', ...args);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain(message);
  }
});

it('transport: a distance with its plan', async () => {
  const [a, b] = [file('from.csv', ['0', '1']), file('to.csv', ['4', '9'])];
  const out = join(folder, 'transport');
  const { code, stdout } = await command(['transport', a, b, '--metric', 'w1', '--out', out]);
  expect(code).toBe(0);
  expect(stdout).toMatch(/from +to +mass +arriving/);
  expect(stdout).toContain('distance 6.0000000');
  expect(readdirSync(out).sort()).toEqual(['transport.csv', 'transport.json', 'transport.svg']);
  const named = await command(['transport', a, b, '--json']);
  expect(JSON.parse(named.stdout)).toMatchObject({
    command: 'transport',
    distance: Math.sqrt(40),
    plan: [
      { from: 0, to: 0, mass: 0.5 },
      { from: 1, to: 1, mass: 0.5 },
    ],
  });
  const stray = await command(['transport', a, b, '--epsilon', '1']);
  expect(stray).toMatchObject({ code: 2, stderr: expect.stringMatching(/w2 does not read/) });
});
