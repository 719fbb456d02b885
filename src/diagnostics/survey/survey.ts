/**
 * What can be said of the states of real models, frame by frame: which tokens are sinks; cosines, effective ranks and
 * clusters with all tokens and without the sinks, of the directions as they are and centred; clusters against chance.
 * Plain data; tables and figures: report.ts.
 */
import { z } from 'zod';
import { atan2, exp } from '../../numerics/elementary.ts';
import { InputError } from '../../numerics/errors.ts';
import { type Matrix, matrix } from '../../numerics/matrix.ts';
import { parseOptions, wholeNumber } from '../../numerics/options.ts';
import { type Random, random } from '../../numerics/random.ts';
import { gram } from '../../numerics/spectrum.ts';
import { entropy, histogram, mean, median } from '../../numerics/statistics.ts';
import {
  symmetricEigenvalues,
  tridiagonal,
  tridiagonalEigenvalues,
} from '../../numerics/tridiagonal.ts';
import { type Dendrogram, type HeightsFrom, singleLinkage } from '../clusters.ts';
import { angleRange, longest, type Plateau } from '../plateau.ts';
import { selectRows } from '../sample.ts';
import { centred, directionsOf, meanOf } from './directions.ts';
import { receivedAttention, type Sink, sinksOf } from './sinks.ts';
import { heightsOf, hubOf, surrogateHeights, surrogateOf } from './surrogates.ts';

const above = { error: 'expected a number above 0' };

export const surveySchema = z.strictObject({
  sinkNorm: z
    .number(above)
    .positive(above)
    .default(10)
    .describe('A sink’s norm is over so many times the median of its frame'),
  sinkAttention: z
    .number(above)
    .positive(above)
    .default(5)
    .describe('Or it receives over so many times 1/n of the attention of all later rows'),
  surrogates: wholeNumber(0, 1000)
    .default(20)
    .describe('Clouds of the same mean and spectrum, against which clusters are counted, a frame'),
  seed: wholeNumber(0, 2 ** 31)
    .default(1)
    .describe('Of the surrogates'),
});

/** What a sink is, and how many surrogates clusters are held against. */
export type SurveyOptions = z.input<typeof surveySchema>;
export type SurveySettings = z.output<typeof surveySchema>;

/**
 * Clusters of directions by single linkage, where they last longest between two merges, and how unusual that is. All
 * tokens apart, and all in one, are no clusters here.
 */
export interface ClusterFinding {
  /** 2 … n − 1; single tokens are clusters too. */
  readonly count: number;
  /** The merges between which they last, in radians; closer than 0.01 is one. */
  readonly from: number;
  readonly to: number;
  /** Largest ratio to/from in the surrogates; null without any. */
  readonly chance: { readonly mean: number; readonly most: number } | null;
  /** (1 + surrogates whose ratio is as large) / (1 + surrogates); null without any. */
  readonly unusual: number | null;
}

/** Numbers of a cloud of directions; null where there are no pairs. */
export interface CloudNumbers {
  /** Mean and least of ⟨u_i, u_j⟩ over i < j. */
  readonly cosineMean: number | null;
  readonly cosineMin: number | null;
  /** e to the entropy of the singular values over their sum (Roy and Vetterli 2007), uncentred. */
  readonly effectiveRank: number | null;
  /** (Σ σ²)² / Σ σ⁴ of the same. */
  readonly participationRatio: number | null;
  readonly clusters: ClusterFinding | null;
}

/** With all tokens, and without the sinks; the same where there are none. */
export interface BothNumbers {
  readonly all: CloudNumbers;
  readonly withoutSinks: CloudNumbers;
}

export interface SurveyFrame {
  readonly sinks: readonly Sink[];
  /** Largest norm of a state in units of the median. */
  readonly normRatio: number;
  /** The first token's share of the attention of all rows but its own, mean over heads; null without attention. */
  readonly firstAttention: number | null;
  /** Directions as they are. */
  readonly plain: BothNumbers;
  /** Centred by their own mean, or by that of the reference's frame; null for fewer than three tokens without one. */
  readonly centred: BothNumbers | null;
  /** Pairs by inner product, in `BINS` equal bins from −1 to 1: of directions as they are, and centred. */
  readonly histograms: {
    readonly plain: readonly number[];
    readonly centred: readonly number[] | null;
  };
  /** Of all tokens as they are; heights are angles in radians. */
  readonly tree: Dendrogram;
}

/** What was found, frame by frame. */
export interface Survey {
  readonly settings: SurveySettings;
  /** Whose mean direction was taken: the frame's own, or a reference's. */
  readonly centre: 'frame' | 'reference';
  readonly frames: readonly SurveyFrame[];
}

