/** What is said of a submission, in lines and as JSON. */
import { packageVersion } from '../../host/package.ts';
import { counted } from '../../numerics/counted.ts';
import { submissionFolder } from './journal.ts';
import { quoted } from './script.ts';
import { jobsOf, precedes, type Submission, type SubmittedJob, sbatchWords } from './submit.ts';
import type { Work } from './work.ts';

interface Told {
  readonly work: Work;
  readonly submission: Submission;
  readonly secondsPerItem: number | null;
}

export const submittedLines = (told: Told, jobs: readonly SubmittedJob[]): string[] => [
  ...headLines(told),
  `submitted: ${jobsText(jobs)}`,
  `progress: schmetterling sweep status ${quoted(told.work.folder)}`,
];

export const dryLines = (told: Told): string[] => [
  ...headLines(told),
  'not submitted:',
  ...commandsOf(told.submission),
];

function headLines({ work, submission, secondsPerItem }: Told): string[] {
  const { folder, nonce, tasks } = submission;
  const cost =
    secondsPerItem === null ? '' : `, ${Number(secondsPerItem.toPrecision(2))} s a ${work.noun}`;
  return [
    `${work.title}: ${counted(tasks.length, 'task')}${cost}`,
    `scripts, tasks and logs: ${submissionFolder(folder, nonce)}`,
  ];
}

export const jobsText = (jobs: readonly SubmittedJob[]): string =>
  jobs
    .map(({ part, id, indexes }) => (part === 'merge' ? `merge ${id}` : `array ${id}[${indexes}]`))
    .join(', ');

/** As they would be typed, with names for numbers that Slurm has yet to give. */
const commandsOf = (submission: Submission): string[] => {
  const jobs = jobsOf(submission);
  const names = jobs.map((_, k) => `ID${k}`);
  return jobs.map((job, k) =>
    ['sbatch', ...sbatchWords(submission, job, names.slice(0, k).filter(precedes(job)))]
      .map(quoted)
      .join(' '),
  );
};

/** `jobs` is null for what was not submitted. */
export function submissionRecord(
  { work, submission, secondsPerItem }: Told,
  jobs: readonly SubmittedJob[] | null,
) {
  const { folder, nonce, tasks } = submission;
  return {
    ...{ command: work.command, version: packageVersion(), folder, nonce },
    ...{ tasks: tasks.length, secondsPerItem, dryRun: jobs === null, jobs: jobs ?? [] },
    ...(jobs === null && { commands: commandsOf(submission) }),
  };
}
