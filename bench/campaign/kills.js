/**
 * kill -9 at random moments, six a case, each followed by what a user would do: the same command, --resume, --continue,
 * or a new start where there is nothing to go on from. In the end the folder has the bytes of the undisturbed run.
 */
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { drawing } from './draw.js';
import { contents, difference } from './folders.js';
import { eachCase } from './journal.js';
import { command, messageFault, serve } from './processes.js';
import { trainingFlags } from './samples.js';

const KILLS = 6;

/** A kind of work: its command for a folder as it is; null where it has come to its end. */
const kindsOf = (folder) => {
  const training = trainingFlags(folder);
  return {
    train(out) {
      const saved = existsSync(join(out, 'training', 'state.safetensors'));
      if (!saved && existsSync(join(out, 'config.json'))) return null;
      return ['train', ...training, '--out', out, ...(saved ? ['--resume'] : [])];
    },
    sweep: (out) => [
      ...['sweep', '--grid', 'beta=1:8:1,d=2,3', '--seeds', '4', '--n', '12', '--time', '12'],
      ...['--threads', '2', '--out', out],
    ],
    recording(out) {
      if (existsSync(join(out, 'continue.json')))
        return ['simulate', '--continue', out, '--threads', '1'];
      rmSync(out, { recursive: true, force: true });
      return [
        ...['simulate', '--n', '80', '--d', '3', '--beta', '4', '--time', '40', '--merge', '0.01'],
        ...['--save-at', 'linear:0:40:81', '--threads', '1', '--out', out],
      ];
    },
    experiment: (out) => [
      ...['experiment', 'run', 'c09-repulsion', '--quick', '--threads', '2', '--out', out],
    ],
  };
};

/** Ends where everything was done before, too: a recording says that it has reached its end. */
const hasEnded = ({ code, stderr }) => code === 0 || /the run has reached .* already/.test(stderr);

async function undisturbed(name, argsOf, folder) {
  const out = join(folder, 'whole', name);
  rmSync(out, { recursive: true, force: true });
  const begun = performance.now();
  const found = await command(argsOf(out));
  if (found.code !== 0) throw new Error(`the undisturbed ${name} failed: ${found.stderr}`);
  return { files: contents(out), milliseconds: performance.now() - begun };
}

async function killed(argsOf, whole, out, draw) {
  let kills = 0;
  for (let k = 0; k < KILLS; k++) {
    const args = argsOf(out);
    if (args === null) break;
    const found = await command(args, { killAfter: 50 + draw.uniform() * whole.milliseconds });
    if (found.signal === 'SIGKILL') kills++;
    else if (!hasEnded(found))
      return { kills, fault: messageFault(found) ?? found.stderr.slice(0, 300) };
  }
  const args = argsOf(out);
  const last = args ? await command(args) : { code: 0, signal: null, stderr: '' };
  if (!hasEnded(last)) return { kills, fault: `it does not go on: ${last.stderr.slice(0, 300)}` };
  return { kills, fault: difference(contents(out), whole.files) ?? undefined };
}

const QUESTION = JSON.stringify({ text: 'Anna mag Hunde. Annas Lieblingstier ist __', depth: 4 });

/** How long an answer took, which no other takes. */
const TAKEN = /"(milliseconds|seconds)":[\d.e-]+/g;

const asked = async (url) => {
  const headers = { 'Content-Type': 'application/json' };
  const response = await fetch(new URL('/api/trace', url), {
    method: 'POST',
    headers,
    body: QUESTION,
  });
  const text = await response.text();
  return { status: response.status, text: text.replace(TAKEN, '') };
};

/** A server that is killed while it answers; the next one gives the same answer. */
async function killedServer(draw) {
  let answer = null;
  for (let k = 0; k < KILLS; k++) {
    const server = await serve('--workers', '1');
    const { status, text } = await asked(server.url);
    if (status !== 200 || (answer !== null && text !== answer)) await server.stop('SIGKILL');
    if (status !== 200) return { kills: k, fault: `status ${status}: ${text.slice(0, 200)}` };
    if (answer !== null && text !== answer) return { kills: k, fault: 'another answer' };
    answer = text;
    const pending = Array.from({ length: 8 }, () => asked(server.url).catch(() => null));
    await sleep(draw.uniform() * 300);
    await server.stop('SIGKILL');
    await Promise.all(pending);
  }
  return { kills: KILLS };
}

export async function run({ seed, count, atOnce, folder, journal }) {
  mkdirSync(join(folder, 'whole'), { recursive: true });
  const kinds = kindsOf(folder);
  const names = [...Object.keys(kinds), 'server'];
  const wholes = {};
  for (const [name, argsOf] of Object.entries(kinds))
    wholes[name] = await undisturbed(name, argsOf, folder);
  await eachCase({ count: Math.ceil(count / KILLS), atOnce, journal }, async (number) => {
    const draw = drawing(seed, number);
    const name = names[number % names.length];
    const out = join(folder, `case-${number}`);
    rmSync(out, { recursive: true, force: true });
    const { kills, fault } =
      name === 'server'
        ? await killedServer(draw)
        : await killed(kinds[name], wholes[name], out, draw);
    // what did not hold stays to be looked at
    if (!fault) rmSync(out, { recursive: true, force: true });
    return { kind: name, outcome: 'kills', outcomes: { kills, cases: 1 }, fault };
  });
}
