/**
 * The matrix of `limit depth`, each part of each layer of a Llama refined alone, against a loop over the reference
 * library that runs every cell from the embedding, on as many threads. Both take turns in one run and are held
 * against each other; the ratios count, and of a machine that others use that of processor time.
 *
 *   npm run build && node bench/refinement.js FOLDER [--python .venv/bin/python] [--rounds 3] [--threads 2]
 *
 * FOLDER is a checkpoint such as SmolLM2-135M. How the peer is installed, bench/peers/refinement.py says; without
 * --python only our own times are taken.
 */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { readPretrained } from '../dist/host/pretrained.js';
import { networkDepthLimit } from '../dist/limits/depth/network-depth.js';
import { median } from '../dist/numerics/statistics.js';

const TEXT = 'The capital of France is';
const STEPS = 16;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    python: { type: 'string' },
    rounds: { type: 'string', default: '3' },
    threads: { type: 'string', default: '2' },
  },
});
const [folder] = positionals;

if (folder) await compare();
else console.log('no folder is given: the comment of bench/refinement.js says which');

async function compare() {
  const model = readPretrained(folder, { threads: Number(values.threads) });
  const peer = values.python ? startPeer() : null;
  await ours(model);
  const rounds = [];
  for (let round = 0; round < Number(values.rounds); round++)
    rounds.push({ own: await ours(model), other: await peer?.ask() });
  report(rounds);
  peer?.close();
  model.network.close();
}

/** Of both parts of every layer; one number of steps, 1, is the network itself and little beside the cells. */
async function ours(model) {
  const [begun, used] = [performance.now(), process.cpuUsage()];
  const { matrix } = await networkDepthLimit(model, TEXT, {
    parts: ['attention', 'mlp'],
    steps: [1],
    alone: STEPS,
  });
  const { user, system } = process.cpuUsage(used);
  const seconds = (performance.now() - begun) / 1e3;
  return { seconds, processor: (user + system) / 1e6, nats: matrix.cells.map(({ kl }) => kl) };
}

function startPeer() {
  const script = fileURLToPath(new URL('peers/refinement.py', import.meta.url));
  const options = ['--text', TEXT, '--steps', String(STEPS), '--threads', values.threads];
  const process = spawn(values.python, [script, folder, ...options], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: process.stdout })[Symbol.asyncIterator]();
  return {
    async ask() {
      process.stdin.write('\n');
      const { value, done } = await lines.next();
      if (done) throw new Error('the peer has ended: see what it printed');
      return JSON.parse(value);
    },
    close: () => process.stdin.end(),
  };
}

function report(rounds) {
  const told = (of) => median(rounds.map(of)).toFixed(2);
  console.log(`${TEXT}: ${rounds[0].own.nats.length} cells, medians of ${rounds.length} rounds`);
  for (const clock of ['seconds', 'processor']) {
    const own = told(({ own }) => own[clock]);
    if (!rounds[0].other) {
      console.log(`${clock}: ours ${own} s`);
      continue;
    }
    const ratio = told(({ own, other }) => own[clock] / other[clock]);
    console.log(
      `${clock}: ours ${own} s, peer ${told(({ other }) => other[clock])} s, ratio ${ratio}`,
    );
  }
  const [{ own, other }] = rounds;
  if (!other) return;
  const apart = own.nats.map((nats, k) => Math.abs(nats - other.nats[k]) / (1e-3 + nats));
  console.log(`largest difference of a cell: ${Math.max(...apart).toExponential(1)} of its nats`);
}