/** Of the histograms of inner products. */
export const BINS = 40;

export interface SurveyedFrame {
  /** [n, d] */
  readonly states: Matrix;
  /** [n, n] a head, of the layer that led here; null where there are none. */
  readonly heads: readonly Matrix[] | null;
  /** Of a reference text at the same place of the same model: [m, d]. */
  readonly reference?: Matrix;
}

/**
 * The survey of frames of one text. Throws InputError (field `frames`) for fewer than two tokens and for states of
 * length 0, (field `reference`) for references of another width.
 */
export function survey(frames: readonly SurveyedFrame[], options?: SurveyOptions): Survey {
  const settings = parseOptions(surveySchema, options);
  return {
    settings,
    centre: centreOf(frames),
    frames: frames.map((frame, k) => surveyFrame(frame, k, settings)),
  };
}

/** Where frames are surveyed: on other threads. */
export type SurveyElsewhere = (
  frame: SurveyedFrame,
  place: number,
  settings: SurveySettings,
) => Promise<SurveyFrame>;

/** The same, its frames surveyed elsewhere and together. */
export async function surveyBy(
  elsewhere: SurveyElsewhere,
  frames: readonly SurveyedFrame[],
  options?: SurveyOptions,
): Promise<Survey> {
  const settings = parseOptions(surveySchema, options);
  const found = await Promise.all(frames.map((frame, k) => elsewhere(frame, k, settings)));
  return { settings, centre: centreOf(frames), frames: found };
}

const centreOf = (frames: readonly SurveyedFrame[]) =>
  frames.some(({ reference }) => reference) ? 'reference' : 'frame';

/** Throws InputError for fewer than two tokens. */
export function checkPairs(tokens: number, field: string): void {
  if (tokens < 2)
    throw new InputError(
      field,
      `${tokens} token has no pairs: expected a text of two tokens at least`,
    );
}

/** Of one frame at its place, whose random numbers are its own. */
export function surveyFrame(
  { states, heads, reference }: SurveyedFrame,
  frame: number,
  settings: SurveySettings,
): SurveyFrame {
  checkPairs(states.rows, 'frames');
  if (reference && reference.columns !== states.columns)
    throw new InputError(
      'reference',
      `the reference has states of ${reference.columns} numbers, the text of ${states.columns}: expected the same model`,
    );
  const { directions, norms } = directionsOf(states, frame);
  const sinks = sinksOf(norms, heads, settings);
  const without = new Set(sinks.map(({ token }) => token));
  const kept = [...norms.keys()].filter((token) => !without.has(token));
  const centre = reference && meanOf(directionsOf(reference, frame).directions);
  const draws = (place: number) => random(settings.seed, frame, place);
  const both = (cosines: Matrix, among: boolean, place: number): BothNumbers => {
    if (sinks.length === 0) {
      const all = numbersOf(cosines, settings, draws(place));
      return { all, withoutSinks: all };
    }
    const rest = among ? pairsAmong(cosines, kept) : centredCosines(selectRows(directions, kept));
    const [rank, restRank] =
      among && sinks.length === 1 ? ranksBeside(cosines, sinks[0].token, kept) : [];
    return {
      all: numbersOf(cosines, settings, draws(place), rank),
      withoutSinks: numbersOf(rest, settings, draws(place + 1), restRank),
    };
  };
  const centredCosines = (cloud: Matrix) =>
    centre || cloud.rows > 2 ? gram(centred(cloud, centre)) : null;
  const cosines = gram(directions);
  const cosinesCentred = centredCosines(directions);
  return {
    sinks,
    normRatio: norms.reduce((most, value) => Math.max(most, value), 0) / median(norms),
    firstAttention: heads && heads.length > 0 ? receivedAttention(heads)[0] / states.rows : null,
    plain: both(cosines, true, 0),
    // by a mean of their own those without sinks have another one
    centred: cosinesCentred && both(cosinesCentred, centre !== undefined, 2),
    histograms: { plain: counted(cosines), centred: cosinesCentred && counted(cosinesCentred) },
    tree: treeOf(cosines),
  };
}

function pairsAmong({ rows: n, data }: Matrix, kept: readonly number[]): Matrix {
  const out = matrix(kept.length, kept.length);
  let next = 0;
  for (const i of kept) for (const j of kept) out.data[next++] = data[i * n + j];
  return out;
}

