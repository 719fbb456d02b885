/**
 * One layer alone, again and again: as an autonomous flow to any time, or repeated as it is. What the tokens of a
 * text become under it, and what it tends to. Not the network's own depth: limits/depth.
 *
 * Norms before the parts: ẋ = A(x) + M(x), which steps of both parts together tend to. Norms behind the sums leave no
 * such flow, for they are not near the identity however small the step: there ẋ = F(x) − x, F the layer, which rests
 * where the repeated layer does, and of which the layer is an Euler step of 1.
 */
import { z } from 'zod';
import { clustersAt, dendrogram } from '../../diagnostics/clusters.ts';
import {
  type ClusterFinding,
  clustersAgainstChance,
  surveySchema,
} from '../../diagnostics/survey/survey.ts';
import { asNetwork, type LanguageModel } from '../../language/model.ts';
import { placesIn } from '../../language/network-run.ts';
import { couplingSchema } from '../../language/options.ts';
import { pow } from '../../numerics/elementary.ts';
import { InputError } from '../../numerics/errors.ts';
import { matrix, row } from '../../numerics/matrix.ts';
import { parseOptions, wholeNumber } from '../../numerics/options.ts';
import { mean, median } from '../../numerics/statistics.ts';
import { dot, norm, sumOf } from '../../numerics/vectors.ts';
import type { Tensor } from '../../pretrained/arithmetic.ts';
import type { Network, NetworkLayers } from '../../pretrained/network.ts';
import { PARTS, type Part, type Steps } from '../../pretrained/schedule.ts';
import { checkTolerance, flowAsFarAsItGoes } from '../reached.ts';
import { type Attractor, attractorOf, type Motion } from './attractor.ts';

export const LAYER_PARTS = ['both', ...PARTS] as const;
export type LayerPart = (typeof LAYER_PARTS)[number];

export const LAYER_SCHEMES = ['dopri5', 'layer'] as const;
export type LayerScheme = (typeof LAYER_SCHEMES)[number];

const positive = (what: string) =>
  z.number({ error: `expected ${what}` }).positive(`expected ${what}`);

export const layerFlowSchema = z.strictObject({
  layer: wholeNumber(1, 100_000)
    .default(1)
    .describe('Which layer, from 1; it starts in its own frame of the text'),
  part: z
    .enum(LAYER_PARTS, { error: `expected one of ${LAYER_PARTS.join(', ')}` })
    .default('both')
    .describe('What of it moves the tokens'),
  scheme: z
    .enum(LAYER_SCHEMES, { error: `expected one of ${LAYER_SCHEMES.join(', ')}` })
    .default('dopri5')
    .describe('The flow, by dopri5, or the layer itself repeated, a step of 1 each time'),
  time: positive('a time above 0')
    .max(1e6)
    .default(100)
    .describe('To which time; of a repeated layer, how often'),
  tolerance: z
    .number({ error: 'expected a number from 1e-10 to 1e-1' })
    .min(1e-10)
    .max(0.1)
    .default(1e-4)
    .describe('Tolerance of dopri5, per number x in units of max(1, |x|)'),
  maximumSteps: wholeNumber(1, 1_000_000)
    .default(5000)
    .describe('Steps of dopri5 after which the flow is given up'),
  moments: wholeNumber(2, 10_000)
    .default(20)
    .describe('Times that are told besides the start, closer at first, the last one the end'),
  angle: positive('an angle above 0, in radians')
    .max(Math.PI)
    .default(0.1)
    .describe('Tokens whose directions are so close belong together, by single linkage'),
  settled: positive('a number above 0')
    .max(1)
    .default(1e-3)
    .describe('Below this share of a token’s length a motion counts as none'),
  surrogates: surveySchema.shape.surrogates,
  seed: surveySchema.shape.seed,
  coupling: couplingSchema.optional(),
});

/** Which layer and part, to which time and how exactly, and from where on a motion counts as none. */
export type LayerFlowOptions = z.input<typeof layerFlowSchema>;
type Asked = z.output<typeof layerFlowSchema>;

/** The tokens at a time. */
export interface LayerFrame extends Motion {
  readonly time: number;
  /** Lengths of the tokens' states. */
  readonly norms: { readonly least: number; readonly median: number; readonly most: number };
  /** The mean cosine of all pairs of tokens; null of one token. */
  readonly cosine: number | null;
  /** Clusters of directions within the angle of the settings. */
  readonly clusters: number;
  /** Those that last longest between two merges, against chance as in a survey; null of fewer than three tokens. */
  readonly chance: ClusterFinding | null;
}

