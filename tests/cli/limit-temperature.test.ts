/** `limit temperature` as a user runs it. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { command } from './command.ts';

const folder = mkdtempSync(join(tmpdir(), 'schmetterling-temperature-'));
afterAll(() => rmSync(folder, { recursive: true }));

const temperature = (...args: string[]) => command(['limit', 'temperature', ...args]);
const CLUSTERS = ['--cluster-betas', '9,16,25', '--cluster-seeds', '2', '--cluster-tokens', '40'];

it('prints a table with what was found, and writes a folder of files', async () => {
  const out = join(folder, 'temperature');
  const { code, stdout, stderr } = await temperature(
    '--betas',
    '16,64,256',
    ...CLUSTERS,
    '--out',
    out,
  );
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(/β +to hardmax +same leader +clusters +low +high/);
  expect(stdout).toMatch(/\d+ of the tokens lead under hardmax: \d+/);
  expect(stdout).toMatch(/error ~ β\^\(−rate\), rate .*%: .* describes it better/);
  expect(stdout).toMatch(/before any token turns to another: .* predicted the gap of scores, 0\./);
  expect(stdout).toMatch(/clusters ~ β\^rate, rate .* predicted 0\.5/);
  const files = ['temperature.csv', 'temperature.json', 'temperature.svg'];
  expect(readdirSync(out).sort()).toEqual(files);
  const [header, ...rows] = readFileSync(join(out, files[0]), 'utf8').trim().split('\n');
  expect(header).toBe('beta,error,same_leader,clusters,clusters_low,clusters_high');
  const record = JSON.parse(readFileSync(join(out, files[1]), 'utf8'));
  expect(rows.map((line) => Number(line.split(',')[0]))).toEqual([16, 64, 256, 9, 16, 25]);
  expect(rows.slice(0, 3).map((line) => Number(line.split(',')[1]))).toEqual(record.hardmax.error);
  expect(rows.slice(3).map((line) => Number(line.split(',')[3]))).toEqual(record.clusters.mean);
  expect(readFileSync(join(out, files[2]), 'utf8')).toMatch(/^<svg .*log₁₀ distance to hardmax/s);
});

it('prints one document with --json, the same for the same seed', async () => {
  const run = async (seed: string) => {
    const asked = ['--betas', '16,64,256', '--seed', seed, '--json'];
    const { seconds, ...record } = JSON.parse((await temperature(...asked, ...CLUSTERS)).stdout);
    expect(seconds).toBeGreaterThan(0);
    return record;
  };
  const [one, again, other] = [await run('3'), await run('3'), await run('4')];
  expect(one.command).toBe('limit temperature');
  expect(again).toEqual(one);
  expect(other.hardmax.error).not.toEqual(one.hardmax.error);
});

it('says why there is no rate', async () => {
  const { code, stdout } = await temperature('--betas', '16,64', ...CLUSTERS);
  expect(code).toBe(0);
  expect(stdout).toMatch(/no rate: 2 of 2 errors lie above round-off .*: a fit needs 3/);
});

it.each([
  ['Q = I', ['--query', 'identity'], /nothing moves: expected one where .* choose ginibre/],
  ['no such Q', ['--query', 'goe'], /expected ginibre, wigner or identity/],
  ['what is no β', ['--betas', '4,x,16'], /betas\.1 is "x": expected a number from/],
  ['a negative β', ['--cluster-betas', '-4'], /clusterBetas\.0 is -4/],
  ['half a token', ['--n', '2.5'], /n is 2\.5: expected a whole number from 2 to 500/],
  ['one start on the circle', ['--cluster-seeds', '1'], /clusterSeeds is 1: expected/],
  ['an unknown flag', ['--beta', '4'], /unknown option '--beta'/],
])('is refused: %s', async (_, args, message) => {
  const { code, stderr } = await temperature(...args);
  expect(code).toBe(2);
  expect(stderr).toMatch(message);
});
