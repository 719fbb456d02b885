/** What operations are of, as arguments and flags of the command line, and how it is read of them. */
import { basename } from 'node:path';
import type { Command } from 'commander';
import type { DepthSubject } from '../../host/depth-threads.ts';
import type { TableAccount } from '../../host/tables.ts';
import { InputError } from '../../numerics/errors.ts';
import type { MeasuresSubject, SubjectKind, Subjects } from '../../operations/subject.ts';
import { type AnswerFlags, PRECISION_FLAG, precisionOf, withParticleFlags } from '../flags.ts';
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

const MODEL = [
  '--model <name>',
  'name of an installed model, or the path of a model folder',
] as const;
const MASSES = ['--masses', 'the last number of a row is a mass'] as const;

export const commandSubjects: { readonly [K in SubjectKind]: CommandSubject<K> } = {
  none: {
    describe: (command) => command,
    read: async () => ({ subject: null }),
  },
  text: {
    describe: (command) => command.argument('<text>', 'a text as for predict').option(...MODEL),
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
        .option(...MODEL)
        .option(...PRECISION_FLAG),
    async read([text], flags) {
      const { readModel } = await import('../../host/models.ts');
      const { givenText } = await import('../text.ts');
      const model = readModel(flags.model, { precision: precisionOf(flags as AnswerFlags) });
      return { subject: { model, text: await givenText(text as string) } };
    },
  },
  'text or flow': {
    describe: (command) => withParticleFlags(command.argument('[text]', 'a text as for predict')),
    read: ([text], flags) => readTextOrFlow(text as string | undefined, flags),
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

/** The particles of a text under their model's own flow, or a start under dynamics. */
async function readTextOrFlow(
  text: string | undefined,
  { threads: _, ...flags }: SimulationFlags,
): Promise<Read<Subjects['text or flow']>> {
  if (flags.dynamics !== undefined) {
    const { readOptions } = await import('../simulation/job.ts');
    const { options, tables } = await readOptions(text === undefined ? flags : { ...flags, text });
    // dynamics of one's own are no plain data
    const plain = typeof options.dynamics !== 'object';
    return {
      subject: null,
      options,
      tables,
      ...(plain && { elsewhere: { kind: 'flow', options } }),
    };
  }
  const { model, coupling, text: flagged, ...others } = flags;
  const [stray] = Object.keys(others);
  if (stray !== undefined)
    throw new InputError(
      stray,
      `option ${stray} is for dynamics of the catalogue, and a text is run by its model: give --dynamics, or leave ${stray} out`,
    );
  const { modelFolder, readFlow } = await import('../../host/models.ts');
  const { givenText } = await import('../text.ts');
  const sentence = await givenText(text ?? flagged);
  const options = coupling === undefined ? {} : { coupling };
  return {
    subject: { model: readFlow(model, 'a limit'), text: sentence },
    options,
    elsewhere: { kind: 'text', folder: modelFolder(model), text: sentence, ...options },
  };
}
