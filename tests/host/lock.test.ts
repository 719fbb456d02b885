/** One writer a folder: refused with who holds it, taken over from who has ended. */
import { spawn, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { holdFolder, withFolder } from '../../src/host/lock.ts';
import { InputError } from '../../src/numerics/errors.ts';
import { lockOf } from './lock-file.ts';

let folder = '';
let lock = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lock-'));
  lock = join(folder, '.lock');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** As a process left it; touched so many seconds ago. */
function left(by: { host?: string; process: number }, ago = 0): void {
  writeFileSync(lock, lockOf(by.process, by.host));
  const then = Date.now() / 1000 - ago;
  utimesSync(lock, then, then);
}

/** The number of a process that has ended. */
const ended = () => spawnSync(process.execPath, ['-e', '']).pid;

test('is a file while it is held, and by this process several times', () => {
  const first = holdFolder(folder);
  const second = holdFolder(join(folder, '.'));
  const { process: pid, host } = JSON.parse(readFileSync(lock, 'utf8'));
  expect([pid, host]).toEqual([process.pid, hostname()]);
  first();
  first();
  expect(existsSync(lock)).toBe(true);
  second();
  expect(readdirSync(folder)).toEqual([]);
});

test('a running process keeps it, however long it has not touched it', () => {
  const other = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60000)']);
  try {
    left({ process: other.pid as number }, 1000);
    const refused = new RegExp(
      `"${folder}" is being written by process ${other.pid} on ${hostname()} since 2026-01-01`,
    );
    expect(() => holdFolder(folder)).toThrow(refused);
    expect(() => holdFolder(folder)).toThrow(InputError);
    expect(readFileSync(lock, 'utf8')).toContain('theirs');
  } finally {
    other.kill();
  }
});

test('of a process that has ended, or had this number before, it is taken over', () => {
  for (const pid of [ended(), process.pid]) {
    left({ process: pid });
    holdFolder(folder)();
    expect(readdirSync(folder)).toEqual([]);
  }
});

test('of another machine it counts until it is 60 s untouched', () => {
  left({ host: 'elsewhere', process: ended() }, 50);
  expect(() => holdFolder(folder)).toThrow(/by process \d+ on elsewhere/);
  left({ host: 'elsewhere', process: process.pid }, 70);
  holdFolder(folder)();
});

test('what is no lock counts as one of another machine', () => {
  writeFileSync(lock, '{"half');
  expect(() => holdFolder(folder)).toThrow(
    /is being written by another process: .* remove ".*\.lock"/,
  );
  utimesSync(lock, 1, 1);
  holdFolder(folder)();
  expect(existsSync(lock)).toBe(false);
});

test('a lock that another took over is left to it', () => {
  const release = holdFolder(folder);
  left({ process: ended() });
  release();
  expect(readFileSync(lock, 'utf8')).toContain('theirs');
});

test('is given back where the work fails, and where the process ends', async () => {
  const failing = withFolder(folder, () => Promise.reject(new Error('no')));
  await expect(failing).rejects.toThrow('no');
  expect(existsSync(lock)).toBe(false);
});

test('a folder that cannot be written is refused by name', () => {
  expect(() => holdFolder(join(folder, 'missing'))).toThrow(
    /cannot write .*missing.*\.lock" \(ENOENT\), its folder is gone/,
  );
});
