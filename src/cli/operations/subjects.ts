/** What operations are of, as arguments and flags of the command line, and how it is read of them. */
import { availableParallelism } from 'node:os';
import { basename } from 'node:path';
import type { Command } from 'commander';
import type { DepthSubject } from '../../host/depth-threads.ts';
import type { TableAccount } from '../../host/tables.ts';
import { InputError } from '../../numerics/errors.ts';
import type {
  AnyTextSubject,
  MeasuresSubject,
  SubjectKind,
  Subjects,
  TextSubject,
} from '../../operations/subject.ts';
import {
  type AnswerFlags,
  FLOW_FLAG,
  MODEL_FLAG,
  PRECISION_FLAG,
  precisionOf,
  readingOf,
  THREADS_FLAG,
  withParticleFlags,
} from '../flags.ts';
import type { SimulationFlags } from '../simulation/job.ts';

export interface Read<S = Subjects[SubjectKind]> {
  readonly subject: S;
  /** Options that the subject's flags stand for. */
  readonly options?: object;
  /** Of what was read in files. */
  readonly tables?: readonly TableAccount[];
  /** Of the points that it has. */
  readonly columns?: number;
  /** For threads, which read it again. */
  readonly elsewhere?: DepthSubject;
}

interface CommandSubject<K extends SubjectKind> {
  describe(command: Command): Command;
  /** Throws InputError for arguments, files and flags that do not fit. */
  read(given: readonly unknown[], flags: SimulationFlags): Promise<Read<Subjects[K]>>;
}

const MASSES = ['--masses', 'the last number of a row is a mass'] as const;

export const commandSubjects: { readonly [K in SubjectKind]: CommandSubject<K> } = {
  none: {
    describe: (command) => command,
    read: async () => ({ subject: null }),
  },
  text: {
    describe: (command) => command.argument('<text>', 'a text as for predict').option(...FLOW_FLAG),
    async read([text], { model }) {
      const { readFlow } = await import('../../host/models.ts');
      const { givenText } = await import('../text.ts');
      return {
        subject: { model: readFlow(model, 'a limit'), text: await givenText(text as string) },
      };
    },
  },
  'any text': {
    describe: (command) =>
      command
        .argument('<text>', 'a text as for predict')
        .option(...MODEL_FLAG)
        .option(...PRECISION_FLAG)
        .option(...THREADS_FLAG),
    async read([text], flags) {
      const { readModel } = await import('../../host/models.ts');
      const { givenText } = await import('../text.ts');
      const model = readModel(flags.model, readingOf(flags as AnswerFlags));
      return { subject: { model, text: await givenText(text as string) } };
    },
  },
  'text or flow': {
    describe: (command) => withParticleFlags(command.argument('[text]', 'a text as for predict')),
    read: async ([text], flags) => (await readDynamics(flags, text)) ?? readFlowText(flags, text),
  },
  'any text or flow': {
    describe: (command) =>
      withParticleFlags(command.argument('[text]', 'a text as for predict'), MODEL_FLAG),
    read: async ([text], flags) => (await readDynamics(flags, text)) ?? readModelText(flags, text),
  },
  measures: {
    describe: (command) =>
      command.argument('<files...>', '.csv or .npy, a point a row').option(...MASSES),
    read: ([files], flags) => readMeasures(files as string[], flags),
  },
  pair: {
    describe: (command) =>
      command
        .argument('<first>', '.csv or .npy, a point a row')
        .argument('<second>', 'the same')
        .option(...MASSES),
    read: ([first, second], flags) => readMeasures([first as string, second as string], flags),
  },
  frames: {
    describe: (command) => command.argument('<frames>', 'an .npy file of positions [frames, n, d]'),
    async read([file]) {
      const { readFrames } = await import('../frames.ts');
      return { subject: readFrames(file as string) };
    },
  },
};

async function readMeasures(
  files: readonly string[],
  { masses }: SimulationFlags,
): Promise<Read<MeasuresSubject>> {
  const { readTables } = await import('../../host/tables.ts');
  const { withMasses } = await import('../../reduction/barycentre/barycentre.ts');
  const read = readTables(files, 'files', masses ? { several: () => true } : {});
  const measures = read.map(({ values }) => (masses ? withMasses(values) : { points: values }));
  const names = files.map((path) => basename(path));
  const { columns } = measures[0].points;
  return { subject: { measures, names }, columns, tables: read.map(({ account }) => account) };
}

/** A start under dynamics, where they are named; else null. */
async function readDynamics(
  { threads: _, ...flags }: SimulationFlags,
  text: unknown,
): Promise<Read<null> | null> {
  if (flags.dynamics === undefined) return null;
  const { readOptions } = await import('../simulation/job.ts');
  const { options, tables } = await readOptions(
    text === undefined ? flags : { ...flags, text: text as string },
  );
  // dynamics of one's own are no plain data
  const plain = typeof options.dynamics !== 'object';
  return {
    subject: null,
    options,
    tables,
    ...(plain && { elsewhere: { kind: 'flow', options } }),
  };
}

/** The particles of a text under their model's own flow. */
async function readFlowText(
  flags: SimulationFlags,
  given: unknown,
): Promise<Read<TextSubject> & Required<Pick<Read, 'elsewhere'>>> {
  const { modelFolder, readFlow } = await import('../../host/models.ts');
  const { text, options } = await readText(flags, given);
  return {
    subject: { model: readFlow(flags.model, 'a limit'), text },
    options,
    elsewhere: { kind: 'text', folder: modelFolder(flags.model), text, ...options },
  };
}

/** A text in its model, flow or not. */
async function readModelText(
  flags: SimulationFlags,
  given: unknown,
): Promise<Read<AnyTextSubject>> {
  const { readModel } = await import('../../host/models.ts');
  const { precision: _, ...others } = flags;
  const threads = flags.threads === undefined ? availableParallelism() : Number(flags.threads);
  const model = readModel(flags.model, {
    precision: precisionOf(flags as AnswerFlags),
    threads,
  });
  if (model.flow) return readFlowText(flags, given);
  const { text, options } = await readText(others, given);
  return { subject: { model, text }, options };
}

/** The text, and how it is read. Throws InputError for flags that are for dynamics. */
async function readText(flags: SimulationFlags, given: unknown) {
  const { model: _, threads: __, coupling, text: flagged, ...others } = flags;
  const [stray] = Object.keys(others);
  if (stray !== undefined)
    throw new InputError(
      stray,
      `option ${stray} is for dynamics of the catalogue, and a text is run by its model: give --dynamics, or leave ${stray} out`,
    );
  const { givenText } = await import('../text.ts');
  const text = await givenText((given as string | undefined) ?? flagged);
  return { text, options: coupling === undefined ? {} : { coupling } };
}
