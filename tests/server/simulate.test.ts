/** Simulations over HTTP: the same numbers as in the library, line by line, for as long as somebody reads. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { simulate } from '../../src/flow/simulation.ts';
import { readFlow } from '../../src/host/models.ts';
import type { RunningServer } from '../../src/host/services.ts';
import { sentenceParticles } from '../../src/language/particles.ts';
import { toRows } from '../../src/numerics/matrix.ts';
import { BOUNDS } from '../../src/server/bounds.ts';
import { BusyError } from '../../src/server/fair-queue.ts';
import { startSimulations } from '../../src/server/simulations.ts';
import { startServer } from '../../src/server/start.ts';
import { writeRandomModel } from '../host/model-folder.ts';
import { PATIENT } from '../patience.ts';

const folder = mkdtempSync(join(tmpdir(), 'schmetterling-simulate-'));
const model = writeRandomModel(join(folder, 'probe'));
const start = { folders: { probe: model }, defaultModel: 'probe' };
let server: RunningServer;
let url: string;

beforeAll(async () => {
  server = await startServer({
    host: '127.0.0.1',
    port: 0,
    seconds: PATIENT,
    models: [model],
    workers: 1,
  });
  url = `http://127.0.0.1:${server.port}/api/simulate`;
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

const post = (body: unknown, signal?: AbortSignal) =>
  fetch(url, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'Accept-Encoding': 'gzip' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
    signal,
  });

async function linesOf(body: unknown) {
  const response = await post(body);
  const text = await response.text();
  expect(response.status, text).toBe(200);
  expect(response.headers.get('content-type')).toContain('application/x-ndjson');
  expect(text.endsWith('\n')).toBe(true);
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

const SMALL = {
  n: 6,
  d: 3,
  time: 1,
  saveAt: 'linear:0:1:6',
  seed: 3,
  engine: 'reference',
} as const;

describe('a run', () => {
  it('begins, brings the frames of the library, and ends', async () => {
    const [begin, ...rest] = await linesOf(SMALL);
    const end = rest.pop();
    const { frames } = await simulate(SMALL);
    expect(begin).toMatchObject({ kind: 'begin', engine: { name: 'reference' } });
    expect(begin.settings).toMatchObject({ dynamics: 'sa', n: 6, d: 3, seed: 3, scheme: 'layer' });
    expect(rest.map(({ kind, time }) => [kind, time])).toEqual(
      [0, 0.2, 0.4, 0.6, 0.8, 1].map((time) => ['frame', time]),
    );
    expect(rest.map(({ positions }) => positions)).toEqual(
      frames.map(({ positions }) => toRows(positions)),
    );
    expect(rest.at(-1).diagnostics).toEqual(frames.at(-1)?.diagnostics);
    expect(end).toMatchObject({ kind: 'end', stopped: 'end', time: 1, steps: 10 });
  });

  it('takes positions, views and radii of its own', async () => {
    const [, frame] = await linesOf({
      init: [
        [2, 0],
        [0, 3],
      ],
      normalise: true,
      time: 1,
    });
    expect(frame.positions).toEqual([
      [1, 0],
      [0, 1],
    ]);
    const [, viewed] = await linesOf({ ...SMALL, dynamics: 'no_projection', start: 'gaussian' });
    expect(viewed.view).toEqual(viewed.positions);
    const [, radial] = await linesOf({ ...SMALL, dynamics: 'normalised' });
    expect(radial.radii).toEqual(Array(6).fill(1));
  });

  it.each(['sinkhorn', 'sinkhorn_residual', 'residual', 'resnet', 'svgd', 'svgd_sphere'])(
    'of the other systems: %s',
    async (dynamics) => {
      const start = dynamics.includes('sphere') || dynamics === 'sinkhorn' ? 'uniform' : 'gaussian';
      const lines = await linesOf({ n: 5, d: 2, dynamics, start, time: 0.2 });
      expect(lines.map(({ kind }) => kind)).toEqual(['begin', 'frame', 'frame', 'end']);
      expect(lines[2].positions).not.toEqual(lines[1].positions);
    },
  );

  it.each(['birth_death', 'kl_descent'])(
    'tells the masses of every frame: %s',
    async (dynamics) => {
      const start = dynamics === 'birth_death' ? 'uniform' : 'gaussian';
      const masses = [1, 1, 2, 4];
      const [, first, last] = await linesOf({ n: 4, d: 2, dynamics, start, masses, time: 0.2 });
      expect(first.masses).toBeAllClose([0.125, 0.125, 0.25, 0.5], { absolute: 1e-15 });
      expect(last.masses.reduce((sum: number, mass: number) => sum + mass, 0)).toBeCloseTo(1, 12);
      expect(last.masses).not.toEqual(first.masses);
    },
  );

  it('takes matrices as rows, β below 0 and noise, with its weak error', async () => {
    const turned = {
      beta: -2,
      value: [
        [-1, 0],
        [0, -1],
      ],
      query: [[1, 0]],
      key: [[1, 0]],
    };
    const asked = { ...SMALL, d: 2, parameters: turned, kappa: 1, scheme: 'heun' };
    const [begin, ...rest] = await linesOf(asked);
    expect(begin.settings).toMatchObject({ kappa: 1, parameters: { beta: -2 } });
    const { frames } = await simulate(asked);
    const last = rest.filter(({ kind }) => kind === 'frame').at(-1);
    expect(last.positions).toEqual(toRows(frames[frames.length - 1].positions));
    // 0 where six particles cannot tell it from chance
    expect(last.noise_error).toBe(0);
    expect(frames.at(-1)?.noiseError).toBe(0);
  });

  it('starts at the tokens of a sentence, under the flow of the model', async () => {
    const text = 'Mein Lieblingstier ist __';
    const [begin, first] = await linesOf({ dynamics: 'model', text, time: 1 });
    const { positions } = sentenceParticles(readFlow(model), text);
    expect(first.positions).toEqual(toRows(positions));
    expect(begin.settings.dynamics).toBe('model');
  });
});

describe('problems', () => {
  it.each<[string, unknown, number, string | undefined, RegExp]>([
    ['unknown dynamics', { dynamics: 'saa' }, 400, 'dynamics', /did you mean "sa"/],
    ['an unknown option', { tme: 3 }, 400, 'tme', /did you mean "time"/],
    ['a negative mass', { n: 2, masses: [1, -1] }, 400, 'masses', /-1: expected a number from 0/],
    ['masses of sum 0', { n: 2, masses: [0, 0] }, 400, 'masses', /of a positive sum/],
    [
      'a start where the target is not finite',
      { dynamics: 'svgd', parameters: { target: 'banana' }, init: [[1e200, 0]] },
      400,
      'start',
      /at particle 1/,
    ],
    ['no object', '[]', 400, 'body', /no JSON object/],
    ['a number that is none', { n: 'many' }, 400, 'n', /"many"/],
    ['rows that are none', { init: [1, 2] }, 400, 'init', /expected rows of numbers/],
    ['a model without use', { model: 'probe' }, 400, 'model', /leave model out/],
    ['an unknown model', { dynamics: 'model', model: 'x' }, 400, 'model', /"probe"/],
    ['too many particles', { n: 1e6, d: 3 }, 422, 'n', /expected at most 200000/],
    [
      'too many frames',
      { n: 1000, d: 50, scheme: 'dopri5', saveAt: 'linear:0:10:500' },
      422,
      'saveAt',
      /frames/,
    ],
    ['too much work', { n: 20_000, d: 8, time: 1e4 }, 422, 'n', /products/],
    [
      'a body too large',
      `{"x":"${' '.repeat(BOUNDS.simulation.bodyBytes)}"}`,
      413,
      'body',
      /larger/,
    ],
  ])('%s', async (_, body, status, field, detail) => {
    const response = await post(body);
    const problem = await response.json();
    expect(problem).toMatchObject({ status, field, detail: expect.stringMatching(detail) });
    expect(response.headers.get('content-type')).toContain('application/problem+json');
    expect(response.status).toBe(status);
  });

  it('come with the residual where Sinkhorn does not converge', async () => {
    const parameters = { beta: 20, sweeps: 3 };
    const lines = await linesOf({ n: 20, dynamics: 'sinkhorn', parameters });
    expect(lines.at(-1)).toMatchObject({
      kind: 'error',
      detail: expect.stringMatching(/residual is/),
    });
  });

  it('come as the last line when frames have come before', async () => {
    const lines = await linesOf({
      n: 8,
      d: 2,
      dynamics: 'repulsion',
      scheme: 'dopri5',
      time: 10,
      maximumSteps: 5,
    });
    expect(lines[0].kind).toBe('begin');
    expect(lines.at(-1)).toMatchObject({ kind: 'error', status: 400, field: 'maximumSteps' });
  });
});

describe('threads', () => {
  const LONG = { n: 2000, d: 3, time: 800, step: 0.5, scheme: 'euler', engine: 'wasm' } as const;
  const request = { ...LONG, dynamics: 'sa' } as never;
  const read = (gone: AbortSignal, write = async (_: string) => {}) => ({ write, gone });

  it('are free again within a second when the client leaves', async () => {
    const simulations = startSimulations(start, { threads: 1, seconds: PATIENT });
    const client = new AbortController();
    const run = simulations.run(
      request,
      read(client.signal, async () => {
        setTimeout(() => client.abort(), 50);
      }),
    );
    await expect(run).rejects.toThrow();
    const next = { ...SMALL, dynamics: 'sa' } as never;
    await simulations.run(next, read(new AbortController().signal));
    await simulations.close();
  });

  it('wait for a reader who is slow', async () => {
    const simulations = startSimulations(start, { threads: 1, seconds: PATIENT });
    let open = 0;
    let most = 0;
    const write = async () => {
      most = Math.max(most, ++open);
      await new Promise((done) => setTimeout(done, 20));
      open--;
    };
    await simulations.run(
      { ...SMALL, dynamics: 'sa' } as never,
      read(new AbortController().signal, write),
    );
    expect(most).toBe(1);
    await simulations.close();
  });

  it('end a run that takes too long, and say so', async () => {
    const simulations = startSimulations(start, { threads: 1, seconds: 1 });
    const run = simulations.run(request, read(new AbortController().signal));
    await expect(run).rejects.toThrow(/took longer than 1 s: ask for fewer particles/);
    await simulations.close();
  });

  it('turn away what does not fit into the queue', async () => {
    const simulations = startSimulations(start, { threads: 1, queue: 0 });
    const run = simulations.run(request, read(new AbortController().signal));
    await expect(run).rejects.toThrow(BusyError);
    await simulations.close();
  });
});
