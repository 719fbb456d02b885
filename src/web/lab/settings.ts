/**
 * What the Lab is set to, and its short form in the page's state: a query of what differs from what is
 * usual for its dynamics. Names, ranges and defaults are the catalogues'. Not what a run is asked for
 * (options.ts).
 */
import '../no-eval.ts';
import { dynamics, dynamicsNamed } from '../../dynamics/catalogue.ts';
import type { Dynamics, Parameter } from '../../dynamics/dynamics.ts';
import { matrixText } from '../../dynamics/matrices.ts';
import { KAPPA } from '../../dynamics/noise.ts';
import { completeParameters } from '../../dynamics/parameters.ts';
import { ENGINE_CHOICES } from '../../engines/catalogue.ts';
import { completeStart, D, N, SEED, starts } from '../../geometry/catalogue.ts';
import type { Start } from '../../geometry/start.ts';
import {
  END,
  NOISE_SCHEME,
  STEP,
  schemes,
  TOLERANCE,
  takesNoise,
  usualScheme,
} from '../../integrators/schemes.ts';
import { checkNumber, type NumberParameter } from '../../numerics/parameters.ts';
import { readGiven } from './given.ts';
import { matrixOption } from './matrix-text.ts';

/** By name of a parameter; matrices as text. */
export type Values = Readonly<Record<string, number | string>>;

export interface LabSettings {
  readonly dynamics: string;
  /** Of the dynamics, complete. */
  readonly parameters: Values;
  /** A name of the catalogue, `given` or `sentence`. */
  readonly start: string;
  readonly startParameters: Values;
  /** Positions of `given` (given.ts). */
  readonly given: string;
  readonly n: number;
  readonly d: number;
  readonly seed: number;
  readonly scheme: string;
  readonly step: number;
  readonly tolerance: number;
  readonly time: number;
  /** Of noise beside dynamics that have none of their own; 0 is none. */
  readonly kappa: number;
  /** Whether frames lie evenly in time or in its logarithm. */
  readonly pace: Pace;
  /** 0 is off, for all three. */
  readonly merge: number;
  readonly stopClusters: number;
  readonly stopBelow: number;
  readonly engine: string;
  readonly precision: string;
  /** Frames a second, in units of `FRAMES`; `MOST_SPEED` is as many as there are. */
  readonly speed: number;
  /** The frame looked at, once nothing plays. */
  readonly at: number;
  /** How the sphere is turned, degrees. */
  readonly yaw: number;
  readonly pitch: number;
}

export const paces = ['even', 'log'] as const;
export type Pace = (typeof paces)[number];

export const precisions = ['float64', 'float32'] as const;

export const speeds = [0.25, 0.5, 1, 2, 99] as const;
export const MOST_SPEED = 99;
/** Frames a second at speed 1. */
export const FRAMES = 30;

/** Starts that are no recipe. */
export const ownStarts = ['given', 'sentence'] as const;

const plain = { unit: '', integer: false, help: '' } as const;
const angle = { ...plain, type: 'number', minimum: -360, maximum: 360, integer: true } as const;

/** Every number of the settings, as data: what a link may hold and what a control offers. */
export const numbers = {
  n: { ...N, maximum: 1_000_000, default: 64 },
  d: { ...D, maximum: 512, default: 2 },
  seed: SEED,
  step: STEP,
  tolerance: TOLERANCE,
  time: { ...END, default: 20 },
  kappa: {
    ...KAPPA,
    default: 0,
    minimum: 0,
    help: 'Brownian motion of strength √(2/κ) beside the dynamics, generator Δ/κ; 0: no noise.',
  },
  merge: {
    ...plain,
    type: 'number',
    name: 'merge',
    title: 'Merge below',
    unit: 'rad',
    default: 0,
    minimum: 0,
    maximum: Math.PI,
    help: 'Particles no two of which are farther apart than this angle, and no other closer, become one with their masses together; 0: never.',
  },
  stopClusters: {
    ...plain,
    type: 'number',
    name: 'stopClusters',
    title: 'Stop at clusters',
    default: 0,
    minimum: 0,
    maximum: 1_000_000,
    integer: true,
    help: 'Stop when merging has left at most so many; 0: never.',
  },
  stopBelow: {
    ...plain,
    type: 'number',
    name: 'stopBelow',
    title: 'Stop below speed',
    default: 0,
    minimum: 0,
    maximum: 1e3,
    help: 'Stop when no particle is faster; 0: never.',
  },
  speed: {
    ...plain,
    type: 'number',
    name: 'speed',
    title: 'Speed',
    default: 1,
    minimum: 0.05,
    maximum: MOST_SPEED,
  },
  at: {
    ...plain,
    type: 'number',
    name: 'at',
    title: 'Frame',
    default: 0,
    minimum: 0,
    maximum: 1_000_000,
    integer: true,
  },
  yaw: { ...angle, name: 'yaw', title: 'Yaw', default: 30 },
  pitch: { ...angle, name: 'pitch', title: 'Pitch', default: 20 },
} as const satisfies Readonly<Record<string, NumberParameter>>;

