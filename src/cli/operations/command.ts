/** A group of operations as a command, and each of them as a subcommand, made from its record. */
import { Command } from 'commander';
import type { DepthSubject, DepthThreads } from '../../host/depth-threads.ts';
import type { SurveyThreads } from '../../host/survey-threads.ts';
import { ConvergenceError, InputError } from '../../numerics/errors.ts';
import { type Matrix, toRows } from '../../numerics/matrix.ts';
import { type Group, loadOperation, operationNames, spelled } from '../../operations/catalogue.ts';
import type { Operation } from '../../operations/operation.ts';
import { fieldsOf } from '../../operations/options.ts';
import { withFigureFlag } from '../figures.ts';
import { progressBar } from '../progress.ts';
import { partSlurm, withSlurmFlags } from '../slurm/flags.ts';
import { printLines } from '../terminal.ts';
import { type Fields, flagOf, typedOptions } from './flags.ts';
import { commandSubjects, type Read } from './subjects.ts';

/**
 * Makes a command of a group: a subcommand for each operation, or the operation itself that has the group's name. Of
 * those that are not among `asked`, where one is, only the name.
 */
export async function addOperations(
  command: Command,
  group: Group,
  asked: readonly string[],
): Promise<void> {
  const names = operationNames(group);
  const wanted = names.filter((name) => name !== group && asked.includes(name));
  for (const name of names) {
    const own = name === group ? command : new Command(name);
    if (wanted.length === 0 || wanted.includes(name)) await describe(own, group, name);
    if (own !== command) command.addCommand(own);
  }
}

/** Arguments, flags and help of an operation, and what runs it. */
async function describe(command: Command, group: Group, name: string): Promise<void> {
  const record = await loadOperation(group, name);
  commandSubjects[record.subject].describe(command);
  const fields = addFlags(command, record);
  if (record.cut) withSlurmFlags(command);
  withFigureFlag(command)
    .description(record.summary)
    .option('--out <folder>', 'write numbers, table and figure into this folder')
    .option('--json', 'print one JSON document and nothing else')
    .option('--as-code', 'print the program that does the same, and compute nothing')
    .addHelpText('after', helpOf(group, name, record))
    .action(() => runCommand(command, { group, name, record, fields }));
}

/** Flags for the options that the subject's flags do not stand for; returns them, without those of a flow. */
function addFlags(command: Command, record: Operation): Fields {
  const flow = record.flow ? fieldsOf(record.flow) : {};
  const options = Object.entries(fieldsOf(record.options));
  // where both have it, what the flow says of it holds for a text too
  const own = Object.fromEntries(options.map(([name, field]) => [name, flow[name] ?? field]));
  const taken = new Set(command.options.map((option) => option.attributeName()));
  const added = Object.entries({ ...own, ...flow }).filter(
    ([name, { type }]) => !taken.has(name) && type !== 'object',
  );
  for (const [name, field] of added) command.option(...flagOf(name, field, record));
  return Object.fromEntries(added.filter(([name]) => name in own));
}

interface Described {
  readonly group: Group;
  readonly name: string;
  readonly record: Operation;
  /** The options that flags stand for. */
  readonly fields: Fields;
}

async function runCommand(command: Command, described: Described): Promise<void> {
  const begun = performance.now();
  const { group, name, record, fields } = described;
  const { deliver, prepare } = await import('./output.ts');
  const { asked, others: opts } = partSlurm(command.opts());
  const { out, json, figures, asCode, ...flags } = opts;
  const others = Object.entries(flags).filter(([flag]) => !(flag in fields));
  const read = await commandSubjects[record.subject].read(
    command.processedArgs,
    Object.fromEntries(others),
  );
  const typed = await typedOptions(fields, flags, record, read.columns);
  if (asked) {
    const { operationOnSlurm } = await import('./slurm.ts');
    return operationOnSlurm({ command: spelled(group, name), name }, command, opts, asked);
  }
  const options = { ...read.options, ...typed.options };
  if (asCode) return printLines([await codeOf(described, read, options, flags)]);
  const formats = prepare({ out, figures });
  const found = await measured(record, options, read, flags.threads);
  const report = record.report(found, read.subject);
  const tables = [...(read.tables ?? []), ...typed.tables];
  const seconds = (performance.now() - begun) / 1000;
  const told = { command: spelled(group, name), name, record: found, tables, report, seconds };
  await deliver(told, { out, json }, formats);
  // told with its numbers, and no success
  const wrong = record.misfit?.(found);
  if (wrong) throw new ConvergenceError(wrong);
}

/** Throws InputError for dynamics of one's own, which are no plain data. */
async function codeOf(
  { group, name, record }: Described,
  { subject }: Read,
  { init, ...options }: Readonly<Record<string, unknown>>,
  { model, precision }: Readonly<Record<string, unknown>>,
): Promise<string> {
  const { snippetsOf } = await import('../../operations/snippets.ts');
  const { subjectToJson } = await import('../../operations/subject.ts');
  if (typeof options.dynamics === 'object')
    throw new InputError(
      'asCode',
      'option as-code is given with dynamics of your own: expected a name of the catalogue, write the program by hand',
    );
  const body = {
    ...subjectToJson(subject),
    ...(model !== undefined && { model }),
    ...(subject !== null && 'text' in subject && precision !== undefined && { precision }),
    ...options,
    ...(init !== undefined && { init: toRows(init as Matrix) }),
  };
  return snippetsOf(spelled(group, name), record, body).code.trimEnd();
}

/** With a bar of what is done, and with what this machine computes. */
async function measured(
  record: Operation,
  options: Record<string, unknown>,
  { subject, elsewhere }: Read,
  count: unknown,
): Promise<object> {
  const { machineEngines, trainingEngine } = await import('../../host/engines.ts');
  const progress = await progressBar(`{bar} {value} of {total} ${record.counted}`);
  const threads = record.cut && elsewhere ? await threadsFor(elsewhere, count) : null;
  const surveys = record.framed ? await surveysFor(count) : null;
  const trainer = record.trains ? { trainer: trainingEngine } : {};
  const context = { engines: machineEngines(), onProgress: progress.update, ...trainer };
  try {
    return await record.run(
      options,
      { ...context, ends: threads?.ends, surveyed: surveys?.surveyed },
      subject,
    );
  } finally {
    progress.stop();
    await Promise.all([threads?.close(), surveys?.close()]);
  }
}

/** None for --threads 1. */
async function threadsFor(elsewhere: DepthSubject, count: unknown): Promise<DepthThreads | null> {
  const most = count === undefined ? undefined : Number(count);
  if (most === 1) return null;
  const { depthThreads } = await import('../../host/depth-threads.ts');
  return depthThreads(elsewhere, Number.isInteger(most) ? most : undefined);
}

async function surveysFor(count: unknown): Promise<SurveyThreads> {
  const { surveyThreads } = await import('../../host/survey-threads.ts');
  return surveyThreads(Number(count) > 0 ? Number(count) : undefined);
}

const helpOf = (group: Group, name: string, { examples, library, notes, served }: Operation) =>
  [
    '',
    'Examples:',
    ...examples.map((example) => `  schmetterling ${spelled(group, name)} ${example}`.trimEnd()),
    '',
    notes.trim(),
    `--out writes ${name}.json, .csv and .svg, or with --figures .pdf.`,
    `In programs: ${library.join(' or ')}; --as-code prints one.`,
    typeof served === 'string'
      ? `Not over HTTP. ${served}`
      : `Over HTTP: POST /api/${spelled(group, name, '/')}.`,
  ].join('\n');
