/** The other systems as a user runs them: residual networks, Sinkhorn, SVGD, birth and death, and what they refuse. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { command } from './command.ts';

const folder = mkdtempSync(join(tmpdir(), 'schmetterling-systems-'));
afterAll(() => rmSync(folder, { recursive: true }));

function write(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const run = (...args: string[]) => command(['simulate', ...args]);

async function documentOf(...args: string[]) {
  const { code, stdout, stderr } = await run(...args, '--json');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout);
}

it('Sinkhorn: all are heard alike, and the engine is told', async () => {
  const found = await documentOf(
    '--dynamics',
    'sinkhorn',
    '--n',
    '12',
    '--beta',
    '4',
    '--time',
    '1',
  );
  expect(found.diagnostics.attention_imbalance[1]).toBeLessThan(1e-11);
  const soft = await documentOf('--dynamics', 'sa', '--n', '12', '--beta', '4', '--time', '1');
  expect(soft.diagnostics.attention_imbalance[1]).toBeGreaterThan(0.01);
  const many = await documentOf('--dynamics', 'sinkhorn', '--n', '100', '--time', '0.2');
  expect(many.engine.name).toBe('wasm');
});

it('a residual network of given weights', async () => {
  const weight = write('weight.csv', '0,1\n-1,0\n');
  const start = write('start.csv', '0.1,0\n');
  const given = ['--weight', weight, '--in-depth', 'constant', '--bias', '0', '--init', start];
  const args = ['--dynamics', 'resnet', ...given, '--scheme', 'layer', '--step', '0.5'];
  const { positions } = await documentOf(...args, '--time', '0.5');
  expect(positions[1][0]).toEqual([0.1, 0.5 * Math.tanh(-0.1)]);
});

it('SVGD and the descent of relative entropy come to their target', async () => {
  const flow = ['--target', 'gaussian', '--centre', '2', '--n', '20', '--d', '1'];
  for (const dynamics of ['svgd', 'kl_descent']) {
    const args = ['--dynamics', dynamics, ...flow, '--start', 'gaussian', '--time', '20'];
    const found = await documentOf(...args, '--scheme', 'dopri5', '--tol', '1e-4');
    const masses: number[] = found.frame_masses?.[1] ?? new Array(20).fill(1 / 20);
    const mean = masses.reduce((sum, mass, i) => sum + mass * found.positions[1][i][0], 0);
    expect(Math.abs(mean - 2)).toBeLessThan(0.1);
  }
});

it('birth and death: masses of every frame, of sum 1', async () => {
  const masses = write('masses.csv', '1,1,2\n');
  const args = ['--dynamics', 'birth_death', '--n', '3', '--masses', masses, '--time', '0.5'];
  const { frame_masses } = await documentOf(...args, '--beta', '2', '--step', '0.01');
  expect(frame_masses[0]).toBeAllClose([0.25, 0.25, 0.5], { absolute: 1e-15 });
  expect(frame_masses[1].reduce((sum: number, mass: number) => sum + mass, 0)).toBeCloseTo(1, 12);
  expect(frame_masses[1]).not.toEqual(frame_masses[0]);
});

it('Sinkhorn that does not converge in its cap ends with the residual', async () => {
  const args = ['--dynamics', 'sinkhorn', '--beta', '20', '--sweeps', '3', '--n', '20'];
  const { code, stderr } = await run(...args);
  expect(code).toBe(1);
  expect(stderr).toMatch(
    /not within 1e-12 of the masses after 3 sweeps, the residual is \d\S* at ε = \d\.\d+ still/,
  );
});

const negative = write('negative.csv', '1,-1,2\n');
const zero = write('zero.csv', '0,0,0\n');
const line = write('line.csv', '0,0\n3,4\n1,1\n');

it.each<[string, string[], RegExp]>([
  [
    'a negative mass',
    ['--masses', negative, '--n', '3'],
    /masses\.1 is -1: expected a number from 0/,
  ],
  ['masses of sum 0', ['--masses', zero, '--n', '3'], /sum 0: expected 3, .* of a positive sum/],
  [
    'a target that is not finite where particles start',
    ['--dynamics', 'svgd', '--target', 'banana', '--init', write('far.csv', '1e200,0\n0,0\n')],
    /log π is -Infinity with the slope .* at particle 1 at \(1e\+200, 0\): expected finite numbers/,
  ],
  [
    'a covariance that is none',
    ['--dynamics', 'kl_descent', '--covariance', '-1', '--start', 'gaussian', '--d', '2'],
    /covariance is not symmetric and positive definite/,
  ],
  [
    'a banana on a line',
    ['--dynamics', 'svgd', '--target', 'banana', '--d', '1', '--start', 'gaussian'],
    /d is 1 and target banana/,
  ],
  [
    'an activation that is none',
    ['--dynamics', 'resnet', '--activation', 'rellu'],
    /did you mean "relu"/,
  ],
  [
    'no sweeps',
    ['--dynamics', 'sinkhorn', '--sweeps', '0'],
    /sweeps is 0: expected a whole number from 1/,
  ],
  [
    'Sinkhorn in float32',
    ['--dynamics', 'sinkhorn', '--engine', 'wasm', '--precision', 'float32'],
    /goes on until round-off of float64: use float64/,
  ],
  [
    'birth and death off the sphere',
    ['--dynamics', 'birth_death', '--init', line],
    /off the unit sphere/,
  ],
])('is refused: %s', async (_, args, message) => {
  const { code, stdout, stderr } = await run(...args);
  expect({ code, stdout }, stderr).toEqual({ code: 2, stdout: '' });
  expect(stderr).toMatch(message);
});