type NumberName = keyof typeof numbers;
const numberNames = Object.keys(numbers) as NumberName[];

/** What the Lab opens with is a little sharper than the catalogue's default, so that clusters form. */
const FIRST = { dynamics: 'sa', parameters: { beta: 9 } } as const;

/** What is usual for these dynamics. */
export function usualSettings(entry: Dynamics): LabSettings {
  const defaults = Object.fromEntries(
    numberNames.map((name) => [name, numbers[name].default]),
  ) as Record<NumberName, number>;
  const start = entry.space === 'sphere' ? 'uniform' : 'gaussian';
  const sharper = entry.name === FIRST.dynamics ? FIRST.parameters : {};
  return {
    ...defaults,
    dynamics: entry.name,
    parameters: { ...usualValues(entry.parameters), ...sharper },
    start,
    startParameters: usualValues(startCalled(start)?.parameters ?? []),
    given: '',
    d: entry.dimension ?? defaults.d,
    scheme: usualScheme(entry, entry.noise !== undefined),
    pace: 'even',
    engine: 'auto',
    precision: 'float64',
  };
}

const usualValues = (parameters: readonly Parameter[]): Values =>
  Object.fromEntries(parameters.map((one) => [one.name, usualValue(one)]));

const usualValue = (parameter: Parameter): number | string =>
  parameter.type === 'matrix' ? matrixText(parameter.default) : parameter.default;

/** The start of that name; undefined for `given` and `sentence`. */
export const startCalled = (name: string): Start | undefined =>
  starts.find((start) => start.name === name);

export const entryOf = ({ dynamics: name }: Pick<LabSettings, 'dynamics'>): Dynamics =>
  dynamicsNamed(name);

/** Whether particles move at random: by their dynamics, or beside them. */
export const hasNoise = (settings: Pick<LabSettings, 'dynamics' | 'kappa'>): boolean =>
  settings.kappa > 0 || entryOf(settings).noise !== undefined;

/** Settings from their short form; what is missing or not valid is what is usual. */
export function readSettings(text: string): LabSettings {
  const given = new URLSearchParams(text);
  const named = dynamics.find(({ name }) => name === given.get('dynamics'));
  const entry = named ?? dynamicsNamed(FIRST.dynamics);
  const usual = usualSettings(entry);
  const choice = <T extends string>(key: string, valid: readonly T[], other: T): T =>
    valid.find((value) => value === given.get(key)) ?? other;
  const read = Object.fromEntries(
    numberNames.map((name) => [name, readNumber(numbers[name], given.get(name)) ?? usual[name]]),
  ) as Record<NumberName, number>;
  const known = [...starts.map(({ name }) => name), ...ownStarts];
  const start = choice('start', known, usual.start);
  return settled({
    ...usual,
    ...read,
    parameters: { ...usual.parameters, ...readValues(entry.parameters, 'p.', given) },
    start,
    startParameters: readValues(startCalled(start)?.parameters ?? [], 's.', given),
    given: given.get('given') ?? '',
    scheme: choice(
      'scheme',
      schemes.map(({ name }) => name),
      usual.scheme,
    ),
    pace: choice('pace', paces, usual.pace),
    engine: choice('engine', ENGINE_CHOICES, 'auto'),
    precision: choice('precision', precisions, 'float64'),
  });
}

function readNumber(parameter: NumberParameter, text: string | null): number | null {
  return text === null || text.trim() === ''
    ? null
    : attempt(() => checkNumber(parameter, Number(text)));
}

/** Those that a link names, unchecked; `settled` puts right what is not valid. */
function readValues(
  parameters: readonly Parameter[],
  mark: string,
  given: URLSearchParams,
): Record<string, number | string> {
  const named = parameters.flatMap(({ name, type }): [string, number | string][] => {
    const text = given.get(mark + name);
    if (text === null || text.trim() === '') return [];
    return [[name, type === 'number' ? Number(text) : text]];
  });
  return Object.fromEntries(named);
}

/** The short form: only what differs from what is usual for the dynamics. */
export function writeSettings(settings: LabSettings): string {
  const usual = usualSettings(entryOf(settings));
  const written = new URLSearchParams();
  if (settings.dynamics !== FIRST.dynamics) written.set('dynamics', settings.dynamics);
  const { dynamics: _, parameters, startParameters, ...rest } = settings;
  for (const [key, value] of Object.entries(rest))
    if (value !== usual[key as keyof typeof rest]) written.set(key, String(value));
  writeValues(written, 'p.', parameters, usual.parameters);
  const start = startCalled(settings.start);
  writeValues(written, 's.', startParameters, usualValues(start?.parameters ?? []));
  return written.toString();
}