function pairsOf({ rows: n, data }: Matrix): Float64Array {
  const out = new Float64Array((n * (n - 1)) / 2);
  let next = 0;
  for (let i = 0; i < n; i++) for (let j = i + 1; j < n; j++) out[next++] = data[i * n + j];
  return out;
}

const counted = (cosines: Matrix): number[] => histogram(pairsOf(cosines), [-1, 1], BINS);

const NOTHING: CloudNumbers = {
  cosineMean: null,
  cosineMin: null,
  effectiveRank: null,
  participationRatio: null,
  clusters: null,
};

function numbersOf(
  cosines: Matrix | null,
  settings: SurveySettings,
  draws: Random,
  rank?: number,
): CloudNumbers {
  if (!cosines || cosines.rows < 2) return NOTHING;
  const pairs = pairsOf(cosines);
  const { rows: n, data } = cosines;
  let [squares, trace, least] = [0, 0, 1];
  for (let at = 0; at < data.length; at++) squares += data[at] * data[at];
  for (let i = 0; i < n; i++) trace += data[i * (n + 1)];
  for (let k = 0; k < pairs.length; k++) least = Math.min(least, pairs[k]);
  return {
    cosineMean: mean(pairs),
    cosineMin: least,
    effectiveRank: rank ?? rankOf(symmetricEigenvalues(cosines)),
    participationRatio: (trace * trace) / squares,
    clusters: clustersOf(cosines, settings, draws),
  };
}

/** Effective rank of points, by the eigenvalues of the products of their pairs. */
function rankOf(values: Float64Array): number {
  const floor =
    values.length * Number.EPSILON * values.reduce((most, value) => Math.max(most, value), 0);
  return exp(entropy(values.map((value) => (value > floor ? Math.sqrt(value) : 0))));
}

/** Of all points, and of all but one: three diagonals that begin with the one have those of the rest behind it. */
function ranksBeside(cosines: Matrix, one: number, others: readonly number[]): number[] {
  const { diagonal, beside } = tridiagonal(pairsAmong(cosines, [one, ...others]));
  const rest = { diagonal: diagonal.subarray(1), beside: beside.subarray(1) };
  return [{ diagonal, beside }, rest].map((three) => rankOf(tridiagonalEigenvalues(three)));
}

/**
 * Clusters of unit rows [n, d] against chance, as in a survey: the longest plateau between two merges, here and in
 * surrogates from streams of their own, told by `place`. Null for fewer than three rows.
 */
export function clustersAgainstChance(
  directions: Matrix,
  settings: Pick<SurveySettings, 'surrogates' | 'seed'>,
  place: number,
): ClusterFinding | null {
  if (directions.rows < 3) return null;
  return clustersOf(gram(directions), settings, random(settings.seed, place));
}

function clustersOf(
  cosines: Matrix,
  { surrogates }: Pick<SurveySettings, 'surrogates'>,
  draws: Random,
): ClusterFinding | null {
  const n = cosines.rows;
  const own = n < 3 ? null : plateauOf(heightsOf(cosines));
  if (!own || surrogates === 0) return own && { ...own, chance: null, unusual: null };
  const hub = hubOf(cosines, draws);
  const room = matrix(n, n);
  const ratios = Array.from({ length: surrogates }, () => {
    const drawn = plateauOf(surrogateHeights(surrogateOf(hub, draws, room)));
    return drawn.to / drawn.from;
  });
  const as = ratios.filter((ratio) => ratio >= own.to / own.from).length;
  return {
    ...own,
    chance: { mean: mean(ratios), most: Math.max(...ratios) },
    unusual: (1 + as) / (1 + surrogates),
  };
}

/** Heights are −cosines until they are merged: an angle needs an arc tangent. */
const heightsIn =
  ({ rows: n, data }: Matrix): HeightsFrom =>
  (one, others, out) => {
    for (let k = 0; k < others.length; k++) out[k] = -data[one * n + others[k]];
  };

/** Between the first merge and the last, of heights that are −cosines. */
function plateauOf(rising: Float64Array): Plateau {
  const { least } = angleRange;
  const heights = rising.map((height) => Math.max(least, angleOf(-height)));
  const plateaus = Array.from(
    heights.subarray(1),
    (to, k): Plateau => ({ count: rising.length - k, from: heights[k], to }),
  );
  return longest(plateaus);
}

const angleOf = (cosine: number) => atan2(Math.sqrt(Math.max(0, 1 - cosine * cosine)), cosine);

function treeOf(cosines: Matrix): Dendrogram {
  const { size, merges } = singleLinkage(cosines.rows, heightsIn(cosines));
  return { size, merges: merges.map((merge) => ({ ...merge, height: angleOf(-merge.height) })) };
}
