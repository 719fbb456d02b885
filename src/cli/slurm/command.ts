/**
 * Slurm's programs, each call with a time limit of ours and without those variables of the user that change what
 * they do or print. Not what their answers mean (queue.ts, cluster.ts).
 */
import { execFile } from 'node:child_process';
import { errorCode } from '../../host/files.ts';
import { InputError } from '../../numerics/errors.ts';

/** What a program has said. */
export interface Answer {
  readonly ok: boolean;
  readonly stdout: string;
  /** Its words on standard error in one line, without the name of the program before them. */
  readonly message: string;
  /** Whether it was ended because it took longer than its limit: it may have been obeyed all the same. */
  readonly late: boolean;
}

export type SlurmProgram = 'sbatch' | 'squeue' | 'scontrol' | 'scancel' | 'sinfo' | 'sacctmgr';

/** Milliseconds; `sbatch` and `scancel` alone would wait up to two minutes for a controller. */
const LIMIT = 40_000;

/** Characters of an answer: a line for each of a million tasks. */
const MOST = 1 << 28;

/**
 * Runs a program of Slurm. Throws InputError (field `slurm`) where this machine has none; what Slurm refuses is an
 * answer.
 */
export function callSlurm(
  program: SlurmProgram,
  args: readonly string[],
  limit = LIMIT,
): Promise<Answer> {
  const options = { env: plainEnvironment(process.env), timeout: limit, maxBuffer: MOST };
  return new Promise((resolve, reject) => {
    const call = execFile(
      program,
      args,
      { ...options, killSignal: 'SIGKILL' },
      (error, stdout, stderr) => {
        if (error && errorCode(error) === 'ENOENT') reject(noSlurm(program));
        else
          resolve({
            ok: error === null,
            stdout,
            message: wordsOf(stderr),
            late: error?.killed ?? false,
          });
      },
    );
    call.stdin?.end();
  });
}

const noSlurm = (program: SlurmProgram) =>
  new InputError(
    'slurm',
    `there is no Slurm on this machine ("${program}" is not found): expected a login node of a cluster, run it there, or share the work with --shard i/N`,
  );

const wordsOf = (stderr: string) =>
  stderr
    .split('\n')
    .map((line) => line.replace(/^\w+: (?:error: )?/, '').trim())
    .filter((line) => line !== '')
    .join('; ');

/** Where the cluster is; all else of these kinds comes from a job that we are in, or changes what is printed. */
const KEPT = ['SLURM_CONF', 'SLURM_CONF_SERVER', 'SLURM_JWT'];
const SLURMS_OWN = /^(?:SLURM|SBATCH|SQUEUE|SCANCEL|SINFO|SCONTROL|SACCT|SALLOC|SRUN)_/;

/** Without the variables of Slurm that a shell, or a job that one is in, has set. */
export const plainEnvironment = (given: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(
    Object.entries(given).filter(([name]) => KEPT.includes(name) || !SLURMS_OWN.test(name)),
  );
