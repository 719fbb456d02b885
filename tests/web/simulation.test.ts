/**
 * The simulator in a real Chromium, in a worker under the server's own headers: the numbers of Node, errors
 * as data, and an end at once. Without a Chromium these tests are skipped.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { build } from 'vite';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { SimulationFrame } from '../../src/flow/frames.ts';
import { simulate } from '../../src/flow/simulation.ts';
import { drawStart, startNamed } from '../../src/geometry/catalogue.ts';
import { createApp } from '../../src/server/app.ts';
import type { ProblemDetails } from '../../src/web/problem-details.ts';
import type { RunOptions } from '../../src/web/simulation/messages.ts';
import { executablePath, newPage } from './chromium.ts';
import type { Conduct, Outcome } from './simulation/main.ts';

/** Takes part in neither: the page has no other worker, and asks the server nothing. */
const unused = {
  ready: Promise.resolve(),
  run: () => Promise.reject(new Error('nobody should ask')),
  close: () => Promise.resolve(),
};

interface PageServer {
  readonly url: string;
  /** Paths fetched, in order; workers ask too. */
  readonly asked: string[];
  close(): void;
}

/** Serves a built page with the server's headers, but for those that isolate it where that is not wanted. */
async function servePage(page: string, isolated: boolean): Promise<PageServer> {
  const models = { default: 'none', models: [] };
  const app = createApp({ workers: unused, simulations: unused, models, version: '0', page });
  const asked: string[] = [];
  const http: Server = createServer((request, response) => {
    asked.push(String(request.url));
    const set = response.setHeader.bind(response);
    const left = /^cross-origin-(opener|embedder)-policy$/i;
    response.setHeader = (name, value) =>
      !isolated && left.test(name) ? response : set(name, value);
    app(request, response);
  });
  await new Promise<void>((listening) => http.listen(0, '127.0.0.1', listening));
  const { port } = http.address() as AddressInfo;
  const close = () => {
    http.close();
    http.closeAllConnections();
  };
  return { url: `http://localhost:${port}/`, asked, close };
}

const isWorker = (path: string) => /\/worker-.*\.js$/.test(path);
const isWorkerAddress = (url: URL) => isWorker(url.pathname);
const isThread = (path: string) => /\/thread-.*\.js$/.test(path);

/** Enough pairs for threads to be woken, and many yields for them to come up in. */
const LARGE: RunOptions = {
  init: drawStart(startNamed('uniform'), {}, { n: 1000, d: 3, seed: 1 }).positions,
  engine: 'wasm',
  time: 2,
  step: 0.02,
  saveAt: 'linear:0:2:5',
  parameters: { beta: 4 },
  diagnostics: [],
};
/** Longer than any test waits. */
const ENDLESS: RunOptions = { ...LARGE, time: 1e4, saveAt: 'linear:0:10000:500001' };

const plain = ({ time, positions: { data } }: SimulationFrame) => ({ time, positions: [...data] });

