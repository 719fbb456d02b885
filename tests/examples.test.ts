/** Every example runs as its user would run it, and prints what is known by other means or was measured. */
import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { type DynamicsDefinition, defineDynamics } from '../src/dynamics/define.ts';
import { closingTime } from '../src/experiments/equiangular.ts';
import { simulate } from '../src/flow/simulation.ts';
import { exponentialIntegral } from '../src/numerics/special.ts';

const root = join(import.meta.dirname, '..');
const examples = join(root, 'examples');
const folder = mkdtempSync(join(tmpdir(), 'schmetterling-examples-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** The lines that a program prints. */
async function linesOf(program: string, ...args: string[]): Promise<string[]> {
  const { stdout } = await promisify(execFile)(program, args, { cwd: root });
  return stdout.trimEnd().split('\n');
}

const example = (name: string, ...args: string[]) =>
  linesOf(process.execPath, join(examples, name), ...args);

/** The numbers of a line, in their order. */
const numbersOf = (line: string) => (line.match(/-?\d+(\.\d+)?(e[+-]?\d+)?/g) ?? []).map(Number);

const PYTHON = ['python3', 'python'].find(
  (name) => spawnSync(name, ['-c', 'import numpy']).status === 0,
);
if (!PYTHON) console.warn('examples/read-run.py skipped: no python3 with numpy found');

describe('the folder', () => {
  const files = readdirSync(examples).filter((name) => name !== 'README.md');

  it.each(files)('has %s in its table, of a screen, opening with what it shows', (name) => {
    const text = readFileSync(join(examples, name), 'utf8');
    expect(readFileSync(join(examples, 'README.md'), 'utf8')).toContain(`](${name})`);
    expect(text.split('\n').length).toBeLessThanOrEqual(56);
    expect(text).toMatch(/^(\/\*\*|""")/);
  });

  it('has eight of them or more', () => {
    expect(files.length).toBeGreaterThanOrEqual(8);
  });
});

it('phase-diagram.mjs: half of the pairs are together near the time of orthonormal tokens', async () => {
  const rows = (await example('phase-diagram.mjs')).slice(1);
  expect(rows).toHaveLength(6);
  rows.forEach((line, beta) => {
    const half = numbersOf(line).at(-1)!;
    const curve = closingTime(0.999, 16, beta);
    // Frames are 0.1 apart; random cosines make it sooner by a share of about β²/2d.
    expect(half).toBeGreaterThan(curve * (1 - beta ** 2 / 256) - 0.1);
    expect(half).toBeLessThan(curve + 0.1);
    // Nobody is together at the start, everybody at the end.
    expect(line).toMatch(new RegExp(`^${beta}  .*█ half`));
  });
});

it('own-dynamics.mjs: two particles approach by the closed form', async () => {
  const module: { default: DynamicsDefinition } = await import(
    pathToFileURL(join(examples, 'own-dynamics.mjs')).href
  );
  const reach = 0.7;
  const time = 1.5;
  const { frames } = await simulate({
    dynamics: defineDynamics(module.default),
    parameters: { reach },
    time,
    init: [[-0.4], [0.8]],
    scheme: 'dopri5',
    tolerance: 1e-12,
  });
  const [left, right] = frames.at(-1)!.positions.data;
  // Their distance r has ṙ = −r e^{−r²/2ρ²}, so that Ei(r²/2ρ²) falls by 2t.
  const ei = (r: number) => exponentialIntegral(r ** 2 / (2 * reach ** 2));
  expect(ei(1.2) - ei(right - left)).toBeCloseTo(2 * time, 9);
  expect(left + right).toBeCloseTo(0.4, 14);
});

it('svgd-banana.mjs: the moments come near those of the banana, a little narrow', async () => {
  const [, start, , end, target] = (await example('svgd-banana.mjs')).map(numbersOf);
  expect(start).toEqual([0, -0.259, 1.238, 0.035, 2.437]);
  // Within what steps at the tolerance 1e-4 leave open.
  for (const [k, moment] of [40, 0.001, 0.816, 0.401, 0.216].entries())
    expect(end[k]).toBeCloseTo(moment, 2);
  const off = target.map((value, k) => Math.abs(end[k + 1] - value));
  expect(Math.max(...off)).toBeLessThan(0.2);
});

it("sentence-through-layers.mjs: the answer is that of README, and the lens's last", async () => {
  const lines = await example('sentence-through-layers.mjs');
  expect(lines).toHaveLength(11);
  expect(lines[1]).toMatch(/^0 +der Delfin +0\.000 +0\.016 +7\.90 *$/);
  expect(lines[9]).toMatch(/^8 +der Schmetterling +0\.174 +0\.084 +7\.60 +1\.274$/);
  const [, answer] = /^answer: (.*) %$/.exec(lines[10]) ?? [];
  expect(answer).toBe('der Schmetterling 17.40');
  expect(readFileSync(join(root, 'README.md'), 'utf8')).toMatch(/der Schmetterling +17\.40 %/);
});

it('depth-limit.mjs: a layer has order 1, rk4 order 4', async () => {
  const lines = await example('depth-limit.mjs');
  const [layer, euler, rk4] = numbersOf(lines[7]);
  expect(layer).toBeCloseTo(1, 1);
  expect(euler).toBeCloseTo(1, 1);
  expect(rk4).toBeCloseTo(4, 1);
  const [depth, ...errors] = numbersOf(lines[6]);
  expect([depth, ...errors.slice(0, 2)]).toEqual([128, 8.74e-3, 1.43e-3]);
  // The reference is known to 3e-13.
  expect(Math.abs(errors[2] - 5.22e-11)).toBeLessThan(6e-13);
});

it('barycentre.mjs: quantiles are averaged, and roots of covariances', async () => {
  const lines = await example('barycentre.mjs');
  // Quantiles 0, 1, 3 on thirds and 10, 14 on ¾ and ¼: on ⅓, ⅓, 1/12 and ¼ the means 5, 5.5, 6.5 and 8.5.
  expect(lines.slice(1, 5)).toEqual(['5: 0.3333', '5.5: 0.3333', '6.5: 0.0833', '8.5: 0.2500']);
  const square = (10 ** 2 + 9 ** 2) / 3 + 7 ** 2 / 12 + 11 ** 2 / 4;
  const half = (Math.sqrt(square) / 2).toFixed(4);
  expect(lines[5]).toBe(`W_2 to both: ${half}, ${half}`);
  // Matrices that commute: W_2² = 6² + (2 − 1)² + (1 − 3)², and deviations are averaged.
  expect(numbersOf(lines[6])[1]).toBeCloseTo(Math.sqrt(41), 4);
  for (const line of lines.slice(7)) {
    const [s, mean, first, second] = numbersOf(line);
    expect(mean).toBe(6 * s);
    expect(first).toBeCloseTo((2 - s) ** 2, 4);
    expect(second).toBeCloseTo((1 + 2 * s) ** 2, 4);
  }
});

it('sweep.mjs: about √β clusters, the same when it is run again', async () => {
  const lines = await example('sweep.mjs', join(folder, 'sweep'));
  const rows = lines.slice(1).map(numbersOf);
  expect(rows.map(([beta]) => beta)).toEqual([4, 9, 16, 25, 36]);
  expect(rows.map(([, clusters]) => clusters)).toEqual([2, 3.25, 4.25, 5.5, 6]);
  for (const [, , ratio] of rows) expect(Math.abs(ratio - 1)).toBeLessThan(0.2);
  expect(await example('sweep.mjs', join(folder, 'sweep'))).toEqual(lines);
});

it.skipIf(!PYTHON)('read-run.py: numpy computes what the run has written', async () => {
  const path = join(examples, 'read-run.py');
  const [, command] = /node (bin\/.*) --out/.exec(readFileSync(path, 'utf8'))!;
  const out = join(folder, 'run');
  await linesOf(process.execPath, ...command.split(' '), '--out', out);
  const [title, , ...frames] = await linesOf(PYTHON!, path, out);
  expect(title).toBe('sa, beta = 4: 11 frames of 64 particles in 3 dimensions');
  expect(frames).toHaveLength(11);
  const rows = frames.map(numbersOf);
  expect(rows.map(([time]) => time)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  for (const [, , , difference] of rows) expect(difference).toBeLessThan(1e-12);
  expect(rows[10].slice(1, 3)).toEqual([0.187263, 3.3115]);
});
