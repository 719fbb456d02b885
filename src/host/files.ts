/** Writing files so that nobody ever sees half of one. Not the formats: those make the bytes. */
import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { InputError } from '../numerics/errors.ts';

let written = 0;

/**
 * Writes to a temporary name in the same folder and renames: the file appears whole or not at all, also after a power
 * cut, and an older one stays until then. Under `exitOnInterrupt` Ctrl-C waits for the renaming. Throws Error, naming
 * the file and what to do, where the system refuses.
 */
export function writeFileSafely(path: string, content: string | Uint8Array): void {
  writePiecesSafely(path, [content]);
}

/** The same for what is too long for one string. */
export function writePiecesSafely(path: string, pieces: Iterable<string | Uint8Array>): void {
  const temporary = temporaryOf(path);
  try {
    writePieces(temporary, pieces);
    renameSync(temporary, path);
    syncFolder(dirname(path));
  } catch (error) {
    rmSync(temporary, { force: true });
    throw writeError(path, error);
  }
}

/** Brings the names of a folder's files to the disk, where the system can. */
function syncFolder(folder: string): void {
  try {
    const opened = openSync(folder, 'r');
    try {
      fsyncSync(opened);
    } finally {
      closeSync(opened);
    }
  } catch {
    // some systems open no folders; the file itself is on the disk
  }
}

/** Why the system does not write, and what to do. */
const REFUSALS: Record<string, string> = {
  ENOSPC: 'the disk is full: make room, then run it again',
  EDQUOT: "this user's share of the disk is used up: make room, then run it again",
  EFBIG: 'a file may not be so large there: choose another folder, or a larger limit',
  EACCES: 'this user may not write there: change its permissions, or choose another folder',
  EPERM: 'this user may not write there: change its permissions, or choose another folder',
  EROFS: 'it can only be read there: choose another folder',
  ENOENT: 'its folder is gone: make it again, or choose another',
  EISDIR: 'there is a folder of that name: remove it, or choose another',
  EIO: 'the disk fails: choose another',
};

/** Whether the system refused something: it has a code for that. */
export const isRefusal = (error: unknown): error is Error & { code: string } =>
  error instanceof Error && 'code' in error && /^E[A-Z0-9]+$/.test(String(error.code));

/** The error of a write of `path` that the system refused with `error`; any other error as it is. */
export function writeError(path: string, error: unknown): unknown {
  if (!isRefusal(error)) return error;
  const { code } = error;
  const reason = REFUSALS[code] ?? 'the system refuses: choose another folder';
  return Object.assign(new Error(`cannot write "${path}" (${code}), ${reason}`), { code });
}

const temporaryOf = (path: string) => `${path}.${process.pid}-${written++}@${hostname()}.tmp`;

/** Writes a file that is not there: it appears whole. Of several processes one does; false for the others. */
export function writeFirst(path: string, content: string): boolean {
  const temporary = temporaryOf(path);
  try {
    writePieces(temporary, [content]);
    linkSync(temporary, path);
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw writeError(path, error);
  } finally {
    rmSync(temporary, { force: true });
  }
}

function writePieces(path: string, pieces: Iterable<string | Uint8Array>): void {
  const file = openSync(path, 'w');
  try {
    for (const piece of pieces) writeFileSync(file, piece);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Bytes read at a time. */
const CHUNK = 1 << 20;

/** The lines of a UTF-8 file without their newlines; what stands behind the last newline is none. */
export function* wholeLines(path: string): Generator<string, void> {
  const file = openSync(path, 'r');
  const chunk = Buffer.alloc(CHUNK);
  let rest = Buffer.alloc(0);
  try {
    for (;;) {
      const size = readSync(file, chunk);
      if (size === 0) return;
      const bytes = Buffer.concat([rest, chunk.subarray(0, size)]);
      const end = bytes.lastIndexOf(0x0a) + 1;
      if (end > 0) yield* bytes.toString('utf8', 0, end - 1).split('\n');
      rest = bytes.subarray(end);
    }
  } finally {
    closeSync(file);
  }
}

/** The temporary names of `writeFileSafely`, with the process that writes, and its machine where that is told. */
const TEMPORARY = /\.(\d+)-\d+(?:@([^/]+))?\.tmp$/;

/**
 * Removes what `writeFileSafely` of a killed process (`kill -9`, a power cut) left in the folder, if
 * there is one. Files of processes that still run stay, and those of other machines, of which that is not known.
 */
export function removeLeftovers(folder: string): void {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return;
  for (const name of readdirSync(folder)) {
    const [, writer, machine = hostname()] = TEMPORARY.exec(name) ?? [];
    if (writer !== undefined && machine === hostname() && !isWriting(Number(writer)))
      rmSync(join(folder, name), { force: true });
  }
}

/** This process is not: it writes without a pause, and the number may be a killed one's. */
const isWriting = (pid: number) => pid !== process.pid && isRunning(pid);

/** Whether there is a process of that number on this machine. */
export function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return errorCode(error) === 'EPERM';
  }
}

/** Makes the folder where it is missing. Throws InputError (field `out`) where that or writing in it is refused. */
export function makeFolder(folder: string): void {
  try {
    makeFolders(resolve(folder));
    accessSync(folder, constants.W_OK);
  } catch (error) {
    throw new InputError(
      'out',
      `cannot make the folder "${folder}" (${errorCode(error)}), expected a folder that can be written: choose another --out`,
    );
  }
  removeLeftovers(folder);
}

/** One folder after the other: mkdir's own recursion never ends where the system makes none, as under /proc. */
function makeFolders(folder: string): void {
  if (existsSync(folder)) return;
  makeFolders(dirname(folder));
  try {
    mkdirSync(folder);
  } catch (error) {
    // another process may have been quicker
    if (errorCode(error) !== 'EEXIST') throw error;
  }
}

/** Ctrl-C and SIGTERM end the process between two events, never inside a write (exit codes 130 and 143). */
export function exitOnInterrupt(): void {
  process.once('SIGINT', () => process.exit(130));
  process.once('SIGTERM', () => process.exit(143));
}

const REASONS: Record<string, string> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a folder',
  EACCES: 'this user may not read it',
};

/** Runs a reading of `path`. Throws InputError(field), one line, when the system refuses. */
export function readable<T>(field: string, path: string, read: (path: string) => T): T {
  try {
    return read(path);
  } catch (error) {
    const reason = REASONS[errorCode(error)] ?? errorCode(error);
    throw new InputError(
      field,
      `cannot read "${path}": ${reason}, expected a file: check the path`,
    );
  }
}

/** The system's code of an error, e.g. ENOENT; the message of one that has none. */
export function errorCode(error: unknown): string {
  if (error instanceof Error && 'code' in error && typeof error.code === 'string')
    return error.code;
  return error instanceof Error ? error.message : String(error);
}
