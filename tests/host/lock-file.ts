/** What a process on this machine writes into a folder that it holds. */
import { hostname } from 'node:os';

export const lockOf = (pid: number, host = hostname()): string =>
  JSON.stringify({ host, process: pid, since: '2026-01-01T00:00:00.000Z', nonce: 'theirs' });