/** What one layer alone makes of the tokens of a text. */
export interface LayerFlow {
  readonly model: string;
  readonly text: string;
  readonly precision: 'float32' | 'float64';
  readonly layer: number;
  /** Whose weights it has: layers may share some. */
  readonly block: string;
  readonly part: LayerPart;
  readonly scheme: LayerScheme;
  /** What moves the tokens, as an equation. */
  readonly velocity: string;
  readonly settings: Asked;
  readonly tokens: readonly string[];
  /** Whether it came to the end; where not, how far, and why no farther. */
  readonly ended: boolean;
  readonly time: number;
  readonly reason: string | null;
  readonly steps: number;
  readonly rejected: number;
  /** At the start and at rising times; the last one is what was reached. */
  readonly frames: readonly LayerFrame[];
  /** The tokens of each cluster at the start and at the end, by their places. */
  readonly clusters: {
    readonly start: readonly (readonly number[])[];
    readonly end: readonly (readonly number[])[];
  };
  readonly attractor: Attractor;
}

export interface LayerContext {
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

/** What moves the tokens of a text. */
export interface Mover {
  /** f(x), an Euler step of which, or the flow, is taken. */
  velocity(x: Float64Array): Float64Array;
  /** The layer itself, or with the part alone. */
  once(x: Float64Array): Float64Array;
  readonly width: number;
}

/**
 * A layer of a model alone, from its own frame of the text on. Throws InputError for a model that is a flow, a layer
 * that it does not have and a tolerance that its precision cannot serve, and as `fillBlank` for the text.
 */
export function layerFlow(
  model: LanguageModel,
  text: string,
  options: LayerFlowOptions = {},
  { signal, onProgress }: LayerContext = {},
): LayerFlow {
  const settings = parseOptions(layerFlowSchema, options);
  const network = asNetwork(model, 'a layer alone');
  check(network, settings);
  const layout = model.layOut(text, settings.coupling);
  const ids = layout.tokens.map(({ id }) => id);
  const places = placesIn(network, layout);
  const { states } = network.run(ids, places);
  const mover = moverOf(network, network.layersFor(ids.length, places), settings, ids.length);
  const start = Float64Array.from(states[settings.layer - 1].data);
  const followed = follow(mover, start, settings, { signal, onProgress });
  const { layers, placement } = network.architecture;
  return {
    model: model.name,
    text,
    precision: network.precision,
    layer: settings.layer,
    block: layers[settings.layer - 1].block,
    part: settings.part,
    scheme: settings.scheme,
    velocity: equationOf(settings.part, placement === 'post'),
    settings,
    tokens: layout.tokens.map(({ text: own }) => own),
    ...followed,
  };
}

/** From a start on, by what moves it. */
export function follow(
  mover: Mover,
  start: Float64Array,
  settings: Asked,
  { signal, onProgress }: LayerContext = {},
): Pick<
  LayerFlow,
  'ended' | 'time' | 'reason' | 'steps' | 'rejected' | 'frames' | 'clusters' | 'attractor'
> {
  const frames: LayerFrame[] = [];
  const tell = (time: number, x: Float64Array) => {
    frames.push(frameOf(x, time, mover, settings, frames.length));
    onProgress?.(time, settings.time);
  };
  const run = settings.scheme === 'layer' ? repeated : flowed;
  const { state, ...reached } = run(mover, start, settings, tell, () => signal?.throwIfAborted());
  if (frames.at(-1)?.time !== reached.time) tell(reached.time, state);
  return {
    ...reached,
    frames,
    clusters: {
      start: clustersOf(start, mover.width, settings.angle),
      end: clustersOf(state, mover.width, settings.angle),
    },
    attractor: attractorOf({ frames, reached: { state, ...reached }, settings, mover }),
  };
}

function check({ architecture, precision }: Network, { layer, tolerance, scheme }: Asked): void {
  const { layers, family } = architecture;
  if (layer > layers.length)
    throw new InputError(
      'layer',
      `layer ${layer} is not there: this ${family} has layers 1 to ${layers.length}`,
    );
  if (scheme === 'dopri5') checkTolerance('tolerance', tolerance, precision);
}

/** About how many products of a weight and a number each token takes. */
export function layerWork(
  { weights }: Network,
  { layer, scheme, time, maximumSteps }: Asked,
): number {
  const own = weights.layers[layer - 1];
  if (!own) return 0;
  const { query, key, value, output, gate, up, down } = own;
  const size = sumOf(
    [query, key, value, output, gate, up, down].map((map) => map?.weight.data.length ?? 0),
  );
  // six velocities a step of dopri5; and as much again where a return is looked for
  return size * (scheme === 'layer' ? time : 12 * maximumSteps);
}

const STEPS: Readonly<Record<LayerPart, Steps>> = {
  both: {},
  attention: { mlp: 0 },
  mlp: { attention: 0 },
};

function moverOf(
  { architecture, precision }: Network,
  layers: NetworkLayers,
  { layer, part }: Asked,
  n: number,
): Mover {
  const { width, placement } = architecture;
  const tensorOf = (x: Float64Array): Tensor => ({
    shape: [n, width],
    data: precision === 'float32' ? Float32Array.from(x) : x,
  });
  const once = (x: Float64Array) =>
    Float64Array.from(layers.advanced(tensorOf(x), layer, [STEPS[part]]).data);
  const parts: readonly Part[] = part === 'both' ? PARTS : [part];
  const velocity = (x: Float64Array) => {
    const out = new Float64Array(x.length);
    if (placement === 'post') {
      const next = once(x);
      for (let i = 0; i < out.length; i++) out[i] = next[i] - x[i];
      return out;
    }
    for (const own of parts) {
      const { data } = layers.velocity(layer, own, tensorOf(x));
      for (let i = 0; i < out.length; i++) out[i] += data[i];
    }
    return out;
  };
  return { velocity, once, width };
}

function equationOf(part: LayerPart, post: boolean): string {
  if (post)
    return part === 'both' ? 'layer(x) − x' : `layer(x) − x, of the layer with its ${part} alone`;
  return part === 'both' ? 'attention(x) + mlp(x)' : `${part}(x)`;
}

type Told = (time: number, x: Float64Array) => void;

function flowed(
  mover: Mover,
  start: Float64Array,
  settings: Asked,
  tell: Told,
  onStep: () => void,
) {
  const { time: end, tolerance, maximumSteps, moments } = settings;
  const times = timesOf(end, moments);
  return flowAsFarAsItGoes(
    problemOf(mover, start.length),
    start,
    { scheme: 'dopri5', tolerance, maximumSteps, end, times },
    ({ time, state, saved }) => {
      if (saved) tell(time, state);
    },
    onStep,
  );
}

const problemOf = ({ velocity }: Pick<Mover, 'velocity'>, size: number) => ({
  size,
  velocity: (_: number, x: Float64Array, out: Float64Array) => out.set(velocity(x)),
});

/** 0 … end, closer at first: t + 1 grows by one factor. */
const timesOf = (end: number, moments: number): number[] =>
  Array.from({ length: moments + 1 }, (_, k) =>
    k === moments ? end : pow(1 + end, k / moments) - 1,
  );

/** Told at whole times near those of the flow. */
function repeated(
  mover: Mover,
  start: Float64Array,
  settings: Asked,
  tell: Told,
  onStep: () => void,
) {
  const times = Math.max(1, Math.round(settings.time));
  const told = new Set(timesOf(times, settings.moments).map(Math.round));
  let x = start;
  tell(0, x);
  for (let step = 1; step <= times; step++) {
    onStep();
    const next = mover.once(x);
    // squares of numbers, too, are to be had
    if (!Number.isFinite(norm(next)))
      return {
        ...{ ended: false, time: step - 1, state: x, steps: step - 1, rejected: 0 },
        reason: `repeated ${step} times the layer gives values that are not finite`,
      };
    x = next;
    if (told.has(step)) tell(step, x);
  }
  return { ended: true, time: times, state: x, reason: null, steps: times, rejected: 0 };
}

function frameOf(
  x: Float64Array,
  time: number,
  mover: Mover,
  settings: Asked,
  place: number,
): LayerFrame {
  const { angle, scheme } = settings;
  const { width } = mover;
  const points = matrix(x.length / width, width, x);
  const next = scheme === 'layer' ? mover.once(x) : mover.velocity(x);
  const moved = scheme === 'layer' ? next.map((value, i) => value - x[i]) : next;
  const lengths: number[] = [];
  const motions: Motion[] = [];
  for (let i = 0; i < points.rows; i++) {
    const [own, by] = [row(points, i), moved.subarray(i * width, (i + 1) * width)];
    const [length, speed] = [norm(own), norm(by)];
    const along = dot(own, by) / length;
    // against rounding where all is along
    const across = Math.sqrt(Math.max(0, speed * speed - along * along));
    lengths.push(length);
    motions.push({ speed: speed / length, turning: speed === 0 ? 0 : across / speed });
  }
  const sorted = [...lengths].sort((a, b) => a - b);
  return {
    time,
    norms: { least: sorted[0], median: median(sorted), most: sorted[sorted.length - 1] },
    cosine: meanCosine(x, width),
    clusters: clustersOf(x, width, angle).length,
    chance: clustersAgainstChance(directionsOf(x, width), settings, place),
    speed: Math.max(...motions.map(({ speed }) => speed)),
    turning: Math.max(...motions.map(({ turning }) => turning)),
  };
}

/** Directions, by rows of length 1. */
function directionsOf(x: Float64Array, width: number) {
  const out = matrix(x.length / width, width, x.slice());
  for (let i = 0; i < out.rows; i++) {
    const own = row(out, i);
    const length = norm(own);
    for (let c = 0; c < width; c++) own[c] /= length;
  }
  return out;
}

const clustersOf = (x: Float64Array, width: number, angle: number) =>
  clustersAt(dendrogram(directionsOf(x, width)), angle);

function meanCosine(x: Float64Array, width: number): number | null {
  const points = directionsOf(x, width);
  const cosines: number[] = [];
  for (let i = 0; i < points.rows; i++)
    for (let j = 0; j < i; j++) cosines.push(dot(row(points, i), row(points, j)));
  return cosines.length === 0 ? null : mean(cosines);
}
