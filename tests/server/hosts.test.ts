/** Who may ask, what is no HTTP, and turns of large bodies. */
import { createServer, request, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import express from 'express';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunningServer } from '../../src/host/services.ts';
import { BOUNDS } from '../../src/server/bounds.ts';
import { fairQueue } from '../../src/server/fair-queue.ts';
import { nameOfHost, onlyKnownHosts } from '../../src/server/hosts.ts';
import { answerErrors } from '../../src/server/problem-details.ts';
import { startServer } from '../../src/server/start.ts';
import { inTurns } from '../../src/server/turns.ts';

/** The status of a GET with these headers. */
const statusOf = (port: number, headers: Record<string, string>) =>
  new Promise<number | undefined>((resolve, reject) => {
    request({ port, host: '127.0.0.1', path: '/api/health', headers }, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .on('error', reject)
      .end();
  });

it.each([
  ['localhost:3000', 'localhost'],
  ['127.0.0.1', '127.0.0.1'],
  ['[::1]:80', '::1'],
  ['Example.COM.:8080', 'example.com'],
  ['a b', null],
  ['user@host', null],
  ['host:port', null],
  [undefined, null],
])('the name in the host %s is %s', (host, name) => {
  expect(nameOfHost(host)).toBe(name);
});

describe('the server', () => {
  let server: RunningServer;
  beforeAll(async () => {
    server = await startServer({
      host: '127.0.0.1',
      port: 0,
      workers: 1,
      allowHosts: ['Models.example'],
    });
  });
  afterAll(() => server.close());

  it.each([
    ['localhost', {}, 200],
    ['127.0.0.1:1234', {}, 200],
    ['[::1]', {}, 200],
    ['models.example', {}, 200],
    ['elsewhere.example', {}, 403],
    ['127.0.0.1.elsewhere.example', {}, 403],
    ['localhost', { Origin: 'http://localhost:3000' }, 200],
    ['localhost', { Origin: 'https://models.example' }, 200],
    ['localhost', { Origin: 'https://elsewhere.example' }, 403],
    ['localhost', { Origin: 'null' }, 403],
  ])('for host %s with %o answers %i', async (host, headers, status) => {
    expect(await statusOf(server.port, { Host: host, ...headers })).toBe(status);
  });

  it('tells a refused host what to do', async () => {
    const response = await fetch(`${server.url}/api/health`, {
      headers: { Origin: 'https://elsewhere.example' },
    });
    const problem = await response.json();
    expect(problem).toMatchObject({ status: 403, type: 'about:blank' });
    expect(problem.detail).toMatch(/origin "https:\/\/elsewhere.example".*--allow-host/);
  });

  it('has the headers that keep a page apart', async () => {
    const { headers } = await fetch(`${server.url}/api/health`);
    expect(Object.fromEntries(headers)).toMatchObject({
      'content-security-policy':
        "default-src 'self';img-src 'self' blob:;script-src 'self' 'wasm-unsafe-eval';base-uri 'none';form-action 'self';frame-ancestors 'none';object-src 'none'",
      'cross-origin-embedder-policy': 'require-corp',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'origin-agent-cluster': '?1',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'x-dns-prefetch-control': 'off',
      'x-frame-options': 'DENY',
      'x-permitted-cross-domain-policies': 'none',
    });
  });

  it.each([
    ['no request', 'hello\r\n\r\n', 400],
    ['headers without end', `GET / HTTP/1.1\r\nX: ${'y'.repeat(20_000)}\r\n\r\n`, 431],
  ])('answers what is no HTTP with a problem: %s', async (_, text, status) => {
    const answer = await new Promise<string>((resolve, reject) => {
      let got = '';
      const socket = connect(server.port, '127.0.0.1', () => socket.write(text));
      socket.on('data', (chunk) => {
        got += chunk;
      });
      socket.on('close', () => resolve(got));
      socket.on('error', reject);
    });
    expect(answer.startsWith(`HTTP/1.1 ${status} `)).toBe(true);
    expect(answer).toContain('application/problem+json');
    expect(JSON.parse(answer.slice(answer.indexOf('{')))).toMatchObject({ status });
  });
});

describe('turns', () => {
  const http: Server = createServer();
  let base: string;
  let [inside, most] = [0, 0];
  const logged: unknown[] = [];
  beforeAll(async () => {
    const app = express();
    app.use(onlyKnownHosts('localhost', []));
    const slow = inTurns(fairQueue(2, 12), (_request, _response, next) => {
      most = Math.max(most, ++inside);
      setTimeout(() => {
        inside--;
        next();
      }, 20);
    });
    app.all('/', slow, (_request, response) => void response.send('done'));
    app.use(answerErrors((error) => logged.push(error)));
    http.on('request', app);
    await new Promise<void>((listening) => http.listen(0, '127.0.0.1', listening));
    base = `http://127.0.0.1:${(http.address() as AddressInfo).port}/`;
  });
  afterAll(() => void http.close());

  it('lets so many pass at a time, and all in the end, also beside those that left', async () => {
    const leaving = new AbortController();
    const left = Array.from({ length: 5 }, () =>
      fetch(base, { signal: leaving.signal }).catch(() => null),
    );
    const all = Array.from({ length: 9 }, async () => (await fetch(base)).text());
    leaving.abort();
    expect(await Promise.all(all)).toEqual(Array(9).fill('done'));
    await Promise.all(left);
    expect(most).toBe(2);
    expect(logged).toEqual([]);
  });

  it('tells those when, for which there is no place to wait, and lets small bodies pass', async () => {
    const large = { method: 'POST', body: 'a'.repeat(BOUNDS.bodyBytes + 1) };
    const all = Array.from({ length: 40 }, () => fetch(base, large));
    const small = await fetch(base, { method: 'POST', body: 'a' });
    expect(small.status).toBe(200);
    const statuses = (await Promise.all(all)).map(({ status, headers }) => {
      if (status === 503) expect(Number(headers.get('Retry-After'))).toBeGreaterThan(0);
      return status;
    });
    expect(new Set(statuses)).toEqual(new Set([200, 503]));
    expect(statuses.filter((status) => status === 200).length).toBeGreaterThanOrEqual(14);
    expect(logged).toEqual([]);
  });
});
