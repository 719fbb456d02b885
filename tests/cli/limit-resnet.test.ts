/** `limit resnet` as a user runs it. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { command } from './command.ts';

const folder = mkdtempSync(join(tmpdir(), 'schmetterling-resnet-'));
afterAll(() => rmSync(folder, { recursive: true }));

const resnet = (...args: string[]) => command(['limit', 'resnet', ...args]);
const FEW = ['--activations', 'tanh,relu', '--depths', '8,16,32,64', '--seeds', '2', '--time', '1'];

it('prints a table with what was found, and writes a folder of files', async () => {
  const out = join(folder, 'resnet');
  const few = [...FEW, '--seed', '2', '--steps', '60'];
  const { code, stdout, stderr } = await resnet(...few, '--out', out);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(/L +tanh +tanh rk4 +relu +relu rk4 +relu rk4, cut +spirals +told right/);
  expect(stdout).toMatch(/∞ +–/);
  expect(stdout).toMatch(/tanh: order (0\.9|1\.0)/);
  expect(stdout).toMatch(/a particle crosses a kink of relu \d\.\d times on average/);
  expect(stdout).toMatch(/two spirals by tanh, trained with 8 to 16 layers .* by the flow/);
  expect(readdirSync(out).sort()).toEqual(['resnet.csv', 'resnet.json', 'resnet.svg']);
  const rows = readFileSync(join(out, 'resnet.csv'), 'utf8').trim().split('\n');
  expect(rows[0]).toBe(
    'layers,tanh_layer,tanh_rk4,relu_layer,relu_rk4,relu_rk4_cut,spirals_error,spirals_accuracy',
  );
  const record = JSON.parse(readFileSync(join(out, 'resnet.json'), 'utf8'));
  expect(Number(rows[4].split(',')[1])).toBe(record.schemes[0].errors[3]);
  expect(Number(rows[5].split(',')[7])).toBe(record.spirals.flow_accuracy);
});

it('prints one document with --json, the same for the same seed', async () => {
  const run = async (seed: string) => {
    const { stdout } = await resnet(...FEW, '--steps', '5', '--seed', seed, '--json');
    const { seconds, ...record } = JSON.parse(stdout);
    expect(seconds).toBeGreaterThan(0);
    return record;
  };
  const [one, again, other] = [await run('3'), await run('3'), await run('4')];
  expect(one.command).toBe('limit resnet');
  expect(again).toEqual(one);
  expect(other.schemes[0].errors).not.toEqual(one.schemes[0].errors);
});

it('serves limit depth', async () => {
  const start = ['--dynamics', 'resnet', '--start', 'gaussian', '--n', '8', '--d', '3'];
  const rest = ['--activation', 'gelu', '--time', '1', '--depths', '16,32,64,128'];
  const { code, stdout } = await command(['limit', 'depth', ...start, ...rest]);
  expect(code).toBe(0);
  expect(stdout).toMatch(/layer: order (0\.9|1\.0)/);
  expect(stdout).toMatch(/rk4: order (3\.9|4\.)/);
  expect(stdout).not.toMatch(/a priori/);
});

it.each([
  [
    'an unknown activation',
    ['--activations', 'swish'],
    /activations\.0 is "swish": expected names/,
  ],
  ['spirals by relu', ['--spirals', 'relu'], /spirals is "relu": expected tanh, gelu or none/],
  ['no layers', ['--depths', '0,4'], /depths\.0 is 0: expected a whole number/],
  ['no time', ['--time', '0'], /time is 0: expected a number from/],
  ['an unknown flag', ['--layers', '4'], /unknown option '--layers'/],
])('is refused: %s', async (_, args, message) => {
  const { code, stderr } = await resnet(...args);
  expect(code).toBe(2);
  expect(stderr).toMatch(message);
});
