/** From the flags of `simulate` to a run: options from flags, files, models, or a run that goes on. */
import type { CouplingName } from '../../attention/model-coupling.ts';
import { diagnostics as knownDiagnostics } from '../../diagnostics/catalogue.ts';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { dynamics as knownDynamics } from '../../dynamics/catalogue.ts';
import type { Dynamics } from '../../dynamics/dynamics.ts';
import {
  type SimulationOptions,
  type SimulationSettings,
  simulationSettings,
} from '../../flow/simulation-settings.ts';
import { type RecordedRun, readRecording, type Source } from '../../host/recording/read.ts';
import { readList, readTable, type TableAccount } from '../../host/tables.ts';
import { asksModel } from '../../language/options.ts';
import type { ModelPart } from '../../language/particles.ts';
import { InputError } from '../../numerics/errors.ts';
import type { Matrix } from '../../numerics/matrix.ts';
import { type FigureFormat, readFormats } from '../figures.ts';
import { numberIfOne } from '../flags.ts';
import { type Flags, givenParameters, givenStartParameters, readPairs } from './flags.ts';
import { isModule, loadDiagnostic, loadDynamics, readMatrices } from './input.ts';

/** What commander has read; those of the catalogues come beside these. */
export interface SimulationFlags extends Flags {
  readonly dynamics?: string;
  readonly set?: string[];
  readonly init?: string;
  readonly text?: string;
  readonly model?: string;
  readonly coupling?: string;
  readonly masses?: string;
  readonly tolerance?: string;
  readonly saveAt?: string;
  readonly diagnostics?: string;
  readonly out?: string;
  readonly figures?: string;
  readonly continue?: string;
  readonly json?: boolean;
}

export interface SimulationJob {
  readonly settings: SimulationSettings;
  /** What the options alone do not say: files and models. */
  readonly source: Source;
  /** What was read of positions, masses and matrices. */
  readonly tables: readonly TableAccount[];
  /** Of the figures in the folder. */
  readonly formats: readonly FigureFormat[];
  /** The folder to record in, if any. */
  readonly out: string | null;
  /** The run that goes on. */
  readonly resumed?: RecordedRun;
}

/** Flags that are options of the library as they stand. */
const NUMBERS = [
  ...[
    'n',
    'd',
    'seed',
    'kappa',
    'time',
    'step',
    'tolerance',
    'maximumSteps',
    'accuracy',
    'threads',
  ],
  ...['merge', 'stopClusters', 'stopBelow', 'delta'],
];
const TEXTS = ['start', 'scheme', 'engine', 'precision'];
const SWITCHES = ['normalise', 'mergeError'];

/** Flags beside those of the catalogues that change from run to run of a sweep; the seed does so by itself. */
export const SWEPT = [
  ...['dynamics', ...TEXTS],
  ...NUMBERS.filter((name) => !['seed', 'threads'].includes(name)),
];

/** Throws InputError for flags, files and options that do not fit, before anything is computed. */
export async function readJob(flags: SimulationFlags): Promise<SimulationJob> {
  if (flags.continue !== undefined) return continuedJob(flags.continue, flags);
  const formats = readFormats(flags);
  const { source, options, tables } = await readOptions(flags);
  return { settings: simulationSettings(options), source, tables, formats, out: flags.out ?? null };
}

export type ReadOptions = Pick<SimulationJob, 'source' | 'tables'> & {
  /** The library has yet to check them. */
  readonly options: SimulationOptions;
};

/** The options of a flow from flags, files and models. */
export async function readOptions(flags: SimulationFlags): Promise<ReadOptions> {
  const { dynamics, text, model, coupling, init, diagnostics } = flags;
  checkOneStart(flags);
  const source = present({ dynamics, text, model, coupling, init, diagnostics });
  const tables: TableAccount[] = [];
  const options = {
    ...plainOptions(flags, tables),
    ...(await sourceOptions(source, tables)),
  };
  return { source, options, tables };
}

/** Positions that are brought are not drawn as well. Throws InputError for a flag of the others. */
function checkOneStart(flags: SimulationFlags): void {
  const [brought, ...more] = ['init', 'text'].filter((name) => flags[name] !== undefined);
  if (brought === undefined) return;
  const drawn = ['start', 'n', 'd'].find((name) => flags[name] !== undefined);
  const other = more[0] ?? drawn ?? Object.keys(flags).find((name) => /^start[A-Z]/.test(name));
  if (other)
    throw new InputError(
      other,
      `option ${other} is ${JSON.stringify(flags[other])}, and --${brought} brings the particles: expected one of them, leave the other out`,
    );
}

/** Flags that a run that goes on may still change. */
const CHANGEABLE = ['continue', 'time', 'saveAt', 'threads', 'json', 'maximumSteps', 'figures'];