describe.skipIf(!executablePath)('a simulation in the browser', () => {
  const folder = mkdtempSync(join(tmpdir(), 'schmetterling-simulation-'));
  let isolatedServer: PageServer;
  let plainServer: PageServer;
  let page: Page;
  let errors: string[];

  beforeAll(async () => {
    await build({
      configFile: new URL('../../vite.config.ts', import.meta.url).pathname,
      root: new URL('simulation', import.meta.url).pathname,
      publicDir: new URL('../../public', import.meta.url).pathname,
      build: { outDir: folder, emptyOutDir: true },
      logLevel: 'error',
    });
    isolatedServer = await servePage(folder, true);
    plainServer = await servePage(folder, false);
  });

  afterAll(async () => {
    isolatedServer?.close();
    plainServer?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  beforeEach(async () => {
    errors = [];
    page = await newPage();
    page.on('console', (message) => errors.push(message.text()));
    page.on('pageerror', (error) => errors.push(String(error)));
    await page.goto(isolatedServer.url);
  });

  afterEach(async () => {
    expect(errors).toEqual([]);
    await page.context().close();
  });

  const inWorker = (options: RunOptions, conduct: Conduct = {}): Promise<Outcome> =>
    page.evaluate(([o, e]) => globalThis.simulateInWorker(o, e), [options, conduct] as const);

  test('is loaded when it starts, and not before', async () => {
    const { asked } = isolatedServer;
    asked.length = 0;
    await page.reload();
    expect(asked.filter(isWorker)).toEqual([]);
    await inWorker({ n: 4 });
    expect(asked.filter(isWorker).length).toBe(1);
    expect(asked.filter(isThread)).toEqual([]);
  });

  test('gives the numbers of Node bit for bit, on one thread and on all, isolated or not', async () => {
    const { frames: expected } = await simulate(LARGE);
    for (const server of [isolatedServer, plainServer]) {
      await page.goto(server.url);
      const isolated = await page.evaluate(() => crossOriginIsolated);
      expect(isolated).toBe(server === isolatedServer);
      server.asked.length = 0;
      const { frames, report, error } = await inWorker(LARGE);
      expect(error).toBeNull();
      expect(report).toMatchObject({ engine: { name: 'wasm' }, time: 2, steps: 100 });
      expect(frames).toEqual(expected.map(plain));
      expect(server.asked.some(isThread)).toBe(isolated && availableParallelism() > 1);
    }
    await page.goto(isolatedServer.url);
    isolatedServer.asked.length = 0;
    const alone = await inWorker({ ...LARGE, threads: 1 });
    expect(alone.frames).toEqual(expected.map(plain));
    expect(isolatedServer.asked.some(isThread)).toBe(false);
  });

  test('gives the bits that are pinned for Node', async () => {
    const file = new URL('../portable/digests.json', import.meta.url);
    const digests = await page.evaluate(() => globalThis.digestsHere());
    expect(digests).toEqual(JSON.parse(readFileSync(file, 'utf8')));
  });

  test.each<RunOptions>([
    { n: 16, d: 3, time: 1 },
    { n: 1000, d: 2, time: 0.2, parameters: { beta: 4 }, diagnostics: ['energy'] },
    { dynamics: 'noisy', n: 20, time: 1 },
    { dynamics: 'normalised', n: 20, time: 1 },
    { n: 64, scheme: 'dopri5', time: 5, merge: 0.01, parameters: { beta: 4 } },
  ])('gives what Node gives, bit for bit, for %j', async (options) => {
    const { frames, report, error } = await inWorker(options);
    const here = await simulate(options);
    expect(error).toBeNull();
    expect(report).toMatchObject({ engine: here.engine, steps: here.steps, stopped: 'end' });
    expect(report?.merges.length).toBe(here.merges.length);
    expect(frames).toEqual(here.frames.map(plain));
  });

  test.each<[string, RunOptions, number]>([
    ['betta', { n: 8, parameters: { betta: 2 } }, 0],
    ['step', { n: 8, step: -1 }, 0],
    ['maximumSteps', { n: 8, time: 10, scheme: 'rk4', maximumSteps: 5, saveAt: [0, 0.2, 10] }, 2],
  ])(
    'tells what is wrong with %s as data, after the frames before it',
    async (field, options, good) => {
      const { error, frames } = await inWorker(options);
      expect(error).toMatchObject({ status: 400, field });
      expect(frames.length).toBe(good);
      await expect(simulate(options)).rejects.toThrow((error as ProblemDetails).detail);
    },
  );

  test('says so when it cannot be loaded', async () => {
    await page.route(isWorkerAddress, (route) => route.abort());
    const { error } = await inWorker({ n: 4 });
    expect(error).toMatchObject({ status: 0, title: 'network' });
    errors.length = 0;
  });

  test('computes one frame ahead of the page, and no more', async () => {
    const { ahead, frames } = await inWorker({ n: 4, saveAt: 'linear:0:10:101' }, { hold: 500 });
    expect(ahead).toBe(2);
    expect(frames.length).toBe(101);
  });

  test.each<[string, Conduct]>([
    ['while the page waits', { abortAfter: 1000 }],
    ['in the loop', { abortAt: 20 }],
  ])('stops at once when it is told to %s, threads and all', async (_, conduct) => {
    const { error, late } = await inWorker(ENDLESS, conduct);
    expect(error).toBe('Error: enough');
    expect(late).toBe(0);
    await expect.poll(() => page.workers().length).toBe(0);
  });

  test('ends when its loop is left', async () => {
    const { error, frames } = await inWorker(ENDLESS, { leaveAt: 3 });
    expect([error, frames.length]).toEqual([null, 3]);
    await expect.poll(() => page.workers().length).toBe(0);
  });
});
