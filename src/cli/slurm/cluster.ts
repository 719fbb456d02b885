/** What a cluster allows, read from it before anything is submitted. */
import { callSlurm } from './command.ts';

export interface Cluster {
  /** Indexes of an array are below this. */
  readonly arraySize: number;
  /** Jobs, each task of an array one, that can still be submitted. */
  readonly room: number;
  /** Cores of the partition; null where Slurm does not tell. */
  readonly cores: number | null;
}

/** What is asked of the cluster. */
export interface Place {
  readonly partition?: string;
  readonly account?: string;
  readonly qos?: string;
}

/** Throws Error where the controller gives no answer. */
export async function readCluster(place: Place): Promise<Cluster> {
  const config = await callSlurm('scontrol', ['show', 'config']);
  if (!config.ok)
    throw new Error(
      `Slurm does not answer (${config.late ? 'scontrol took too long' : config.message}): nothing was submitted, try again when its controller runs`,
    );
  const { arraySize, jobCount } = parseConfig(config.stdout);
  const [known, submit, cores] = await Promise.all([
    jobsKnown(),
    submitLimit(place),
    coresOf(place),
  ]);
  return { arraySize, room: Math.max(0, Math.min(jobCount - known, submit)), cores };
}

/** Of `scontrol show config`; Slurm's own defaults where a line is missing. */
export function parseConfig(text: string): { arraySize: number; jobCount: number } {
  const value = (name: string, usual: number) =>
    Number(new RegExp(`^${name}\\s*=\\s*(\\d+)`, 'm').exec(text)?.[1] ?? usual);
  return { arraySize: value('MaxArraySize', 1001), jobCount: value('MaxJobCount', 10_000) };
}

/** Jobs that the controller holds, as far as this user sees them: MaxJobCount is of all users. */
async function jobsKnown(): Promise<number> {
  const { stdout } = await callSlurm('squeue', [
    ...['--noheader', '--array', '--states=all', '--format=%i'],
  ]);
  return linesOf(stdout).length;
}

/** MaxSubmitJobs of this user less the jobs that are there; none where nobody keeps accounts. */
async function submitLimit({ account, qos }: Place): Promise<number> {
  const user = process.env.USER ?? process.env.LOGNAME ?? '';
  const ask = (entity: string, where: readonly string[], fields: string) =>
    callSlurm('sacctmgr', [
      ...['--noheader', '--parsable2', 'show', entity, 'where', ...where, `format=${fields}`],
    ]);
  const answers = [
    ask(
      'association',
      [`user=${user}`, ...(account ? [`account=${account}`] : [])],
      'MaxSubmitJobs,GrpSubmitJobs',
    ),
    ...(qos ? [ask('qos', [`name=${qos}`], 'MaxSubmitPU,GrpSubmit')] : []),
  ];
  const found = (await Promise.all(answers)).flatMap(({ ok, stdout }) =>
    ok ? numbersIn(stdout) : [],
  );
  if (found.length === 0) return Number.POSITIVE_INFINITY;
  const { stdout } = await callSlurm('squeue', ['--me', '--noheader', '--array', '--format=%i']);
  return Math.min(...found) - linesOf(stdout).length;
}

const linesOf = (text: string) => text.split('\n').filter((line) => line !== '');

const numbersIn = (text: string) => (text.match(/\d+/g) ?? []).map(Number);

/** All cores of a partition, the default one where none is named. */
async function coresOf({ partition }: Place): Promise<number | null> {
  const only = partition === undefined ? [] : [`--partition=${partition}`];
  const { ok, stdout } = await callSlurm('sinfo', ['--noheader', '--format=%P|%C', ...only]);
  return ok ? parseCores(stdout, partition) : null;
}

/** Of lines PARTITION|ALLOCATED/IDLE/OTHER/TOTAL, the default partition with a star. */
export function parseCores(text: string, partition?: string): number | null {
  const lines = linesOf(text).map((line) => line.split('|'));
  const own = lines.filter(([name]) =>
    partition === undefined ? name.endsWith('*') : name.replace(/\*$/, '') === partition,
  );
  const cores = own.map(([, counts]) => Number(counts?.split('/').at(-1)));
  const total = cores.reduce((sum, count) => sum + count, 0);
  return total > 0 ? total : null;
}
