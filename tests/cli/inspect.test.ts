/** `inspect` as a user runs it: what it prints and writes, and its one line about bad files. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { encodeNpy } from '../../src/host/npy.ts';
import { scattered } from '../diagnostics/configurations.ts';
import { command } from './command.ts';

const folder = mkdtempSync(join(tmpdir(), 'schmetterling-inspect-'));
afterAll(() => rmSync(folder, { recursive: true }));

function save(name: string, shape: number[], parts: Float64Array[]): string {
  const path = join(folder, name);
  writeFileSync(path, encodeNpy(shape, parts));
  return path;
}

const states = [1, 2, 3].map((seed) => scattered(4, 6, seed).data.map((value) => 2 * value));
const frames = save('states.npy', [3, 4, 6], states);
const attentions = save('attentions.npy', [2, 2, 4, 4], [new Float64Array(64).fill(0.25)]);
const inspect = (...args: string[]) => command(['inspect', ...args]);

describe('inspect', () => {
  it('prints one JSON document and nothing else', async () => {
    const { code, stdout, stderr } = await inspect(frames, '--attentions', attentions, '--json');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const record = JSON.parse(stdout);
    expect(record).toMatchObject({ frames, attentions, shape: [3, 4, 6], notes: {} });
    expect(record.diagnostics.radius_mean).toBeAllClose([2, 2, 2]);
    expect(record.diagnostics.attention_leaders).toEqual([null, 2, 2]);
    expect(record.clusters).toHaveLength(3);
  });

  it('draws a table of the layers', async () => {
    const { code, stdout } = await inspect(frames);
    expect(code).toBe(0);
    expect(stdout).toMatch(/3 frames · 4 tokens · width 6 · directions on the sphere/);
    expect(stdout).toMatch(/layer +Energy .*Mean radius +clusters/);
    expect(stdout).not.toContain('Attention entropy');
  });

  it('writes a folder of files', async () => {
    const out = join(folder, 'a', 'run');
    const { code, stdout } = await inspect(frames, '--out', out, '--tolerances', '0.5,1');
    expect(code).toBe(0);
    expect(stdout).toContain('run.json');
    expect(readdirSync(out).sort()).toEqual([
      'clusters.csv',
      'diagnostics.csv',
      'inspect.json',
      'run.json',
    ]);
    const table = readFileSync(join(out, 'diagnostics.csv'), 'utf8').trim().split('\n');
    expect(table).toHaveLength(4);
    expect(table[0]).toMatch(/^layer,energy,.*radius_mean$/);
    const run = JSON.parse(readFileSync(join(out, 'run.json'), 'utf8'));
    expect(run).toMatchObject({ command: 'inspect', settings: { tolerances: [0.5, 1], beta: 1 } });
  });

  it('surveys the directions, too', async () => {
    const out = join(folder, 'surveyed');
    const asked = [frames, '--survey', '--surrogates', '19', '--reference', frames];
    const { code, stdout } = await inspect(...asked, '--out', out, '--figures', 'svg,pdf');
    expect(code).toBe(0);
    expect(stdout).toMatch(/4 tokens · sinks: norm over 10 × median.*19 surrogates/);
    expect(stdout).toMatch(/no clusters beyond chance in any frame/);
    expect(readdirSync(out).sort()).toEqual([
      'clusters.csv',
      'diagnostics.csv',
      'inspect.json',
      'run.json',
      'survey.csv',
      'survey.pdf',
      'survey.svg',
    ]);
    const record = JSON.parse((await inspect(...asked, '--json')).stdout);
    expect(record.survey.frames).toHaveLength(3);
    expect(record.survey.settings).toMatchObject({ surrogates: 19, sinkNorm: 10 });
    expect(record.diagnostics).toEqual(
      JSON.parse((await inspect(frames, '--json')).stdout).diagnostics,
    );
  });

  it('has examples in its help', async () => {
    const { stdout } = await inspect('--help');
    expect(stdout).toContain('Examples:\n  schmetterling inspect');
  });
});

describe('inspect ends with one line', () => {
  const text = join(folder, 'states.csv');
  writeFileSync(text, '1,2,3\n');
  const cut = join(folder, 'cut.npy');
  writeFileSync(cut, readFileSync(frames).subarray(0, 200));
  const flat = save('flat.npy', [12, 6], states);
  const batch = save('batch.npy', [1, 3, 4, 6], states);
  const second = save('second.npy', [3, 1, 4, 6], states);
  const shares = new Float64Array(64).fill(0.25);
  const masked = save('masked.npy', [2, 2, 4, 4], [shares.slice().fill(Number.NaN, 60)]);
  const zero = save('zero.npy', [2, 2, 4, 4], [shares.slice().fill(0, 12, 16)]);
  const texts = save('texts.npy', [1, 2, 2, 4, 4], [shares]);

  it.each<[string, string[], number, RegExp]>([
    ['a flag of no survey', [frames, '--seed', '3'], 2, /seed is for a survey.*give --survey/],
    [
      'figures of no survey',
      [frames, '--figures', 'pdf', '--out', folder],
      2,
      /only a survey has any/,
    ],
    ['a survey off the sphere', [frames, '--survey', '--space', 'euclidean'], 2, /of directions/],
    ['a reference that is no array', [frames, '--survey', '--reference', text], 2, /no .npy file/],
    ['without a file', [], 2, /nothing is given to inspect/],
    ['about a missing file', [join(folder, 'none.npy')], 2, /there is no such file/],
    ['about another format', [text], 2, /states\.csv is no \.npy file/],
    ['about a file cut off', [cut], 1, /cut\.npy holds \d+ bytes of numbers, expected 576/],
    ['about a wrong dimension', [flat], 2, /\(12, 6\), expected \(layers, tokens, width\)/],
    ['about the first of a batch', [batch], 2, /choose one text of the batch, array\[0\]/],
    ['about a batch in the second place', [second], 2, /one text of the batch, array\[:, 0\]/],
    ['about attentions of a batch', [frames, '--attentions', texts], 2, /batch, array\[0\]/],
    [
      'about a fully masked row',
      [frames, '--attentions', masked],
      2,
      /a row of NaN alone at layer 1, head 1, token 3, which is fully masked: .*keep/,
    ],
    ['about one of zeros', [frames, '--attentions', zero], 2, /row of 0 alone .* head 0, token 3/],
    ['about foreign attentions', [frames, '--attentions', frames], 2, /attentions have the shape/],
    ['about a wrong number', [frames, '--beta', 'warm'], 2, /beta is "warm"/],
    ['about a wrong list', [frames, '--tolerances', '1,,2'], 2, /tolerances\.1 is ""/],
    ['about a wrong option', [frames, '--attention', 'x'], 2, /unknown option '--attention'/],
    ['about a folder that cannot be made', [frames, '--out', join(text, 'x')], 2, /cannot make/],
  ])('%s', async (_, args, expected, message) => {
    const { code, stdout, stderr } = await inspect(...args);
    expect({ code, stdout }).toEqual({ code: expected, stdout: '' });
    expect(stderr).toMatch(message);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  });
});
