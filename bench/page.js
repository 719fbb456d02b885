/**
 * The page in a real Chromium: the first answer, what the first view fetches, and the Lab with many particles:
 * frames a second, how long input waits, and whether memory stays. The rates stand beside those of the engine alone
 * in the same run.
 *
 *   npm run build && node bench/page.js [minutes of play, 1] [dimensions, 2,3]
 */
import { gzipSync } from 'node:zlib';
import { chromium } from 'playwright-core';
import { simulate } from '../dist/index.js';
import { startServer } from '../dist/server/start.js';

const minutes = Number(process.argv[2] ?? 1);
const dimensions = (process.argv[3] ?? '2,3').split(',').map(Number);
const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
const PARTICLES = 2_000;
/** Frames of a run that does not end while it is watched. */
const LONG = 200_000;

const server = await startServer({ host: '127.0.0.1', port: 0 });
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
try {
  await firstAnswers();
  for (const d of dimensions) await play(d);
} finally {
  await browser.close();
  await server.close();
}

/** Five visits with an empty cache. */
async function firstAnswers() {
  const times = [];
  let scripts = 0;
  for (let visit = 0; visit < 5; visit++) {
    const page = await (await browser.newContext()).newPage();
    const fetched = [];
    page.on('response', (response) => {
      if (/\.(?:js|css)$/.test(response.url())) fetched.push(response.body());
    });
    const begun = performance.now();
    await page.goto(server.url);
    await page.locator('.bars .bar').first().waitFor();
    times.push(performance.now() - begun);
    scripts = (await Promise.all(fetched)).reduce((sum, body) => sum + gzipSync(body).length, 0);
    await page.context().close();
  }
  const median = times.sort((a, b) => a - b)[2];
  console.log(`first answer                ${median.toFixed(0)} ms after navigation (median of 5)`);
  console.log(`scripts and styles till then ${(scripts / 1024).toFixed(0)} KiB gzip`);
}

async function play(d) {
  const page = await (
    await browser.newContext({ viewport: { width: 1280, height: 900 } })
  ).newPage();
  const session = await page.context().newCDPSession(page);
  const step = 0.01;
  const lab = {
    'lab.d': d,
    'lab.n': PARTICLES,
    'lab.step': step,
    'lab.time': LONG * step,
    'lab.speed': 99,
  };
  await page.goto(`${server.url}#tab=lab&${new URLSearchParams(lab)}`);
  await page.locator('.lab:not(.waiting) .lab-canvas').waitFor();
  await page.locator('#lab-play').click();
  await page.waitForTimeout(3_000);
  const before = await heap(session);
  const [from, begun] = [await frame(page), performance.now()];
  const waits = [];
  while (performance.now() - begun < minutes * 60_000) {
    waits.push(await page.evaluate(inputWait));
    await page.waitForTimeout(200);
  }
  const rate = (1000 * ((await frame(page)) - from)) / (performance.now() - begun);
  const after = await heap(session);
  waits.sort((a, b) => a - b);
  const space = d === 2 ? 'circle' : 'S²';
  console.log(`\n${PARTICLES} particles on the ${space}, SA, ${minutes} min of play`);
  console.log(
    `  frames a second           ${rate.toFixed(1)}; the engine alone ${(await alone(d, step)).toFixed(1)}`,
  );
  const late = waits[Math.floor(0.99 * waits.length)];
  console.log(
    `  an input waits            ${waits[waits.length >> 1].toFixed(0)} ms, 99 % at most ${late.toFixed(0)} ms`,
  );
  console.log(`  memory of the page        ${before.toFixed(1)} MiB, then ${after.toFixed(1)} MiB`);
  await page.context().close();
}

/** In the page: a click handled and the picture after it. */
function inputWait() {
  return new Promise((done) => {
    const begun = performance.now();
    const channel = new MessageChannel();
    channel.port1.onmessage = () => requestAnimationFrame(() => done(performance.now() - begun));
    channel.port2.postMessage(0);
  });
}

async function frame(page) {
  const text = await page.locator('.lab-dock output small').textContent();
  return Number.parseInt(text.replaceAll(',', ''), 10);
}

async function heap(session) {
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize } = await session.send('Runtime.getHeapUsage');
  return usedSize / 2 ** 20;
}

/** Frames a second of the same run in Node, on one thread, without a picture. */
async function alone(d, step) {
  const frames = 100;
  const time = frames * step;
  const begun = performance.now();
  const run = { dynamics: 'sa', parameters: { beta: 9 }, n: PARTICLES, d, step, time, threads: 1 };
  await simulate({ ...run, saveAt: `linear:0:${time}:${frames + 1}`, diagnostics: [] });
  return (1000 * frames) / (performance.now() - begun);
}
