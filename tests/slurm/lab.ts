/** A Slurm of two nodes on this machine (lab.sh), where it can be had, for tests of what only a real one shows. */
import { execFileSync } from 'node:child_process';
import { accessSync, constants, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cold, type Outcome, start } from '../cli/command.ts';

const SCRIPT = fileURLToPath(new URL('./lab.sh', import.meta.url));

/** Why there is none; null where there is one. */
export function missing(): string | null {
  if (process.getuid?.() !== 0) return 'only root can begin one';
  const absent = ['munged', 'slurmctld', 'slurmd', 'sbatch'].find((name) => !isInstalled(name));
  return absent ? `${absent} is not installed (slurm-wlm, munge)` : null;
}

function isInstalled(program: string): boolean {
  return [...String(process.env.PATH).split(delimiter), '/usr/sbin'].some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

export type Daemon = 'slurmctld' | 'n1' | 'n2';

export interface Lab {
  /** The command line, on a login node of this cluster. */
  command(...args: string[]): Promise<Outcome>;
  /** The same, to be looked at while it runs. */
  begin(...args: string[]): ReturnType<typeof start>;
  /** A program of Slurm. Throws Error where it refuses. */
  slurm(program: string, ...args: string[]): string;
  kill(daemon: Daemon): void;
  again(daemon: Daemon): void;
  close(): void;
}

/** Begins a cluster with these lines in slurm.conf. */
export function openLab(...options: string[]): Lab {
  const place = mkdtempSync(join(tmpdir(), 'schmetterling-lab-'));
  const home = join(place, 'lab');
  const more = {
    SLURM_CONF: join(home, 'slurm.conf'),
    PATH: `${process.env.PATH}:/usr/sbin:/sbin`,
  };
  const env = { ...process.env, ...more };
  const run = (...words: string[]) => execFileSync(SCRIPT, words, { env, stdio: 'pipe' });
  // a port of its own beside other clusters of this machine
  const port = 20_000 + 3 * (process.pid % 4_000);
  run('up', home, String(port), ...options);
  return {
    command: (...args) => cold(args, '', { more }),
    begin: (...args) => start(args, { more }),
    slurm: (program, ...args) =>
      execFileSync(program, args, { env, encoding: 'utf8', stdio: 'pipe' }),
    kill: (daemon) => void run('kill', home, daemon),
    again: (daemon) => void run('again', home, daemon),
    close() {
      run('down', home);
      rmSync(place, { recursive: true });
    },
  };
}
