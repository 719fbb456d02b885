/** A standard transformer that was trained here, as a user asks it on the command line and over HTTP. Needs dist/. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readNpy } from '../../src/host/npy.ts';
import { writeModel } from '../../src/host/training/finished-model.ts';
import { parseTrainingConfig } from '../../src/language/training/config.ts';
import { startServer } from '../../src/server/start.ts';
import { startOf, tinyConfig, tinyCorpus } from '../language/training/tiny-run.ts';
import { command } from './command.ts';

const root = mkdtempSync(join(tmpdir(), 'schmetterling-standard-cli-'));
afterAll(() => rmSync(root, { recursive: true }));
const folder = join(root, 'standard');
const world = join(root, 'world');
const TEXT = 'Mein Lieblingstier ist __.';

beforeAll(async () => {
  const { model } = parseTrainingConfig(tinyConfig());
  const standard = { layers: 2, hidden: 12 };
  const config = parseTrainingConfig(tinyConfig({ model: { ...model, standard } }));
  writeModel(folder, (await startOf(config)).model);
  for (const [path, content] of Object.entries(tinyCorpus)) {
    mkdirSync(dirname(join(world, path)), { recursive: true });
    writeFileSync(join(world, path), content);
  }
});

const asked = async (...args: string[]) => {
  const { code, stdout, stderr } = await command([...args, '--model', folder]);
  expect([code, code === 0 ? '' : stderr]).toEqual([0, '']);
  return stdout;
};

it('predicts, by either reading and coupling, in either precision', async () => {
  for (const more of [[], ['--reading', 'both'], ['--precision', 'float64']]) {
    const { predictions, depth, precision } = JSON.parse(
      await asked('predict', TEXT, ...more, '--json'),
    );
    expect([depth, precision]).toEqual([2, more.includes('float64') ? 'float64' : 'float32']);
    expect(predictions.length).toBeGreaterThan(0);
  }
  const end = ['Mein Lieblingstier ist __', '--coupling', 'causal', '--json'];
  expect(JSON.parse(await asked('predict', ...end)).predictions.length).toBeGreaterThan(0);
});

it('is traced with the parts of its layers, which inspect reads too', async () => {
  const out = join(root, 'trace');
  await asked('trace', TEXT, '--parts', '--out', out);
  const shape = (file: string) => readNpy(join(out, file), 'file').shape;
  const [frames, n, d] = shape('hidden_states.npy');
  expect([frames, d]).toEqual([3, 8]);
  expect(shape('parts.npy')).toEqual([2, 2, n, d]);
  expect(shape('attentions.npy')).toEqual([2, 2, n, n]);
  expect(shape('directions.npy')).toEqual([3, n, d]);
  const { code } = await command(['inspect', join(out, 'hidden_states.npy'), '--json']);
  expect(code).toBe(0);
  const { knots } = JSON.parse(await asked('portrait', TEXT, '--json'));
  expect(knots).toHaveLength(2);
});

it('its layers are taken in steps by limit depth', async () => {
  expect(await asked('limit', 'depth', TEXT)).toMatch(/\d/);
});

it('is evaluated at its own depth', async () => {
  const found = JSON.parse(await asked('evaluate', '--corpus', world, '--texts', '3', '--json'));
  expect(found).toMatchObject({ texts: 3, depths: {} });
  expect(found.uniform_attention.nats_per_token).toBeGreaterThan(0);
});

it.each([
  [['predict', TEXT, '--depth', '8'], /has 2 layers, each with weights of its own/],
  [['predict', TEXT, '--depth', 'ode'], /has 2 layers/],
  [['predict', TEXT, '--coupling', 'sinkhorn'], /"sinkhorn" is for particle flows/],
  [['evaluate', '--corpus', 'nowhere', '--depths', '4'], /option depths is for flows/],
  [['limit', 'perturbations', TEXT], /needs a model that is a flow in continuous depth/],
  [['simulate', '--dynamics', 'model', '--text', TEXT], /needs a model that is a flow/],
])('%j is refused by name', async (args, message) => {
  const { code, stderr } = await command([...args, '--model', folder]);
  expect(stderr).toMatch(message);
  expect(code).toBe(2);
});

it('is served: listed, asked, traced and changed', async () => {
  const server = await startServer({ host: '127.0.0.1', port: 0, models: [folder], workers: 1 });
  const at = `http://127.0.0.1:${server.port}/api/`;
  const post = async (path: string, body: object) => {
    const headers = { 'content-type': 'application/json' };
    const reply = await fetch(at + path, { method: 'POST', headers, body: JSON.stringify(body) });
    return { status: reply.status, body: await reply.json() };
  };
  try {
    const { models } = await (await fetch(`${at}models`)).json();
    expect(models[0]).toMatchObject({ format: 'schmetterling-standard/1', depth: 2, hidden: 12 });
    const predicted = await post('predict', { text: TEXT, coupling: 'full', reading: 'both' });
    expect([predicted.status, predicted.body.depth]).toEqual([200, 2]);
    const traced = await post('trace', { text: TEXT, parts: true, ablateMlp: [1], top: 3 });
    expect([traced.status, traced.body.layers]).toEqual([200, [0, 1, 2]]);
    expect(traced.body.effect.answers.length).toBeGreaterThan(0);
    const refused = await post('predict', { text: TEXT, depth: 8 });
    expect([refused.status, refused.body.field]).toEqual([400, 'depth']);
  } finally {
    await server.close();
  }
});
