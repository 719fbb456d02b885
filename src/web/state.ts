/** The one state of all tabs, and its form in the URL fragment, so that a link restores the view. */
import { COUPLING_NAMES, type CouplingName } from '../attention/model-coupling.ts';
import { MAXIMUM_DEPTH, READINGS, type Reading } from '../language/choices.ts';

export const languages = ['de', 'en'] as const;
export const themes = ['system', 'light', 'dark'] as const;
export const tabs = ['predict', 'layers', 'depth', 'lab', 'learn'] as const;
export const flatPlanes = ['12', '13', '23'] as const;
/** All three axes at once. */
export const GLOBE = '123';
/** That of the readout directions of two answers. */
export const ANSWERS = 'answers';
export const planes = [...flatPlanes, GLOBE, ANSWERS] as const;
/** Whether the survey of the layers is asked for. */
export const surveys = ['shut', 'open'] as const;
/** Parts of the Layers tab that are fetched when they are opened. */
export const folds = ['nearest', 'effects', 'inside', 'more'] as const;
/** What a grid of effects changes, one at a time. */
export const effectKinds = ['heads', 'beta', 'parts', 'swaps', 'patches'] as const;
export const readers = ['student', 'mathematician'] as const;

export type Language = (typeof languages)[number];
export type Theme = (typeof themes)[number];
export type Tab = (typeof tabs)[number];
/** What the trajectories are drawn in: two principal axes, the globe, or the plane of two answers. */
export type Plane = (typeof planes)[number];
export type EffectKind = (typeof effectKinds)[number];
export type Fold = (typeof folds)[number];
/** Whom the Learn tab speaks to. */
export type Reader = (typeof readers)[number];

export interface State {
  readonly text: string;
  /** The model's name; null is the server's default. */
  readonly model: string | null;
  readonly depth: number | 'ode';
  readonly coupling: CouplingName;
  /** How the Predict tab reads a blank. */
  readonly reading: Reading;
  /** The reader's own candidates, separated by commas. */
  readonly targets: string;
  /** The sentence to compare with; '' where none is. */
  readonly other: string;
  readonly tab: Tab;
  /** The frame looked at; null is the last. */
  readonly layer: number | null;
  /** The pinned particle. */
  readonly token: number | null;
  /** The attention head; null is the mean of all. */
  readonly head: number | null;
  /** Angle (rad) below which particles count as one cluster; null is the page's choice. */
  readonly tolerance: number | null;
  readonly plane: Plane;
  /** The two answers of their plane, with | between; '' for the best two. */
  readonly versus: string;
  /** How the globe is turned, degrees; null is the page's choice. */
  readonly yaw: number | null;
  readonly pitch: number | null;
  /** What is changed in the flow, as text (interventions.ts); '' for nothing. */
  readonly changes: string;
  /** The folds of the Layers tab that are open, separated by commas. */
  readonly open: string;
  readonly effects: EffectKind;
  /** Whether effects are those of every layer, or of the one looked at; null is the page's choice. */
  readonly effectsIn: 'all' | 'one' | null;
  /** Of the Layers tab, asked for by hand: it is expensive. */
  readonly survey: (typeof surveys)[number];
  /** The text whose mean direction the survey takes off; '' for the frame's own. */
  readonly reference: string;
  /** The step of the Learn tab, from 1. */
  readonly step: number;
  readonly reader: Reader;
  /** β of the two particles on a circle. */
  readonly pairBeta: number;
  /** The angle between them, in degrees. */
  readonly pairAngle: number;
  /** What differs from the Lab's own defaults, as the query that lab/settings.ts reads. */
  readonly lab: string;
  readonly language: Language;
  readonly theme: Theme;
  /** Names of parts of the state that the link has locked, separated by commas (locks.ts). */
  readonly lock: string;
}

/** Steps of the Learn tab. */
export const lastStep = 5;
export const largestPairBeta = 12;

export const defaults: State = {
  text: 'Mein Lieblingstier ist __',
  model: null,
  depth: 8,
  coupling: 'full',
  reading: 'blank',
  targets: '',
  other: '',
  tab: 'predict',
  layer: null,
  token: null,
  head: null,
  tolerance: null,
  plane: '12',
  versus: '',
  yaw: null,
  pitch: null,
  changes: '',
  open: '',
  effects: 'heads',
  effectsIn: null,
  survey: 'shut',
  reference: '',
  step: 1,
  reader: 'student',
  pairBeta: 4,
  pairAngle: 120,
  lab: '',
  language: 'en',
  theme: 'system',
  lock: '',
};

