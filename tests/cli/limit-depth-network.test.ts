/** `limit depth` of a model whose layers have weights of their own, as a user types it. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { readModel } from '../../src/host/models.ts';
import { networkDepthLimit } from '../../src/limits/depth/network-depth.ts';
import { resultToJson } from '../../src/numerics/result-json.ts';
import { folderOf } from '../host/pretrained-folder.ts';
import { command } from './command.ts';

const out = mkdtempSync(join(tmpdir(), 'limit-depth-'));
afterAll(() => rmSync(out, { recursive: true }));

const folder = folderOf('llama');
const TEXT = 'w3 w7 w5 w9';
const FEW = ['--steps', '2,4', '--alone', '3', '--parts', 'attention,mlp'];
const depth = (...args: string[]) => command(['limit', 'depth', TEXT, '--model', folder, ...args]);

it('prints both tables, and writes them, the figure and the record', async () => {
  const { code, stdout } = await depth(...FEW, '--out', out);
  expect(code).toBe(0);
  expect(stdout).toMatch(/m +attention, nats +answer +distance +MLP, nats/);
  expect(stdout).toMatch(/One layer alone in 3 steps/);
  expect(stdout).toMatch(/2 numbers of steps say nothing of convergence/);
  expect(readdirSync(out).sort()).toEqual([
    'depth-matrix.csv',
    'depth.csv',
    'depth.json',
    'depth.svg',
  ]);
  const { matrix } = JSON.parse(readFileSync(join(out, 'depth.json'), 'utf8'));
  const [heads, ...rows] = readFileSync(join(out, 'depth-matrix.csv'), 'utf8').trim().split('\n');
  expect(heads.split(',').slice(0, 3)).toEqual(['layer', 'attention_kl', 'attention_answer']);
  expect(rows.map((row) => Number(row.split(',')[1]))).toEqual(
    matrix.cells
      .filter(({ part }: { part: string }) => part === 'attention')
      .map(({ kl }: { kl: number }) => kl),
  );
});

it('prints and writes Jacobians and flows where asked', async () => {
  const more = join(out, 'more');
  const { code, stdout } = await depth(...FEW, '--jacobians', '--dopri5', '1e-4', '--out', more);
  expect(code).toBe(0);
  expect(stdout).toMatch(/layer +attention, σ +Re λ +σ\/3 +token +MLP, σ/);
  expect(stdout).toMatch(/attention as flows \(dopri5, tolerance 0\.0001\): \S+ nats/);
  expect(readdirSync(more)).toEqual(
    expect.arrayContaining(['depth-jacobians.csv', 'depth-dopri5.csv', 'depth.json']),
  );
  const [heads] = readFileSync(join(more, 'depth-jacobians.csv'), 'utf8').split('\n');
  expect(heads).toMatch(/^layer,attention_singular_value,attention_eigenvalue_re,.*step_lipschitz/);
});

it.each(['float32', 'float64'] as const)(
  'prints the record of the library, in %s',
  async (precision) => {
    const { code, stdout } = await depth(...FEW, '--precision', precision, '--json');
    expect(code).toBe(0);
    const {
      command: called,
      version: _,
      streams: __,
      seconds: ___,
      ...record
    } = JSON.parse(stdout);
    expect(called).toBe('limit depth');
    const options = { steps: [2, 4], alone: 3, parts: ['attention', 'mlp'] } as const;
    const found = await networkDepthLimit(readModel(folder, { precision }), TEXT, {
      ...options,
      parts: [...options.parts],
      steps: [...options.steps],
    });
    expect(record).toEqual(JSON.parse(JSON.stringify(resultToJson(found))));
  },
);

it('prints the program that does the same', async () => {
  const { code, stdout } = await depth(...FEW, '--as-code');
  expect(code).toBe(0);
  expect(stdout).toContain('await modelDepthLimit(model, ');
  expect(stdout).toContain("parts: ['attention', 'mlp']");
  expect(stdout).toMatch(/readModel\('[^']+'\);/);
});

it('prints in which precision the model is read, too', async () => {
  const { code, stdout } = await depth(...FEW, '--precision', 'float64', '--as-code');
  expect(code).toBe(0);
  expect(stdout).toMatch(/readModel\('[^']+', \{\s+precision: 'float64',\s+\}\);/);
  expect(stdout).not.toMatch(/modelDepthLimit\(.*precision/s);
});

it.each([
  ['no steps', ['--steps', '0,2'], /steps\.0 is 0: expected a whole number from 1 to 64/],
  [
    'a layer that is not there',
    ['--layers', '7'],
    /layer 7 is not there: this Llama has layers 1 to 3/,
  ],
  [
    'a part that is not there',
    ['--parts', 'head'],
    /parts\.0 is "head": expected names of attention/,
  ],
  ['depths', ['--depths', '2'], /option depths is for a flow that is cut into layers/],
  ['a scheme', ['--schemes', 'rk4'], /option schemes is for a flow that is cut into layers/],
  ['dynamics', ['--beta', '2'], /option beta is for dynamics of the catalogue/],
  ['an unknown precision', ['--precision', 'float16'], /expected float32 or float64/],
])('is refused: %s', async (_, args, message) => {
  const { code, stderr } = await depth(...args);
  expect(code).toBe(2);
  expect(stderr).toMatch(message);
});
