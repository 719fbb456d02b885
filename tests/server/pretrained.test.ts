/** A Hugging Face folder, and a GGUF file, behind the HTTP API: listed, asked, traced, and refused where it cannot. */
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { RunningServer } from '../../src/host/services.ts';
import { startServer } from '../../src/server/start.ts';
import { configOf, FIXTURES, fixtureFolder } from '../pretrained/fixtures.ts';

const MASK = 4;
let root: string;
let server: RunningServer;

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'served-'));
  const folder = join(root, 'small-bert');
  cpSync(fixtureFolder('bert'), folder, { recursive: true });
  const size = configOf('bert').vocab_size as number;
  const pieces = Array.from({ length: size }, (_, id) => [id === MASK ? '[MASK]' : `w${id}`, id]);
  const flags = { single_word: false, lstrip: false, rstrip: false, normalized: false };
  writeFileSync(
    join(folder, 'tokenizer.json'),
    JSON.stringify({
      version: '1.0',
      added_tokens: [{ id: MASK, content: '[MASK]', special: true, ...flags }],
      pre_tokenizer: { type: 'WhitespaceSplit' },
      model: { type: 'WordLevel', vocab: Object.fromEntries(pieces), unk_token: 'w0' },
    }),
  );
  const file = join(FIXTURES, '..', 'gguf', 'qwen3.gguf');
  const models = [folder, 'lieblingstier', file];
  server = await startServer({ host: '127.0.0.1', port: 0, models, workers: 1 });
});
afterAll(async () => {
  await server.close();
  rmSync(root, { recursive: true });
});

async function post(path: string, body: object) {
  const reply = await fetch(`http://127.0.0.1:${server.port}/api/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return { status: reply.status, body: await reply.json() };
}

it('the first of several models answers, and all are listed', async () => {
  const listed = await (await fetch(`http://127.0.0.1:${server.port}/api/models`)).json();
  expect(listed.default).toBe('small-bert');
  expect(listed.models.slice(0, 2)).toMatchObject([
    { name: 'small-bert', family: 'BERT', causal: false, dimension: 16, heads: 2, depth: 3 },
    { name: 'lieblingstier', format: 'schmetterling/1' },
  ]);
});

it('a GGUF file is listed and answers under its name', async () => {
  const listed = await (await fetch(`http://127.0.0.1:${server.port}/api/models`)).json();
  expect(listed.models[2]).toMatchObject({
    name: 'qwen3',
    family: 'Qwen3',
    causal: true,
    depth: 2,
  });
  const { status, body } = await post('predict', { model: 'qwen3', text: 'der ist', top: 2 });
  expect(status).toBe(200);
  expect(body).toMatchObject({ model: 'qwen3', kind: 'next-token', depth: 2, coupling: 'causal' });
});

it('fills masks in lists of one, two and three tokens', async () => {
  const { status, body } = await post('predict', { text: 'w5 w6 [MASK] w7', top: 3 });
  expect(status).toBe(200);
  expect(body).toMatchObject({
    model: 'small-bert',
    kind: 'blank',
    slots: 1,
    precision: 'float32',
  });
  expect(body.longer.map(({ slots }: { slots: number }) => slots)).toEqual([2, 3]);
  expect(body.predictions).toHaveLength(3);
});

it('traces a text without a blank, with the parts of its layers', async () => {
  const { status, body } = await post('trace', { text: 'w5 w6 w7', parts: true });
  expect(status).toBe(200);
  expect([body.kind, body.layers]).toEqual(['text', [0, 1, 2, 3]]);
  expect(body.parts).toHaveLength(3);
  expect(body.parts[0].map((part: number[][]) => part.length)).toEqual([3, 3]);
  expect(body.parts[2][1]).toEqual(body.hidden_states[3]);
  expect(body.blocks).toHaveLength(3);
});

it('takes the parts of its layers in steps', async () => {
  const asked = { text: 'w5 w6 [MASK] w7', steps: [2, 4], alone: 2 };
  const { status, body } = await post('limit/depth', asked);
  expect(status).toBe(200);
  expect(body).toMatchObject({ model: 'small-bert', depth: 3, layers: [1, 2, 3], steps: [2, 4] });
  expect(body.parts.map(({ part }: { part: string }) => part)).toEqual([
    'attention',
    'mlp',
    'both',
  ]);
  expect(body.matrix.cells).toHaveLength(9);
  expect(body.matrix.cells[0]).toMatchObject({ layer: 1, part: 'attention' });
});

it('moves the tokens by one layer alone', async () => {
  const asked = { text: 'w5 w6 [MASK] w7', layer: 2, scheme: 'layer', time: 4, moments: 4 };
  const { status, body } = await post('limit/layer', asked);
  expect(status).toBe(200);
  expect(body).toMatchObject({ model: 'small-bert', layer: 2, ended: true, time: 4 });
  expect(body.attractor.kind).toBeTypeOf('string');
});

it.each([
  ['limit/layer', { text: 'w5', layer: 7 }, 'layer', /layer 7 is not there/],
  ['limit/layer', { text: 'w5 __', model: 'lieblingstier' }, 'model', /weights of their own/],
  ['predict', { text: 'w5 w6' }, 'text', /fills masks and the text has no blank/],
  ['predict', { text: 'w5 __', depth: 8 }, 'depth', /has 3 layers/],
  ['predict', { text: 'w5 __', slots: 2, model: 'lieblingstier' }, 'slots', /leave it out/],
  ['trace', { text: 'w5', parts: true, model: 'lieblingstier' }, 'parts', /attention alone/],
  ['limit/perturbations', { text: 'w5 __' }, 'model', /needs a model that is a flow/],
  ['limit/depth', { text: 'w5 __', depths: [4] }, 'depths', /for a flow that is cut into layers/],
  ['limit/depth', { text: 'w5 __', parts: ['together'] }, 'parts', /a norm between/],
  ['limit/depth', { text: 'w5 __', steps: [0] }, 'steps', /from 1 to 64/],
  ['limit/depth', { text: 'w5 __', model: 'lieblingstier', alone: 2 }, 'alone', /of their own/],
])('%s %j is refused in field %s', async (path, request, field, detail) => {
  const { status, body } = await post(path, request);
  expect([status, body.field]).toEqual([400, field]);
  expect(body.detail).toMatch(detail);
});

it('surveys a text with the energies of its heads, and refuses what has no pairs or no centre', async () => {
  const text = 'w5 [MASK] w7 w9';
  const { status, body } = await post('survey', { text, surrogates: 2 });
  expect(status).toBe(200);
  expect(body.log_energies).toHaveLength(3);
  const { before, attention, mlp, normalisation, after } = body.log_energies[1].heads[1];
  expect(before + attention + mlp + normalisation).toBeCloseTo(after, 5);
  for (const [asked, field, message] of [
    [{ text, reference: ' ' }, 'reference', /reference text is empty/],
    [{ text: 'w5' }, 'text', /1 token has no pairs/],
  ] as const) {
    const refused = await post('survey', asked);
    expect(refused).toMatchObject({ status: 400, body: { field } });
    expect(JSON.stringify(refused.body)).toMatch(message);
  }
  const two = await post('survey', { text: 'w5 w7', surrogates: 0 });
  expect(two.body.frames.map((frame: { centred: unknown }) => frame.centred)).toEqual(
    new Array(4).fill(null),
  );
});
