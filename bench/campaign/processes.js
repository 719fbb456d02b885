/** Command lines and servers of ours, as processes that may be killed. */
import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const ENTRY = fileURLToPath(new URL('../../bin/schmetterling.js', import.meta.url));
const STANDING = fileURLToPath(new URL('../../tests/cli/standing.js', import.meta.url));
const env = { ...process.env, NO_COLOR: '1' };

const children = new Set();
process.on('exit', () => {
  for (const child of children) child.kill('SIGKILL');
});
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1));

/** A process of ours, which does not outlive this one. */
function start(args, cwd) {
  const child = spawn(process.execPath, [ENTRY, ...args], { env, cwd });
  children.add(child);
  child.once('close', () => children.delete(child));
  return child;
}

/** Characters of what is printed that are kept. */
const MOST = 4_000_000;

function collect(stream) {
  let text = '';
  stream.on('data', (chunk) => {
    if (text.length < MOST) text += chunk;
  });
  return () => text;
}

/** A command to its end, or killed after so many milliseconds: what it printed, its code, and its signal. */
export async function command(args, { killAfter, cwd } = {}) {
  const child = start(args, cwd);
  const [stdout, stderr] = [collect(child.stdout), collect(child.stderr)];
  const timer = killAfter === undefined ? null : setTimeout(() => child.kill('SIGKILL'), killAfter);
  const [code, signal] = await once(child, 'close');
  clearTimeout(timer);
  return { code, signal, stdout: stdout(), stderr: stderr() };
}

/** Milliseconds after which a command counts as one that never ends. */
const ENDLESS = 120_000;

/** A process that runs one command after the other, and is replaced where one ends it, or does not end. */
export function standing() {
  let child = null;
  const begin = () => {
    child = fork(STANDING, { env, serialization: 'advanced', execArgv: [], stdio: 'ignore' });
    children.add(child);
  };
  return {
    run(args) {
      if (child === null) begin();
      return new Promise((done) => {
        const over = (found) => {
          clearTimeout(timer);
          child?.removeAllListeners();
          done({ signal: null, stdout: '', stderr: '', ...found });
        };
        const lost = (code, signal) => {
          children.delete(child);
          child = null;
          over({ code, signal: signal ?? `an end of the process, ${code}` });
        };
        const timer = setTimeout(() => child.kill('SIGKILL'), ENDLESS);
        child.once('exit', lost);
        child.once('message', over);
        child.send({ args });
      });
    },
    end: () => child?.kill(),
  };
}

/** A server that answers: its address, what it has said, and its process. */
export async function serve(...flags) {
  const child = start(['serve', '--port', '0', '--proxies', '1', ...flags]);
  const stderr = collect(child.stderr);
  child.stdout.resume();
  const ended = once(child, 'close');
  while (!/http:\S+/.test(stderr())) {
    const first = await Promise.race([ended, once(child.stderr, 'data')]);
    if (child.exitCode !== null) throw new Error(`the server ended with ${first}: ${stderr()}`);
  }
  const [url] = /http:\S+/.exec(stderr());
  const stop = async (signal = 'SIGTERM') => {
    child.kill(signal);
    await ended;
  };
  return {
    url,
    said: stderr,
    child,
    stop,
    hasEnded: () => child.exitCode !== null || child.signalCode !== null,
  };
}

/** What an error of ours is: one line, not long, and no inside of the program. null where it is that. */
export function messageFault({ code, signal, stderr }) {
  if (signal !== null) return `it ended by ${signal}`;
  if (![0, 1, 2, 75].includes(code)) return `exit code ${code}`;
  if (/^\s+at .+:\d+/m.test(stderr)) return `a stack: ${stderr.slice(0, 300)}`;
  if (code === 0) return null;
  const said = stderr.split('\n').filter((line) => /^(schmetterling|error):/.test(line));
  if (said.length !== 1) return `${said.length} lines of errors: ${stderr.slice(-300)}`;
  return said[0].length > 1000 ? `a message of ${said[0].length} characters` : null;
}
