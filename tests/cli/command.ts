/** Runs the built command line as a user would. `npm run build` comes first. */
import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export const ENTRY = fileURLToPath(new URL('../../bin/schmetterling.js', import.meta.url));

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export function start(args: readonly string[], entry = ENTRY): ChildProcess {
  return spawn(process.execPath, [entry, ...args], { env: { ...process.env, NO_COLOR: '1' } });
}

/** Runs to the end, with `input` on standard input. */
export async function command(
  args: readonly string[],
  input?: string | Uint8Array,
  entry = ENTRY,
): Promise<Outcome> {
  const child = start(args, entry);
  const stdout = collect(child.stdout);
  const stderr = collect(child.stderr);
  child.stdin?.end(input);
  const code = await new Promise<number | null>((done) => child.once('close', done));
  return { code, stdout: stdout(), stderr: stderr() };
}

function collect(stream: ChildProcess['stdout']): () => string {
  const chunks: Buffer[] = [];
  stream?.on('data', (chunk: Buffer) => chunks.push(chunk));
  return () => Buffer.concat(chunks).toString('utf8');
}