/** The state in a fragment (with or without `#`); what is missing or not valid comes from `base`. */
export function readFragment(fragment: string, base: State): State {
  const given = new URLSearchParams(fragment.replace(/^#/, ''));
  return {
    text: given.get('text') ?? base.text,
    model: given.get('model') || base.model,
    depth: readDepth(given.get('depth')) ?? base.depth,
    coupling: oneOf(COUPLING_NAMES, given.get('coupling')) ?? base.coupling,
    reading: oneOf(READINGS, given.get('reading')) ?? base.reading,
    targets: given.get('targets') ?? base.targets,
    other: given.get('other') ?? base.other,
    tab: oneOf(tabs, given.get('tab')) ?? base.tab,
    layer: readCount(given.get('layer')) ?? base.layer,
    token: readCount(given.get('token')) ?? base.token,
    head: readCount(given.get('head')) ?? base.head,
    tolerance: within(0, Math.PI, readNumber(given.get('tolerance'))) ?? base.tolerance,
    plane: oneOf(planes, given.get('plane')) ?? base.plane,
    versus: given.get('versus') ?? base.versus,
    yaw: within(0, 359, readDegrees(given.get('yaw'))) ?? base.yaw,
    pitch: within(-90, 90, readDegrees(given.get('pitch'))) ?? base.pitch,
    changes: given.get('changes') ?? base.changes,
    open: given.get('open') ?? base.open,
    effects: oneOf(effectKinds, given.get('effects')) ?? base.effects,
    effectsIn: oneOf(['all', 'one'], given.get('effectsIn')) ?? base.effectsIn,
    survey: oneOf(surveys, given.get('survey')) ?? base.survey,
    reference: given.get('reference') ?? base.reference,
    step: within(1, lastStep, readCount(given.get('step'))) ?? base.step,
    reader: oneOf(readers, given.get('reader')) ?? base.reader,
    pairBeta: within(0, largestPairBeta, readNumber(given.get('pairBeta'))) ?? base.pairBeta,
    pairAngle: within(1, 179, readCount(given.get('pairAngle'))) ?? base.pairAngle,
    lab: readLab(given) || base.lab,
    language: oneOf(languages, given.get('language')) ?? base.language,
    theme: oneOf(themes, given.get('theme')) ?? base.theme,
    lock: given.get('lock') ?? base.lock,
  };
}

/** The fragment that restores `state` over `base`: only what differs, `''` if nothing does. */
export function writeFragment(state: State, base: State): string {
  const written = new URLSearchParams();
  for (const key of Object.keys(base) as (keyof State)[]) {
    const value = state[key];
    if (key === 'lab') writeLab(written, state.lab);
    else if (value !== null && value !== base[key]) written.set(key, String(value));
  }
  // chat programs take such an end for punctuation or for markup, and leave it out of the link
  return written
    .toString()
    .replace(/[-_.*]+$/, (end) =>
      [...end].map((sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`).join(''),
    );
}

/** Which two principal axes, from 0, a flat picture shows: its first two where the plane is none of them. */
export function principalPair(plane: Plane): readonly [number, number] {
  const [one, two] = flatPlanes.find((flat) => flat === plane) ?? flatPlanes[0];
  return [Number(one) - 1, Number(two) - 1];
}

/** Which folds are open, in the order of the tab. */
export function openFolds({ open }: Pick<State, 'open'>): Fold[] {
  const named = new Set(open.split(','));
  return folds.filter((fold) => named.has(fold));
}

/** `open` with a fold opened, or shut where it was open. */
export function withFold(state: Pick<State, 'open'>, fold: Fold): string {
  const before = openFolds(state);
  const now = before.includes(fold) ? before.filter((one) => one !== fold) : [...before, fold];
  return now.join(',');
}

/** Keys of the Lab carry its name, so that a link can be read. */
const labMark = 'lab.';

function readLab(given: URLSearchParams): string {
  const own = [...given].filter(([key]) => key.startsWith(labMark));
  return new URLSearchParams(
    own.map(([key, value]) => [key.slice(labMark.length), value]),
  ).toString();
}

function writeLab(written: URLSearchParams, lab: string): void {
  for (const [key, value] of new URLSearchParams(lab)) written.set(labMark + key, value);
}

function oneOf<T extends string>(valid: readonly T[], given: string | null): T | null {
  return valid.find((value) => value === given) ?? null;
}

function readDepth(given: string | null): number | 'ode' | null {
  if (given === 'ode') return 'ode';
  return within(1, MAXIMUM_DEPTH, readCount(given));
}

function within(least: number, most: number, value: number | null): number | null {
  return value !== null && value >= least && value <= most ? value : null;
}

function readCount(given: string | null): number | null {
  return given !== null && /^\d{1,4}$/.test(given) ? Number(given) : null;
}

function readDegrees(given: string | null): number | null {
  return given !== null && /^-?\d{1,3}$/.test(given) ? Number(given) : null;
}

function readNumber(given: string | null): number | null {
  return given !== null && /^\d{1,3}(\.\d{1,6})?$/.test(given) ? Number(given) : null;
}
