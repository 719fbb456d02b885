/**
 * A trace of about 30 tokens (frames, attentions, the lens at the token read, diagnostics, clusters, projection)
 * against the reference library's float32 forward pass with the logits of all tokens, on as many threads; weights
 * are loaded in both. They take turns in one run and are held against each other; the ratios count, and of a machine
 * that others use that of processor time. Parts of the trace are timed too.
 *
 *   npm run build && node bench/trace.js FOLDER [--python .venv/bin/python] [--rounds 9] [--threads 2] [--text TEXT]
 *
 * FOLDER is a checkpoint such as Gemma 3 270M. How the peer is installed, bench/peers/trace.py says; without --python
 * only our own times are taken.
 */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { readPretrained } from '../dist/host/pretrained.js';
import { findAnswers } from '../dist/language/findings.js';
import { logitLens } from '../dist/language/lens.js';
import { traceSchema } from '../dist/language/options.js';
import { trace } from '../dist/language/trace.js';
import { median } from '../dist/numerics/statistics.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    python: { type: 'string' },
    rounds: { type: 'string', default: '9' },
    threads: { type: 'string', default: '2' },
    text: {
      type: 'string',
      default:
        'Mein Lieblingstier ist der Schmetterling, weil er als Raupe beginnt und dann lernt, im Frühling über die Wiesen zu',
    },
  },
});
const [folder] = positionals;

if (folder) await compare();
else console.log('no folder is given: the comment of bench/trace.js says which');

async function compare() {
  const model = readPretrained(folder, { threads: Number(values.threads) });
  const peer = values.python ? startPeer() : null;
  const runs = {
    trace: () => trace(model, values.text),
    'frames, attentions and lens': () => insideOf(model),
  };
  const rounds = [];
  // one more, which warms up
  for (let round = -1; round < Number(values.rounds); round++) {
    const own = Object.fromEntries(Object.entries(runs).map(([name, run]) => [name, timed(run)]));
    const other = await peer?.ask();
    if (other) agree(own.trace.found, other);
    if (round >= 0) rounds.push({ own, other });
  }
  report(rounds);
  peer?.close();
  model.network.close();
}

/** What of a trace needs the network. */
function insideOf(model) {
  const findings = findAnswers(model, values.text, traceSchema.parse({}));
  return { frames: findings.run.frames, lens: logitLens(findings) };
}

function timed(run) {
  const [begun, used] = [performance.now(), process.cpuUsage()];
  const found = run();
  const seconds = (performance.now() - begun) / 1e3;
  const { user, system } = process.cpuUsage(used);
  return { found, seconds, processor: (user + system) / 1e6 };
}

/** Throws where the peer has other tokens, or another probability of the next one. */
function agree({ tokens, lens }, other) {
  const [best] = lens.at(-1).firstTokens;
  const apart = Math.abs(best.score - other.p);
  if (tokens.length !== other.tokens || best.token !== other.token || apart > 1e-4)
    throw new Error(
      `the peer has ${other.tokens} tokens and token ${other.token} at ${other.p}, we ${tokens.length}, ${best.token}, ${best.score}`,
    );
}

function startPeer() {
  const script = fileURLToPath(new URL('peers/trace.py', import.meta.url));
  const options = ['--text', values.text, '--threads', values.threads];
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
  const [{ own, other }] = rounds;
  console.log(
    `${own.trace.found.tokens.length} tokens, ${values.threads} threads, medians of ${rounds.length} rounds`,
  );
  const middle = (of) => median(rounds.map(of)).toFixed(2);
  for (const clock of ['seconds', 'processor'])
    for (const name of Object.keys(own)) {
      const line = `${clock}: ${name} ${middle((round) => round.own[name][clock])} s`;
      if (!other) console.log(line);
      else
        console.log(
          `${line}, peer ${middle((round) => round.other[clock])} s, ratio ${middle((round) => round.own[name][clock] / round.other[clock])}`,
        );
    }
}