async function continuedJob(folder: string, flags: SimulationFlags): Promise<SimulationJob> {
  const fixed = Object.keys(flags).find((name) => !CHANGEABLE.includes(name));
  if (fixed)
    throw new InputError(
      fixed,
      `option ${fixed} cannot change in a run that goes on: expected only time, save-at, threads, figures and maximum-steps beside --continue, leave it out`,
    );
  const formats = readFormats({ figures: flags.figures, out: folder });
  const resumed = readRecording(folder);
  const source = await sourceOptions(withoutStart(resumed.source), []);
  const { init: _, masses: __, mergeError: ___, diagnostics, ...before } = resumed.settings;
  const changed = plainOptions(flags, []);
  const settings = simulationSettings({
    ...before,
    ...(!isDefault(diagnostics) && { diagnostics }),
    ...source,
    init: resumed.positions,
    ...(resumed.masses && { masses: [...resumed.masses] }),
    ...changed,
    saveAt: laterTimes(resumed, changed),
  } as SimulationOptions);
  return { settings, source: resumed.source, tables: [], formats, out: folder, resumed };
}

/** Whether diagnostics of a record are all there are: nobody asked then, and tables and figures are short. */
const isDefault = (names: unknown) =>
  JSON.stringify(names) === JSON.stringify(knownDiagnostics.map(({ name }) => name));

/** The positions are recorded: their file, or the sentence, is needed for dynamics of the model alone. */
function withoutStart({ init: _, text, model, coupling, ...rest }: Source): Source {
  return rest.dynamics === 'model' ? { ...rest, text, model, coupling } : rest;
}

/** Save times of the whole run: those of before up to its end, and those asked for now, or the new end. */
function laterTimes({ settings }: RecordedRun, { time, saveAt }: SimulationOptions) {
  const before = settings.saveAt as number[];
  if (time === undefined && saveAt === undefined) return before;
  if (saveAt !== undefined) return saveAt;
  const kept = before.filter((saved) => saved <= Number(time));
  return kept.at(-1) === time ? kept : [...kept, time as number];
}

/** The options that stand in flags, unchecked: the library says what is valid. */
function plainOptions(flags: SimulationFlags, tables: TableAccount[]): SimulationOptions {
  const numbers = NUMBERS.map((name) => [name, numberIfOne(flags[name] as string | undefined)]);
  const others = [...TEXTS, ...SWITCHES].map((name) => [name, flags[name]]);
  const named = givenParameters(flags);
  const parameters = { ...named, ...readPairs(flags.set ?? [], named) };
  const { saveAt, masses } = flags;
  return present({
    ...Object.fromEntries([...numbers, ...others]),
    saveAt,
    masses: masses === undefined ? undefined : readMasses(masses, tables),
    parameters: emptyIsAbsent(readMatrices(parameters, tables)),
    startParameters: emptyIsAbsent(givenStartParameters(flags)),
  });
}

/** Names, and modules that define others; `all` are those of the catalogue. */
async function diagnosticsFrom(list: string): Promise<(string | Diagnostic)[]> {
  if (list === 'none') return [];
  const names = list.split(',').map((name) => name.trim());
  const each = names.map((name) =>
    name === 'all' ? [...knownDiagnostics] : isModule(name) ? loadDiagnostic(name) : name,
  );
  return (await Promise.all(each)).flat();
}

const emptyIsAbsent = (record: Record<string, unknown>) =>
  Object.keys(record).length === 0 ? undefined : record;

const present = (record: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined));

function readMasses(path: string, tables: TableAccount[]): number[] {
  const { values, account } = readList(path, 'masses');
  tables.push(account);
  return [...values.data];
}

/** Dynamics and positions that come from files and models. */
async function sourceOptions(source: Source, tables: TableAccount[]): Promise<SimulationOptions> {
  const { dynamics, init, text, model, coupling, diagnostics } = source as SimulationFlags;
  const part = { dynamics, text, coupling: coupling as CouplingName | undefined };
  const fromModel = asksModel({ ...part, model }) ? await optionsFrom(model, part) : {};
  const named = dynamics === undefined || dynamics === 'model' ? {} : { dynamics };
  const own =
    dynamics !== undefined && isModule(dynamics) ? { dynamics: await loadDynamics(dynamics) } : {};
  return {
    ...named,
    ...own,
    ...(init !== undefined && { init: readInit(init, own.dynamics ?? dynamics, tables) }),
    ...fromModel,
    ...(diagnostics !== undefined && { diagnostics: await diagnosticsFrom(diagnostics) }),
  };
}

/** Positions of one's own; a point of a sphere has more than one coordinate. */
function readInit(path: string, of: Dynamics | string = '', tables: TableAccount[]): Matrix {
  const entry = typeof of === 'object' ? of : knownDynamics.find(({ name }) => name === of);
  const several = () => entry?.space !== 'euclidean';
  const { values, account } = readTable(path, 'init', { several });
  tables.push(account);
  return values;
}

async function optionsFrom(name: string | undefined, part: ModelPart) {
  const { readFlow } = await import('../../host/models.ts');
  const { modelOptions } = await import('../../language/particles.ts');
  return modelOptions(readFlow(name, 'a simulation'), part);
}
