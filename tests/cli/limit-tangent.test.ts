/** `limit tangent` as a user runs it. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { command } from './command.ts';

const folder = mkdtempSync(join(tmpdir(), 'schmetterling-tangent-'));
afterAll(() => rmSync(folder, { recursive: true }));

const tangent = (...args: string[]) => command(['limit', 'tangent', ...args]);
const FLOW = ['--dynamics', 'sa', '--beta', '2', '--n', '8', '--d', '3', '--time', '5'];

it('of dynamics: a few exponents, and a folder of files', async () => {
  const out = join(folder, 'tangent');
  const { code, stdout, stderr } = await tangent(...FLOW, '--vectors', '4', '--out', out);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(/time 2.5 to 5 · 4 of 16 directions/);
  expect(stdout).toMatch(/4 of 16 directions find the fastest in long times only/);
  expect(stdout).toMatch(/those of infinite time are a term of order 1\/2.5 away/);
  expect(stdout).toMatch(/no spectrum: the particles still move/);
  expect(readdirSync(out).sort()).toEqual(['tangent.csv', 'tangent.json', 'tangent.svg']);
  const [header, ...rows] = readFileSync(join(out, 'tangent.csv'), 'utf8').trim().split('\n');
  expect(header).toBe('direction,exponent,singular_value,eigenvalue_re,eigenvalue_im');
  const record = JSON.parse(readFileSync(join(out, 'tangent.json'), 'utf8'));
  expect(rows.map((line) => Number(line.split(',')[1]))).toEqual(record.exponents);
});

it('of all directions: the determinant is that of the exponents, and a spectrum where it is asked for', async () => {
  const { code, stdout } = await tangent(...FLOW, '--vectors', '16', '--equilibrium', '--json');
  expect(code).toBe(0);
  const record = JSON.parse(stdout);
  const sum = record.exponents.reduce((total: number, one: number) => total + one, 0);
  expect([5 * sum]).toBeAllClose([record.log_determinant], { absolute: 1e-8 });
  expect(record.singular_values).toHaveLength(16);
  const { eigenvalues, unstable, neutral, stable } = record.spectrum;
  expect(eigenvalues).toHaveLength(16);
  expect(unstable + neutral + stable).toBe(16);
});

it('of two tokens that meet: no trace of the frame, of both directions or of one after a spin-up', async () => {
  const init = join(folder, 'pair.csv');
  writeFileSync(init, `1,0\n${Math.cos(2)},${Math.sin(2)}\n`);
  const flow = ['--dynamics', 'sa', '--beta', '1', '--init', init, '--time', '40', '--json'];
  for (const args of [[], ['--vectors', '1'], ['--vectors', '1', '--spin-up', '30']]) {
    const { code, stdout } = await tangent(...flow, ...args);
    expect(code).toBe(0);
    expect(Math.abs(JSON.parse(stdout).exponents[0])).toBeLessThan(1e-7);
  }
});

it('of a text: four exponents of the model, and why there is no spectrum', async () => {
  const args = ['--model', 'lieblingstier', '--equilibrium', '--json'];
  const { code, stdout } = await tangent('Mein Lieblingstier ist __', ...args);
  expect(code).toBe(0);
  const record = JSON.parse(stdout);
  expect(record).toMatchObject({ model: 'lieblingstier', text: 'Mein Lieblingstier ist __' });
  expect(record.exponents).toHaveLength(4);
  expect(record.exponents.every(Number.isFinite)).toBe(true);
  expect(record.spectrum_problem).toMatch(/directions are more than the 400/);
});

it.each([
  ['too many vectors', [...FLOW, '--vectors', '17'], /differ in 16 directions/],
  ['no number of vectors', [...FLOW, '--vectors', 'many'], /vectors is "many": expected/],
  ['a tolerance out of range', [...FLOW, '--tolerance', '1'], /expected a number from 1e-10/],
  ['a spin-up of all the time', [...FLOW, '--spin-up', '5'], /spinUp is 5, and the run ends at 5/],
  ['noise', ['--dynamics', 'noisy'], /dynamics noisy have noise/],
  ['a flag of dynamics beside a text', ['Hallo', '--n', '5'], /option n is for dynamics/],
  ['no text', [], /no text is given/],
])('is refused: %s', async (_, args, message) => {
  const { code, stderr } = await tangent(...args);
  expect(code).toBe(2);
  expect(stderr).toMatch(message);
});