function writeValues(written: URLSearchParams, mark: string, values: Values, usual: Values): void {
  for (const [name, value] of Object.entries(values))
    if (value !== usual[name]) written.set(mark + name, String(value));
}

/** The settings with what does not go together put right: dimension, start, scheme, parameters. */
export function settled(settings: LabSettings): LabSettings {
  const entry = entryOf(settings);
  const usual = usualSettings(entry);
  const least = entry.space === 'sphere' ? 2 : 1;
  const d = entry.dimension ?? Math.max(least, settings.d);
  const own = settings.start === 'given' ? readGiven(settings.given, d) : null;
  const start = fitStart(settings.start, entry, d, own !== null) ? settings.start : usual.start;
  const kappa = entry.noise ? 0 : settings.kappa;
  const known = schemes.find(({ name }) => name === settings.scheme);
  const fits = known && (takesNoise(known) || !hasNoise({ ...settings, kappa }));
  const scheme = fits ? settings.scheme : NOISE_SCHEME;
  const adaptive = schemes.some(({ name, adaptive }) => name === scheme && adaptive);
  const recipe = startCalled(start);
  const recipeParameters = recipe?.parameters ?? [];
  return {
    ...settings,
    d,
    start,
    n: own && start === 'given' ? own.rows : settings.n,
    given: start === 'given' ? settings.given : '',
    scheme,
    kappa,
    pace: adaptive ? settings.pace : 'even',
    parameters: fitValues(entry.parameters, settings.parameters, usual.parameters, (values) =>
      completeParameters(entry, asOptions(entry.parameters, values), d, settings.seed),
    ),
    startParameters: fitValues(
      recipeParameters,
      settings.startParameters,
      usualValues(recipeParameters),
      (values) => (recipe ? completeStart(recipe, values) : {}),
    ),
  };
}

function fitStart(name: string, { space }: Dynamics, d: number, own: boolean): boolean {
  if (name === 'given') return own;
  if (name === 'sentence') return true;
  const start = startCalled(name);
  if (!start) return false;
  if (space === 'sphere' && start.space !== 'sphere') return false;
  if (start.space === 'sphere' && d < 2) return false;
  return start.dimension === undefined || start.dimension === d;
}

/** All values, each that of `given` if `check` takes it among the others' defaults. */
function fitValues(
  parameters: readonly Parameter[],
  given: Values,
  usual: Values,
  check: (values: Values) => unknown,
): Values {
  const fitted = parameters.map((parameter): [string, number | string] => {
    const { name } = parameter;
    const value = given[name];
    const heads = parameter.type === 'matrix' ? parameter.blocks : undefined;
    const beside = heads !== undefined && given[heads] !== undefined && { [heads]: given[heads] };
    const good = value !== undefined && attempt(() => check({ ...beside, [name]: value }));
    return [name, good ? value : usual[name]];
  });
  return Object.fromEntries(fitted);
}

/** Values as the library takes them. */
export function asOptions(
  parameters: readonly Parameter[],
  values: Values,
): Record<string, unknown> {
  const matrices = new Set(parameters.filter(({ type }) => type === 'matrix').map((p) => p.name));
  const entries = Object.entries(values).map(([name, value]) => [
    name,
    matrices.has(name) ? matrixOption(String(value)) : value,
  ]);
  return Object.fromEntries(entries);
}

/** The settings under other dynamics: what was changed by hand and exists there stays, the rest is usual. */
export function withDynamics(settings: LabSettings, name: string): LabSettings {
  const entry = dynamicsNamed(name);
  const usual = usualSettings(entry);
  const before = usualSettings(entryOf(settings)).parameters;
  const kept = Object.fromEntries(
    Object.entries(settings.parameters).filter(([key, value]) => value !== before[key]),
  );
  const sameSpace = entryOf(settings).space === entry.space;
  return settled({
    ...settings,
    dynamics: name,
    parameters: { ...usual.parameters, ...kept },
    start: sameSpace ? settings.start : usual.start,
    startParameters: sameSpace ? settings.startParameters : usual.startParameters,
    scheme: entryOf(settings).noise && !entry.noise ? usual.scheme : settings.scheme,
    at: 0,
  });
}

/** The settings with another start, at its own defaults. */
export function withStart(settings: LabSettings, name: string): LabSettings {
  return settled({ ...settings, start: name, startParameters: {}, at: 0 });
}

function attempt<T>(check: () => T): T | null {
  try {
    return check();
  } catch {
    return null;
  }
}
