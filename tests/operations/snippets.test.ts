/** The command and the program of every operation give the operation's own numbers. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { trainingEngine } from '../../src/host/engines.ts';
import { readModel } from '../../src/host/models.ts';
import { encodeNpy } from '../../src/host/npy.ts';
import { madeBy } from '../../src/host/package.ts';
import { random } from '../../src/numerics/random.ts';
import { resultToJson } from '../../src/numerics/result-json.ts';
import { sumOf } from '../../src/numerics/vectors.ts';
import {
  GROUPS,
  type Group,
  loadOperation,
  operationNames,
  spelled,
} from '../../src/operations/catalogue.ts';
import {
  type Body,
  type SnippetFile,
  type Snippets,
  snippetsOf,
} from '../../src/operations/snippets.ts';
import { COMMAND } from '../../src/operations/spelling.ts';
import { readSubject } from '../../src/operations/subject.ts';
import { DEPTH_RECORD, LAYER_RECORD } from '../../src/web/depth/records.ts';
import { EFFECTS_RECORD } from '../../src/web/layers/effects/ask.ts';
import { INSIDE_RECORD, NEAREST_RECORD } from '../../src/web/layers/inside/ask.ts';
import { command } from '../cli/command.ts';
import { writeRandomModel } from '../host/model-folder.ts';
import { folderOf } from '../host/pretrained-folder.ts';

const root = join(import.meta.dirname, '..', '..');
const folder = mkdtempSync(join(tmpdir(), 'schmetterling-snippets-'));
/** Inside the package, where its own name is known. */
const programs = join(root, 'dist', `snippets-${process.pid}`);
afterAll(() => {
  rmSync(folder, { recursive: true });
  rmSync(programs, { recursive: true });
});

const model = writeRandomModel(join(folder, 'model'));
const network = folderOf('llama');
const { gaussian } = random(3);
const points = (n: number, d: number) =>
  Array.from({ length: n }, () => Array.from({ length: d }, () => gaussian()));
const unit = (x: readonly number[]) => x.map((value) => value / Math.hypot(...x));
const start = points(6, 2).map(unit);

/** Attention with β = 2 on the circle, by Euler steps: what `reduce attention` may find again. */
function attended(rows: readonly number[][], time: number, steps = 200): number[][] {
  let angles = rows.map(([x, y]) => Math.atan2(y, x));
  for (let k = 0; k < steps; k++)
    angles = angles.map((own) => {
      const weights = angles.map((other) => Math.exp(2 * Math.cos(other - own)));
      const pulls = angles.map((other, j) => weights[j] * Math.sin(other - own));
      return own + ((time / steps) * sumOf(pulls)) / sumOf(weights);
    });
  return angles.map((angle) => [Math.cos(angle), Math.sin(angle)]);
}

const text = { text: "Anna's __", model, depth: 2 };
const few = { levels: 12, family: 'gaussian' };

/** Of every operation what is done in a moment, some twice: with other kinds of values, and of a flow. */
const ASKED: Readonly<Record<string, readonly Body[]>> = {
  'limit depth': [
    { text: 'Mein -- __', model, depths: [2, 4], schemes: ['layer'], coupling: 'full' },
    {
      dynamics: 'sa',
      parameters: {
        beta: -0.5,
        value: [
          [-1, 0],
          [0, -1],
        ],
      },
      masses: [1, 2, 3],
      init: start.slice(0, 3),
      depths: [2, 4, 8],
      schemes: ['rk4'],
      time: 0.5,
    },
  ],
  'limit layer': [
    { text: 'w3 w7 w5', model: network, layer: 2, part: 'attention', time: 3, moments: 4 },
  ],
  'limit mean-field': [{ attention: 'usa', beta: 2, times: [0, 0.1] }],
  'limit particles': [{ n: [20, 40], seeds: 2, times: [0, 0.2], tolerance: 1e-7 }],
  'limit perturbations': [{ ...text, draws: 1, angles: [0.01, 0.1] }],
  'limit resnet': [
    {
      activations: ['tanh'],
      depths: [2, 4, 8],
      n: 2,
      d: 2,
      seeds: 1,
      steps: 2,
      weightDecay: 0.01,
      turns: 0.5,
    },
  ],
  'limit stack': [{ stacks: ['smooth', 'relu_sde'], depths: [8, 16], n: 2, d: 2, seeds: 2 }],
  'limit steps': [{ value: 'minus', steps: [0.5, 2], n: 4, time: 4, seeds: 1 }],
  'limit tangent': [
    { text: 'Anna mag __', model, vectors: 1, tolerance: 1e-5 },
    {
      dynamics: 'usa',
      parameters: { beta: 2 },
      n: 3,
      d: 3,
      start: 'equiangular',
      startParameters: { cosine: -0.1 },
      time: 1,
      vectors: 2,
    },
  ],
  'limit temperature': [
    {
      n: 4,
      betas: [1, 4],
      clusterBetas: [4, 9],
      clusterTokens: 8,
      clusterTime: 10,
      clusterSeeds: 2,
    },
  ],
  'reduce snapshot': [{ ...few, at: [-1, 2] }],
  'reduce barycentre': [
    { measures: [{ points: points(3, 1) }, { points: points(3, 1) }], weights: [0.75, 0.25] },
    {
      measures: [
        { points: points(3, 2), masses: [0.5, 0.25, 0.25] },
        { points: points(4, 2), masses: [0.25, 0.25, 0.25, 0.25] },
      ],
      method: 'fixed',
      support: points(4, 2),
      epsilon: 0.5,
    },
  ],
  'reduce gaussians': [{ measures: [{ points: points(5, 2) }, { points: points(6, 2) }] }],
  'reduce distance': [
    {
      measures: [
        { points: [[0], [1]], masses: [1, 2] },
        { points: [[0.5]], masses: [2] },
      ],
      times: [0, 1],
    },
  ],
  'reduce forward': [{ ...few, training: 6, test: 3, components: 2 }],
  'reduce state': [{ ...few, training: 6, test: 2, components: 2, observations: [2], noise: [0] }],
  'reduce recover': [
    { ...few, training: 6, components: 2, observe: 'moments', domain: [-4, 4], data: [0.1, -0.2] },
  ],
  'reduce parameters': [{ ...few, noise: 0.01, repetitions: 1 }],
  'reduce fit': [{ family: 'gaussian', data: points(12, 1).flat() }],
  'reduce matrices': [{ n: 5, snapshots: 2, tolerance: 1e-6 }],
  'reduce attention': [
    { frames: [0, 0.5, 1].map((time) => attended(start, time)), noise: 0.01, tolerance: 1e-6 },
  ],
  effects: [{ ...text, of: 'patches', other: "Anna's __", layers: [0, 2] }],
  'inside layer': [{ ...text, layer: 2, token: 1 }],
  'inside nearest': [{ ...text, layers: [0, 2], count: 2 }],
  'inside contrast': [{ ...text, answers: ['a', "Anna's"] }],
  survey: [{ text: "Anna's Hund __", model, surrogates: 2, reference: "Anna's __" }],
  transport: [{ measures: [{ points: points(2, 2) }, { points: points(2, 2) }], metric: 'w1' }],
};

