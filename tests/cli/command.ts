/** Runs the built command line as a user would. `npm run build` comes first. */
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export const ENTRY = fileURLToPath(new URL('../../bin/schmetterling.js', import.meta.url));
const STANDING = fileURLToPath(new URL('./standing.js', import.meta.url));

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const env = { ...process.env, NO_COLOR: '1' };

/** What a process of its own has of its own. */
interface Own {
  readonly entry?: string;
  /** Variables beside the usual ones. */
  readonly more?: NodeJS.ProcessEnv;
  /** Where it is begun. */
  readonly cwd?: string;
}

/** A process of its own: to be killed, or to be as cold as a user's. */
export function start(
  args: readonly string[],
  { entry = ENTRY, more, cwd }: Own = {},
): ChildProcess {
  return spawn(process.execPath, [entry, ...args], { env: { ...env, ...more }, cwd });
}

/** A process of its own, to its end, with `input` on standard input. */
export async function cold(
  args: readonly string[],
  input?: string | Uint8Array,
  own?: Own,
): Promise<Outcome> {
  const child = start(args, own);
  const stdout = collect(child.stdout);
  const stderr = collect(child.stderr);
  child.stdin?.end(input);
  const code = await new Promise<number | null>((done) => child.once('close', done));
  return { code, stdout: stdout(), stderr: stderr() };
}

let standing: ChildProcess | undefined;
let last: Promise<unknown> = Promise.resolve();

/** Runs to the end, with `input` on standard input, in a process that stands; one command after the other. */
export function command(args: readonly string[], input?: string | Uint8Array): Promise<Outcome> {
  const outcome = last.then(() => inStanding({ args, input }));
  last = outcome.catch(() => {});
  return outcome;
}

function inStanding(message: object): Promise<Outcome> {
  standing ??= fork(STANDING, { env, serialization: 'advanced', execArgv: [] });
  const child = standing;
  return new Promise((resolve, reject) => {
    const ended = (code: number | null) => {
      standing = undefined;
      reject(new Error(`the process of the commands ended with ${code}`));
    };
    child.once('exit', ended);
    child.once('message', (outcome: Outcome) => {
      child.off('exit', ended);
      resolve(outcome);
    });
    child.send(message);
  });
}

function collect(stream: ChildProcess['stdout']): () => string {
  const chunks: Buffer[] = [];
  stream?.on('data', (chunk: Buffer) => chunks.push(chunk));
  return () => Buffer.concat(chunks).toString('utf8');
}
