/** The server in-process on a port of its own: answers, and a problem document for every bad request. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { COUPLING_NAMES } from '../../src/attention/model-coupling.ts';
import { ENGINE_CHOICES } from '../../src/engines/catalogue.ts';
import { simulate } from '../../src/flow/simulation.ts';
import { readModel } from '../../src/host/models.ts';
import type { RunningServer } from '../../src/host/services.ts';
import { schemes } from '../../src/integrators/schemes.ts';
import { interventionToJson, runWithCache } from '../../src/language/interventions.ts';
import { toRows } from '../../src/numerics/matrix.ts';
import { createApp } from '../../src/server/app.ts';
import { BOUNDS, checkTrace } from '../../src/server/bounds.ts';
import { BusyError } from '../../src/server/fair-queue.ts';
import { startServer } from '../../src/server/start.ts';
import { writeRandomModel } from '../host/model-folder.ts';
import { randomConfig } from '../language/random-model.ts';
import { PATIENT } from '../patience.ts';

const folder = mkdtempSync(join(tmpdir(), 'schmetterling-server-'));
const model = writeRandomModel(join(folder, 'probe'));
const QUESTION = { text: 'Mein Lieblingstier ist __', depth: 1 };
let server: RunningServer;
let base: string;

beforeAll(async () => {
  server = await startServer({
    host: '127.0.0.1',
    port: 0,
    seconds: PATIENT,
    models: [model],
    workers: 2,
  });
  base = `http://127.0.0.1:${server.port}`;
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

/** Bytes and strings go as they are, anything else as JSON. */
const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
  fetch(`${base}${path}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body: typeof body === 'string' || body instanceof Blob ? body : JSON.stringify(body),
  });

async function expectProblem(response: Response, status: number, expected: object): Promise<void> {
  expect(response.headers.get('content-type')).toContain('application/problem+json');
  const problem = await response.json();
  expect(problem).toMatchObject({ type: 'about:blank', status, ...expected });
  expect(problem.detail).not.toContain('\n');
  expect(response.status).toBe(status);
}

describe('documents', () => {
  it('health, with the security headers', async () => {
    const response = await fetch(`${base}/api/health`);
    expect(await response.json()).toMatchObject({ status: 'ok' });
    expect(response.headers.get('content-security-policy')).toContain("default-src 'self'");
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect(response.headers.get('x-powered-by')).toBeNull();
  });

  it('models: the one that was chosen, by the name of its folder', async () => {
    const { default: name, models } = await (await fetch(`${base}/api/models`)).json();
    expect(name).toBe('probe');
    expect(models[0]).toMatchObject({ name: 'probe', dimension: 16, languages: ['de', 'en'] });
  });

  it('the catalogue', async () => {
    const kinds = await (await fetch(`${base}/api/catalogue`)).json();
    const names = (kind: string) => kinds[kind].map(({ name }: { name: string }) => name);
    expect(names('diagnostics')).toContain('effective_rank');
    expect(names('couplings')).toEqual(COUPLING_NAMES);
    expect(names('dynamics')).toContain('kuramoto');
    expect(names('schemes')).toEqual(schemes.map(({ name }) => name));
    expect(names('engines')).toEqual(ENGINE_CHOICES);
    expect(kinds.engines[4]).toMatchObject({ couplings: ['softmax', 'exponential'] });
    expect(kinds.dynamics[0].parameters[0]).toMatchObject({
      name: 'beta',
      default: 1,
      minimum: -1e6,
    });
  });

  it('an OpenAPI document made from the schemas', async () => {
    const { openapi, paths } = await (await fetch(`${base}/api/openapi.json`)).json();
    const body = paths['/api/predict'].post.requestBody.content['application/json'].schema;
    expect(openapi).toBe('3.1.0');
    expect(body.required).toEqual(['text']);
    expect(body.properties.top).toMatchObject({ default: 10, maximum: 200 });
    expect(body.additionalProperties).toBe(false);
  });
});

describe('work', () => {
  it('predict', async () => {
    const response = await post('/api/predict', { ...QUESTION, top: 4, targets: ['der Hund'] });
    const record = await response.json();
    expect(response.status).toBe(200);
    expect(record.predictions).toHaveLength(4);
    expect(record.targets[0].token_str).toBe('der Hund');
  });

  it('predict reads what is decomposed, spaced and tabbed as the plain text', async () => {
    const [text, targets] = ['Der Bär ist\u00a0__\t.\n', ['ö']];
    const asked = { ...QUESTION, text: text.normalize('NFD'), targets: ['o\u0308'] };
    const found = await (await post('/api/predict', asked)).json();
    const plain = await (
      await post('/api/predict', { ...asked, text: 'Der Bär ist __ .', targets })
    ).json();
    expect(found.text).toBe(asked.text);
    expect(found.blank).toEqual({ start: 13, end: 15 });
    expect(found.targets[0]).toMatchObject({ token_str: 'ö', score: plain.targets[0].score });
    expect(found.entropy).toBe(plain.entropy);
  });

  it('predict by both readings; a trace is of one flow', async () => {
    const asked = { ...QUESTION, reading: 'both' };
    const record = await (await post('/api/predict', asked)).json();
    expect(record).toMatchObject({ reading: 'both', certain: false });
    expect(Object.keys(record.predictions[0].readings)).toEqual(['blank', 'sentence']);
    await expectProblem(await post('/api/trace', asked), 400, { field: 'reading' });
  });

  it('trace, with one projection for all layers', async () => {
    const record = await (await post('/api/trace', { ...QUESTION, depth: 3 })).json();
    expect(record.hidden_states).toHaveLength(4);
    expect(record.projection.points).toHaveLength(4);
    expect(record.projection.explained).toHaveLength(3);
  });

  it('trace under interventions, as the library has it', async () => {
    const changes = { ablate: [{ head: 1, layer: 2 }], scaleBeta: [{ factor: 2, head: 0 }] };
    const asked = { ...QUESTION, depth: 3, ...changes };
    const record = await (await post('/api/trace', asked)).json();
    const { text, ...options } = asked;
    const run = runWithCache(readModel(model), text, options);
    expect(record.effect).toEqual(JSON.parse(JSON.stringify(interventionToJson(run).effect)));
    expect(record.hidden_states).toEqual(run.hiddenStates.map(toRows));
    expect(await (await post('/api/trace', QUESTION)).json()).not.toHaveProperty('effect');
    const outside = { ...asked, ablate: [{ head: 99 }] };
    await expectProblem(await post('/api/trace', outside), 400, { field: 'ablate' });
    const patched = { ...QUESTION, patch: [] };
    await expectProblem(await post('/api/trace', patched), 400, { field: 'patch' });
  });

  it('the depth limit of a text', async () => {
    const body = { text: QUESTION.text, depths: [2, 4, 8, 16], schemes: ['layer'] };
    const record = await (await post('/api/limit/depth', body)).json();
    expect(record).toMatchObject({ model: 'random', depths: body.depths });
    expect(record.schemes.layer.errors.logits_kl).toHaveLength(4);
    expect(record.answer.by_depth).toHaveLength(4);
  });

  it('the depth limit of dynamics', async () => {
    const start = { start: 'orthonormal', n: 8, d: 8, time: 1 };
    const body = { dynamics: 'sa', ...start, depths: [10, 20, 40, 80], schemes: ['rk4'] };
    const record = await (await post('/api/limit/depth', body)).json();
    expect(record.schemes.rk4.order.order).toBeCloseTo(4, 1);
    expect(record).not.toHaveProperty('answer');
  });

  it('stacks of layers, with and without a limit', async () => {
    const body = { stacks: ['smooth', 'relu_sde'], depths: [16, 32, 64, 128], seeds: 3 };
    const record = await (await post('/api/limit/stack', body)).json();
    const [smooth, relu] = record.stacks;
    expect(smooth.order.order).toBeCloseTo(1, 1);
    expect(relu.order).toMatchObject({ order: null, problem: expect.stringContaining('no limit') });
    await expectProblem(await post('/api/limit/stack', { ...body, seeds: 41 }), 400, {
      field: 'seeds',
    });
  });

  it('perturbed texts', async () => {
    const body = { text: 'Mein Hund ist __', depth: 2, draws: 1, angles: [0.1] };
    const record = await (await post('/api/limit/perturbations', body)).json();
    expect(record).toMatchObject({ model: 'random', depth: 2, stretching: null });
    expect(record.perturbations[0].distances).toHaveLength(3);
    expect(record.lipschitz).toBeGreaterThan(0);
  });

  it('reduced models, barycentres and inverse problems', async () => {
    const reduce = async (name: string, body: object) =>
      (await post(`/api/reduce/${name}`, body)).json();
    const gaussian = { family: 'gaussian', levels: 20 };
    const { quantiles } = await reduce('snapshot', { ...gaussian, at: [1, 2] });
    const fitted = await reduce('fit', { family: 'gaussian', data: quantiles });
    expect(fitted.estimate.values[1]).toBeCloseTo(2, 9);
    const measures = [{ points: [[0], [1]] }, { points: [[4], [9]] }];
    const middle = await reduce('barycentre', { measures, weights: [0.75, 0.25] });
    expect(middle).toMatchObject({ method: 'exact', points: [[1], [3]] });
    expect(await reduce('gaussians', { measures })).toMatchObject({ mean: [3.5] });
    const few = { ...gaussian, training: 8, test: 3 };
    const forward = await reduce('forward', { ...few, components: 2 });
    expect(forward.tangent.test.max[1]).toBeLessThan(1e-12);
    const seen = { components: 2, observe: 'moments' };
    const state = await reduce('state', { ...few, ...seen, observations: [1, 2], noise: [0] });
    expect(state.errors[0].nullity).toEqual([1, 0]);
    const { test: _, ...trained } = few;
    const recovered = await reduce('recover', { ...trained, ...seen, data: [0.1] });
    expect(recovered.null_space).toHaveLength(1);
    const tried = await reduce('parameters', { ...gaussian, truth: [1, 1], noise: 0 });
    expect(tried.estimate.values[0]).toBeCloseTo(1, 9);
  });

  it('Hellinger–Kantorovich distances, and what attention is made of', async () => {
    const reduce = async (name: string, body: object) =>
      (await post(`/api/reduce/${name}`, body)).json();
    const measures = [{ points: [[0]] }, { points: [[1]], masses: [1] }];
    const { distance, geodesic } = await reduce('distance', { measures });
    expect(distance).toBeCloseTo(Math.sqrt(2 - 2 * Math.cos(1)), 8);
    expect(geodesic[2].mass).toBeCloseTo(0.77015, 5);
    const small = { n: 8, snapshots: 2, noise: 0, tolerance: 1e-9 };
    const { product_error } = await reduce('matrices', small);
    expect(product_error).toBeLessThan(1e-4);
    const run = { dynamics: 'sa', n: 8, d: 2, scheme: 'dopri5', tolerance: 1e-9, time: 1 };
    const flow = await simulate({ ...run, parameters: { beta: 2 }, saveAt: [0, 0.5, 1] });
    const frames = flow.frames.map(({ positions }) => toRows(positions));
    const { b, tv } = await reduce('attention', { frames, tolerance: 1e-8 });
    expect(b[0][0]).toBeCloseTo(2, 3);
    expect(tv[1][1]).toBeCloseTo(1, 3);
  });

  it('health answers while the workers work', async () => {
    let finished = 0;
    const work = Array.from({ length: 4 }, async () => {
      const response = await post('/api/trace', { ...QUESTION, depth: 256 });
      finished++;
      return response.status;
    });
    for (let i = 0; i < 3; i++) expect((await fetch(`${base}/api/health`)).status).toBe(200);
    expect(finished).toBeLessThan(4);
    expect(await Promise.all(work)).toEqual([200, 200, 200, 200]);
  });
});

describe('problems', () => {
  const long = 'Mein '.repeat(2_000);
  it.each<[string, unknown, number, object]>([
    ['no text', {}, 400, { field: 'text', detail: /option text is missing: expected a string/ }],
    ['a text of the wrong type', { text: 7 }, 400, { field: 'text', detail: /option text is 7/ }],
    ['an empty text', { text: ' ' }, 400, { field: 'text' }],
    ['three blanks', { text: '_ _ _' }, 400, { field: 'text' }],
    ['a glued blank', { text: 'a__' }, 400, { field: 'text' }],
    ['a lone surrogate', '{"text": "\\ud800 __"}', 400, { field: 'text' }],
    ['an unknown option', { ...QUESTION, dept: 3 }, 400, { field: 'dept', detail: /"depth"/ }],
    ['an unknown depth', { text: '_', depth: 'deep' }, 400, { field: 'depth' }],
    ['a depth beyond all', { text: '_', depth: 1e99 }, 400, { detail: /from 1 to 512, or "ode"/ }],
    ['targets that are no list', { text: '_', targets: 'x' }, 400, { detail: /expected a list/ }],
    ['too many answers', { text: '_', top: 201 }, 400, { detail: /is 201: expected .* 1 to 200/ }],
    ['an unknown reading', { text: '_', reading: 'x' }, 400, { detail: /"sentence" or "both"/ }],
    ['a reading without a blank', { text: 'x', reading: 'both' }, 400, { field: 'reading' }],
    ['an unknown model', { text: '_', model: 'prob' }, 400, { field: 'model', detail: /"probe"/ }],
    ['a path as model', { text: '_', model: '../probe' }, 400, { field: 'model' }],
    ['a list as body', [], 400, { field: 'body' }],
    ['a body that is no JSON', '{"text":', 400, { field: 'body', detail: /no JSON/ }],
    ['a JSON string as body', '"text"', 400, { field: 'body' }],
    [
      'a body that is not UTF-8',
      new Blob([Uint8Array.of(0x22, 0xfc, 0x22)]),
      400,
      { field: 'body' },
    ],
    ['an empty body', '', 400, { field: 'body', detail: /body is empty/ }],
    ['a name twice', '{"text": "_", "top": 3, "top": 4}', 400, { detail: /has "top" twice/ }],
    ['a name twice within', '{"text": "_", "x": [{"a": 1, "\\u0061": 2}]}', 400, { field: 'body' }],
    ['10,000 characters', { text: `${long}__` }, 422, { field: 'text', detail: /10002.*4000/ }],
    ['too many positions', { text: `${'Hund '.repeat(99)}__` }, 422, { field: 'text' }],
    ['a body too large', { text: 'x'.repeat(BOUNDS.bodyBytes) }, 413, { field: 'body' }],
  ])('%s', async (_, body, status, { detail, ...expected }: { detail?: RegExp }) => {
    const response = await post('/api/predict', body);
    const check = detail ? { ...expected, detail: expect.stringMatching(detail) } : expected;
    await expectProblem(response, status, check);
    expect((await fetch(`${base}/api/health`)).status).toBe(200);
  });

  it.each<[string, object, number, object]>([
    ['neither text nor dynamics', {}, 400, { field: 'text' }],
    ['particles for a text', { text: '_', n: 5 }, 400, { field: 'n' }],
    ['unknown dynamics', { dynamics: 'sb' }, 400, { field: 'dynamics' }],
    ['noise', { dynamics: 'noisy' }, 400, { field: 'dynamics' }],
    ['too many layers', { dynamics: 'sa', n: 5000, d: 3 }, 422, { field: 'depths' }],
    ['a rough reference', { dynamics: 'sa', reference: 1e-6, depths: [8] }, 422, {}],
  ])('a depth limit with %s', async (_, body, status, expected) => {
    await expectProblem(await post('/api/limit/depth', body), status, expected);
  });

  const one = { points: [[0]] };
  it.each<[string, string, unknown, number, object]>([
    ['no measures', 'barycentre', {}, 400, { field: 'measures' }],
    ['unlike rows', 'barycentre', { measures: [{ points: [[0], [0, 1]] }] }, 400, {}],
    [
      'masses below 0',
      'barycentre',
      { measures: [{ ...one, masses: [-1] }] },
      400,
      { field: 'masses' },
    ],
    ['no masses', 'gaussians', { measures: [{ ...one, masses: [0] }] }, 400, { field: 'masses' }],
    [
      'a weight',
      'barycentre',
      { measures: [one, one], weights: [2, -1] },
      400,
      { field: 'weights' },
    ],
    [
      'dimensions',
      'barycentre',
      { measures: [one, { points: [[0, 1]] }] },
      400,
      { field: 'points' },
    ],
    [
      'too many points',
      'barycentre',
      { measures: [{ points: Array.from({ length: 1001 }, () => [0]) }] },
      422,
      { field: 'measures' },
    ],
    [
      'a barycentre that does not converge',
      'barycentre',
      {
        measures: [{ points: [[0], [1], [2.5]] }, { points: [[0.3], [5]] }],
        method: 'free',
        epsilon: 1e-9,
      },
      422,
      { detail: expect.stringMatching(/still move by .* after 500 steps/) },
    ],
    ['too many snapshots', 'forward', { training: 101 }, 400, { field: 'training' }],
    ['an unknown family', 'state', { family: 'burger' }, 400, { field: 'family' }],
    ['three measures', 'distance', { measures: [one, one, one] }, 400, { field: 'measures' }],
    ['one frame', 'attention', { frames: [[[1, 0]]] }, 400, { field: 'frames' }],
    ['too many tokens', 'matrices', { n: 33 }, 400, { field: 'n' }],
    ['no data', 'fit', { family: 'gaussian', data: [] }, 400, { field: 'data' }],
  ])('%s for reduce %s', async (_, name, body, status, expected) => {
    await expectProblem(await post(`/api/reduce/${name}`, body), status, expected);
  });

  it('a text without words to perturb', async () => {
    const response = await post('/api/limit/perturbations', { text: '__' });
    await expectProblem(response, 400, { field: 'text' });
  });

  it('a trace with too many numbers', () => {
    expect(() => checkTrace(randomConfig(), 55, { depth: 512, top: 10 })).not.toThrow();
    expect(() => checkTrace(randomConfig(), 64, { depth: 512, top: 10 })).toThrow(
      'a trace of 64 tokens and 512 layers holds 4732938 numbers, expected at most 4000000',
    );
  });

  it('another content type', async () => {
    const response = await post('/api/predict', 'text=_', { 'Content-Type': 'text/plain' });
    await expectProblem(response, 415, { detail: expect.stringContaining('text/plain') });
  });

  it.each(['gzip', 'br', 'deflate'])('a body packed with %s, whatever is in it', async (coding) => {
    const packed = new Blob([gzipSync(JSON.stringify(QUESTION))]);
    const response = await post('/api/predict', packed, { 'Content-Encoding': coding });
    await expectProblem(response, 415, { detail: expect.stringMatching(/packed.*leave out/) });
  });

  it.each([
    ['lists within lists', `{"frames": ${'['.repeat(20_000)}`, /more than 32 deep/],
    ['objects within objects', '{"a": '.repeat(33), /more than 32 deep/],
    ['many small lists', `{"init": [${'[1],'.repeat(200_000)}[1]]}`, /more than 200000 lists/],
  ])('%s, before they are parsed', async (_, body, detail) => {
    const response = await post('/api/simulate', body);
    await expectProblem(response, 400, { field: 'body', detail: expect.stringMatching(detail) });
  });

  it.each([
    ['/api/simulate', 3_000_000],
    ['/api/predict', 60_000],
  ])('a name as long as the body of %s, which is not sent back', async (path, length) => {
    const response = await post(path, { ['x'.repeat(length)]: 1 });
    const { detail, field } = await response.json();
    expect(response.status).toBe(400);
    expect(detail).toMatch(/^unknown option "x+…": did you mean/);
    expect(detail.length).toBeLessThanOrEqual(500);
    expect(field.length).toBeLessThanOrEqual(101);
  });

  it('numbers that are finite, and too large later', async () => {
    const body = { ...QUESTION, model: 'lieblingstier', scaleBeta: 1e308 };
    const response = await post('/api/trace', body);
    expect(response.status).toBe(400);
  });

  it('another method', async () => {
    const response = await fetch(`${base}/api/predict`);
    expect(response.headers.get('allow')).toBe('POST');
    await expectProblem(response, 405, { detail: '/api/predict does not take GET, expected POST' });
  });

  it.each(['/api/nothing', '/nothing', '/api'])('nothing at %s', async (path) => {
    await expectProblem(await fetch(`${base}${path}`), 404, { title: 'Not Found' });
  });

  it('a path that cannot be decoded', async () => {
    const response = await fetch(`${base}/%E0%A4%A`);
    expect([400, 404]).toContain(response.status);
    expect(response.headers.get('content-type')).toContain('problem+json');
  });
});

describe('the application', () => {
  const parts = {
    version: '0',
    models: { default: 'm', models: [{ name: 'm' }] },
    log: () => {},
    simulations: { run: async () => {}, close: async () => {} },
  };
  const idle = { ready: Promise.resolve(), close: async () => {} };

  async function served(app: ReturnType<typeof createApp>, use: (url: string) => Promise<void>) {
    const http: Server = createServer(app);
    await new Promise<void>((done) => http.listen(0, '127.0.0.1', done));
    try {
      await use(`http://127.0.0.1:${(http.address() as AddressInfo).port}`);
    } finally {
      http.closeAllConnections();
      http.close();
    }
  }
  const ask = (url: string, encoding = 'br, gzip', signal?: AbortSignal) =>
    fetch(`${url}/api/predict`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'accept-encoding': encoding },
      body: '{"text": "_"}',
      signal,
    });

  it('503 with Retry-After when the queue is full', async () => {
    const workers = { ...idle, run: () => Promise.reject(new BusyError('all are busy', 3)) };
    await served(createApp({ ...parts, workers }), async (url) => {
      const response = await ask(url);
      expect(response.headers.get('retry-after')).toBe('3');
      await expectProblem(response, 503, { detail: 'all are busy' });
    });
  });

  it('429 with Retry-After when one address asks too often', async () => {
    const workers = { ...idle, run: async () => '{}' };
    await served(createApp({ ...parts, workers, requestsPerMinute: 2 }), async (url) => {
      for (let i = 0; i < 2; i++) expect((await ask(url)).status).toBe(200);
      const response = await ask(url);
      expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
      await expectProblem(response, 429, { title: 'Too Many Requests' });
      expect((await fetch(`${url}/api/health`)).status).toBe(200);
    });
  });

  it('hands out the page, and only what lies in its folder', async () => {
    const page = join(folder, 'page');
    mkdirSync(page);
    writeFileSync(join(page, 'index.html'), '<!doctype html>');
    await served(
      createApp({ ...parts, workers: { ...idle, run: async () => '{}' }, page }),
      async (url) => {
        const response = await fetch(url);
        expect(response.headers.get('content-type')).toContain('text/html');
        expect(response.headers.get('content-security-policy')).toContain("default-src 'self'");
        await expectProblem(await fetch(`${url}/..%2fprobe%2fconfig.json`), 404, {});
      },
    );
  });

  it('500 says nothing of the inside', async () => {
    const workers = { ...idle, run: () => Promise.reject(new Error('secret')) };
    await served(createApp({ ...parts, workers }), async (url) => {
      const response = await ask(url);
      await expectProblem(response, 500, { detail: expect.not.stringContaining('secret') });
    });
  });

  it('compresses what is worth it, for clients that ask', async () => {
    const document = JSON.stringify({ text: 'Schmetterling '.repeat(200) });
    const workers = { ...idle, run: async () => document };
    await served(createApp({ ...parts, workers }), async (url) => {
      const response = await ask(url);
      expect(response.headers.get('content-encoding')).toBe('br');
      expect(await response.text()).toBe(document);
      expect((await ask(url, 'identity')).headers.get('content-encoding')).toBeNull();
      expect((await fetch(`${url}/api/health`)).headers.get('content-encoding')).toBeNull();
    });
  });

  it('lets files with a hash in their name be kept, and has the others asked for again', async () => {
    const page = join(folder, 'cached');
    mkdirSync(join(page, 'assets'), { recursive: true });
    writeFileSync(join(page, 'index.html'), '<!doctype html>');
    writeFileSync(join(page, 'assets', 'index-BbQVX3N5.js'), '1');
    const workers = { ...idle, run: async () => '{}' };
    await served(createApp({ ...parts, workers, page }), async (url) => {
      const headers = async (path: string, given = {}) =>
        (await fetch(`${url}${path}`, { headers: given })).headers;
      expect((await headers('/assets/index-BbQVX3N5.js')).get('cache-control')).toBe(
        'public, max-age=31536000, immutable',
      );
      const index = await headers('/');
      expect(index.get('cache-control')).toBe('public, max-age=0');
      // fetch would say `no-cache` by itself
      const known = { 'If-None-Match': index.get('etag') ?? '', 'Cache-Control': 'max-age=0' };
      const again = await fetch(url, { headers: known });
      expect(again.status).toBe(304);
      expect((await headers('/assets/gone.js')).get('cache-control')).toBeNull();
      expect((await headers('/api/models')).get('cache-control')).toBe('no-store');
    });
  });

  it('tells the workers when nobody waits for the answer any more', async () => {
    const client = new AbortController();
    let told = false;
    const run = async (_: unknown, gone?: AbortSignal) => {
      gone?.addEventListener('abort', () => {
        told = true;
      });
      client.abort();
      await expect.poll(() => told).toBe(true);
      return '{}';
    };
    await served(createApp({ ...parts, workers: { ...idle, run } }), async (url) => {
      await expect(ask(url, undefined, client.signal)).rejects.toThrow();
      await expect.poll(() => told).toBe(true);
      expect((await fetch(`${url}/api/health`)).status).toBe(200);
    });
  });
});