const all = (Object.keys(GROUPS) as Group[]).flatMap((group) =>
  operationNames(group).flatMap((name) =>
    (ASKED[spelled(group, name)] ?? []).map((body, k) => ({ group, name, body, k })),
  ),
);

function save({ name, shape, data }: SnippetFile): void {
  const [rows, columns] = shape;
  const table = Array.from({ length: rows }, (_, i) => data.slice(i * columns, (i + 1) * columns));
  const file = name.endsWith('.npy')
    ? encodeNpy(shape, [Float64Array.from(data)])
    : `${[table[0].map((_, k) => `x${k + 1}`), ...table].map((row) => row.join(',')).join('\n')}\n`;
  writeFileSync(join(folder, name), file);
}

/** The words that a shell makes of a command, files where they were saved. */
function wordsOf({ command: line, files }: Snippets): string[] {
  const rest = line.slice(COMMAND.length + 1);
  const words = execFileSync('sh', ['-c', `printf '%s\\0' ${rest}`], { encoding: 'utf8' });
  const saved = (word: string) =>
    files.some(({ name }) => name === word) ? join(folder, word) : word;
  return words.split('\0').slice(0, -1).map(saved);
}

const plain = (value: object) => JSON.parse(JSON.stringify(value));

let printed: object[] = [];

/** All programs one after the other in one process. */
beforeAll(async () => {
  mkdirSync(programs, { recursive: true });
  const files = await Promise.all(
    all.map(async ({ group, name, body }, at) => {
      const { code } = snippetsOf(spelled(group, name), await loadOperation(group, name), body);
      writeFileSync(join(programs, `${at}.js`), code);
      return `./${at}.js`;
    }),
  );
  const main = join(programs, 'main.js');
  writeFileSync(main, files.map((file) => `await import('${file}');\n`).join(''));
  const output = execFileSync(process.execPath, [main], { encoding: 'utf8', maxBuffer: 1 << 26 });
  printed = output
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
});

it('every operation is asked', () => {
  const names = (Object.keys(GROUPS) as Group[]).flatMap((group) =>
    operationNames(group).map((name) => spelled(group, name)),
  );
  expect(Object.keys(ASKED).sort()).toEqual(names.sort());
});

it.each(
  all.map((asked, at) => [`${spelled(asked.group, asked.name)} ${asked.k}`, asked, at] as const),
)('%s is repeated by its command and its program', async (_, { group, name, body }, at) => {
  const record = await loadOperation(group, name);
  const { subject, options } = await readSubject(record.subject, body, readModel);
  const context = record.trains ? { trainer: trainingEngine } : {};
  const own = plain(resultToJson(await record.run(options, context, subject)));
  expect(printed[at]).toEqual(own);
  const snippets = snippetsOf(spelled(group, name), record, body);
  snippets.files.forEach(save);
  const words = wordsOf(snippets);
  const { stdout, stderr } = await command(words);
  expect(stderr).toBe('');
  const {
    command: called,
    version,
    streams,
    tables: __,
    seconds: ___,
    ...told
  } = JSON.parse(stdout);
  expect({ version, streams }).toEqual(madeBy());
  expect(called).toBe(spelled(group, name));
  expect(told).toEqual(own);
  if ('dynamics' in body) return; // whose matrices the command line leaves as they were typed
  const asked = await command([
    ...called.split(' '),
    '--as-code',
    ...words.slice(called.split(' ').length),
  ]);
  const linesOf = (code: string) => code.trim().split('\n').sort();
  expect(linesOf(asked.stdout)).toEqual(linesOf(snippets.code));
});

it.each([
  ['limit', 'depth', DEPTH_RECORD],
  ['limit', 'layer', LAYER_RECORD],
  ['effects', 'effects', EFFECTS_RECORD],
  ['inside', 'layer', INSIDE_RECORD],
  ['inside', 'nearest', NEAREST_RECORD],
] as const)('the page’s record of %s %s is the operation’s', async (group, name, record) => {
  const { subject, library } = await loadOperation(group, name);
  expect(record).toEqual({ subject, library });
});
