/**
 * Load in pieces of half a minute: 200 visitors who ask a sentence of their own, read the answer, think for eight
 * seconds and ask again; all are answered. Then 200 of the largest requests at a time, while somebody asks after the
 * server's health. Each visitor has an address. On a machine that does other work, times are of that machine.
 */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { drawing } from './draw.js';
import { serve } from './processes.js';

const VISITORS = 200;
const THINKING = 8000;
const PIECE = 30_000;
/** What a server may need: bytes of memory, and milliseconds for 99 of 100 answers. */
const MOST = { memory: 1e9, answer: 3000, health: 100 };

const WHO = ['Anna', 'Ben', 'Mia', 'Tom', 'Lena', 'Paul', 'Eva', 'Max', 'Ida', 'Jan'];
const WHAT = [
  'Hunde',
  'Katzen',
  'Pferde',
  'Vögel',
  'Fische',
  'Löwen',
  'Bären',
  'Hasen',
  'Mäuse',
  'Affen',
];

const addressOf = (k) => `10.1.${k >> 8}.${k & 255}`;

async function post(url, path, body, address) {
  const begun = performance.now();
  const headers = { 'Content-Type': 'application/json', 'X-Forwarded-For': address };
  const response = await fetch(new URL(path, url), { method: 'POST', headers, body });
  await response.text();
  return { status: response.status, milliseconds: performance.now() - begun };
}

const quantile = (values, share) =>
  values.length === 0
    ? null
    : values.toSorted((a, b) => a - b)[
        Math.min(values.length - 1, Math.floor(share * values.length))
      ];

/** Bytes that a process has in memory now, and had at most. */
function memoryOf({ child }) {
  const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
  const of = (name) =>
    1024 * Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1] ?? Number.NaN);
  return { now: of('VmRSS'), most: of('VmHWM') };
}

const statusesOf = (answers) => {
  const counts = {};
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
};

/** Visitors for so many milliseconds, each with sentences that nobody else asks. */
async function visited(url, seed, piece, milliseconds) {
  const end = performance.now() + milliseconds;
  const answers = [];
  const visitor = async (k) => {
    const draw = drawing(seed, piece, k);
    await sleep(draw.uniform() * THINKING);
    for (let round = 0; performance.now() < end; round++) {
      const own = `${WHO[k % 10]} mag ${WHAT[Math.floor(k / 10) % 10]}. ${draw.pick(WHO)} mag ${draw.pick(WHAT)}.`;
      const text = `${own} Das ist Nummer ${piece * 10_000 + round * VISITORS + k}. Mein Lieblingstier ist __`;
      answers.push(
        await post(url, '/api/predict', JSON.stringify({ text, depth: 8 }), addressOf(k)),
      );
      await sleep(THINKING);
    }
  };
  await Promise.all(Array.from({ length: VISITORS }, (_, k) => visitor(k)));
  return answers;
}

/** As large as a body may be: measures of many points, and as many positions. */
function largest() {
  const points = Array.from({ length: 90_000 }, (_, k) => [
    Number(Math.cos(k).toFixed(15)),
    Number(Math.sin(k).toFixed(15)),
  ]);
  const flow = {
    dynamics: 'sa',
    init: points,
    time: 0.1,
    scheme: 'euler',
    step: 0.1,
    diagnostics: [],
  };
  const text = JSON.stringify(flow);
  // the rest are spaces: what counts are bytes
  return [
    `${text}${' '.repeat(Math.max(0, 4 * 2 ** 20 - Buffer.byteLength(text)))}`,
    '/api/simulate',
  ];
}

async function largestAtOnce(server) {
  const [body, path] = largest();
  let over = false;
  const health = [];
  const watch = (async () => {
    while (!over) {
      const begun = performance.now();
      try {
        await (await fetch(new URL('/api/health', server.url))).text();
        health.push(performance.now() - begun);
      } catch {
        // a connection that was closed as it was used again counts as no answer at all
        health.push(Number.POSITIVE_INFINITY);
      }
      await sleep(20);
    }
  })();
  const answers = await Promise.all(
    Array.from({ length: VISITORS }, (_, k) =>
      post(server.url, path, body, addressOf(k)).catch(({ cause }) => ({
        status: cause?.code ?? 'failed',
      })),
    ),
  );
  over = true;
  await watch;
  return { answers, health, memory: memoryOf(server).most };
}

export async function run({ seed, count, journal }) {
  const server = await serve('--workers', '2');
  for (let piece = 0; piece < Math.ceil((1000 * count) / PIECE); piece++) {
    if (journal.has(piece)) continue;
    const answers = await visited(server.url, seed, piece, Math.min(PIECE, 1000 * count));
    const times = answers.map(({ milliseconds }) => milliseconds);
    const others = answers.filter(({ status }) => status !== 200).length;
    const p99 = quantile(times, 0.99);
    const fault = others > 0 ? `${others} were not answered` : undefined;
    const slow = p99 > MOST.answer;
    const numbers = { p50: quantile(times, 0.5), p99, slow, memory: memoryOf(server).now };
    console.error(JSON.stringify({ piece, answers: answers.length, ...numbers }));
    journal.add({
      case: piece,
      kind: 'visitors',
      outcome: 'piece',
      outcomes: statusesOf(answers),
      ...numbers,
      fault,
    });
  }
  const large = await largestAtOnce(server);
  const health = {
    p50: quantile(large.health, 0.5),
    p99: quantile(large.health, 0.99),
    asked: large.health.length,
  };
  console.error(JSON.stringify({ health, memory: large.memory }));
  const fault = large.memory > MOST.memory ? `${large.memory} bytes of memory` : undefined;
  journal.add({
    case: `large-${Date.now()}`,
    kind: 'largest',
    outcome: 'all',
    outcomes: statusesOf(large.answers),
    health,
    memory: large.memory,
    fault,
  });
  const said = server
    .said()
    .split('\n')
    .slice(1)
    .filter((line) => line !== '' && line !== 'stopping');
  journal.add({
    case: `log-${Date.now()}`,
    kind: 'log',
    outcome: 'read',
    fault: said.length > 0 ? said.slice(0, 3).join(' | ').slice(0, 500) : undefined,
  });
  await server.stop();
}
