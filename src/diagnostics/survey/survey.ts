/**
 * What can be said of the states of real models, frame by frame: which tokens are sinks; cosines, effective ranks and
 * clusters with all tokens and without the sinks, of the directions as they are and centred; clusters against chance.
 * Plain data; tables and figures: report.ts.
 */
import { z } from 'zod';
import { atan2, exp } from '../../numerics/elementary.ts';
import { InputError } from '../../numerics/errors.ts';
import { type Matrix, matrix, product, row, transposed } from '../../numerics/matrix.ts';
import { parseOptions, wholeNumber } from '../../numerics/options.ts';
import { type Random, random } from '../../numerics/random.ts';
import { entropy, histogram, mean, median } from '../../numerics/statistics.ts';
import { symmetricEigenvalues } from '../../numerics/tridiagonal.ts';
import { type Dendrogram, singleLinkage } from '../clusters.ts';
import { angleRange, longest, type Plateau } from '../plateau.ts';
import { centred, directionsOf, meanOf } from './directions.ts';
import { receivedAttention, type Sink, sinksOf } from './sinks.ts';
import { cloudOf, cosinesOfGram, surrogateGram } from './surrogates.ts';

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

/** Columns that the fast product takes at once (numerics/product). */
const BLOCK = 8;

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
    centre: frames.some(({ reference }) => reference) ? 'reference' : 'frame',
    frames: frames.map((frame, k) => surveyed(frame, k, settings)),
  };
}

function surveyed(
  { states, heads, reference }: SurveyedFrame,
  frame: number,
  settings: SurveySettings,
): SurveyFrame {
  if (states.rows < 2)
    throw new InputError(
      'frames',
      `${states.rows} token has no pairs: expected a text of two tokens at least`,
    );
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
  const cosinesCentredOf = (cloud: Matrix) =>
    centre || cloud.rows > 2 ? cosinesOf(centred(cloud, centre)) : null;
  const draws = (place: number) => random(settings.seed, frame, place);
  const both = (cosines: Matrix, of: (cloud: Matrix) => Matrix | null, place: number) => {
    const all = numbersOf(cosines, settings, draws(place));
    if (sinks.length === 0) return { all, withoutSinks: all };
    const rest = of(rowsOf(directions, kept));
    return { all, withoutSinks: numbersOf(rest, settings, draws(place + 1)) };
  };
  const cosines = cosinesOf(directions);
  const cosinesCentred = cosinesCentredOf(directions);
  return {
    sinks,
    normRatio: norms.reduce((most, value) => Math.max(most, value), 0) / median(norms),
    firstAttention: heads && heads.length > 0 ? receivedAttention(heads)[0] / states.rows : null,
    plain: both(cosines, cosinesOf, 0),
    centred: cosinesCentred && both(cosinesCentred, cosinesCentredOf, 2),
    histograms: { plain: counted(cosines), centred: cosinesCentred && counted(cosinesCentred) },
    tree: treeOf(cosines),
  };
}

function rowsOf(all: Matrix, kept: readonly number[]): Matrix {
  const out = matrix(kept.length, all.columns);
  for (const [i, from] of kept.entries()) out.data.set(row(all, from), i * all.columns);
  return out;
}

/** ⟨u_i, u_j⟩ of unit rows. Rows of 0 fill up the blocks of the fast product, and are cut off again: the same bits. */
function cosinesOf(directions: Matrix): Matrix {
  const { rows: n, columns } = directions;
  const width = Math.ceil(n / BLOCK) * BLOCK;
  const filled = matrix(width, columns);
  filled.data.set(directions.data);
  const products = product(directions, transposed(filled));
  if (width === n) return products;
  const out = matrix(n, n);
  for (let i = 0; i < n; i++) out.data.set(row(products, i).subarray(0, n), i * n);
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

function numbersOf(cosines: Matrix | null, settings: SurveySettings, draws: Random): CloudNumbers {
  if (!cosines || cosines.rows < 2) return NOTHING;
  const pairs = pairsOf(cosines);
  const squares = cosines.data.reduce((sum, value) => sum + value * value, 0);
  const trace = cosines.data.reduce(
    (sum, value, at) => (at % (cosines.rows + 1) === 0 ? sum + value : sum),
    0,
  );
  return {
    cosineMean: mean(pairs),
    cosineMin: pairs.reduce((least, value) => Math.min(least, value), 1),
    effectiveRank: exp(entropy(spectrumOf(cosines))),
    participationRatio: (trace * trace) / squares,
    clusters: clustersOf(cosines, settings, draws),
  };
}

/** Singular values of points by the products of their pairs. */
function spectrumOf(cosines: Matrix): Float64Array {
  const values = symmetricEigenvalues(cosines);
  const floor =
    cosines.rows * Number.EPSILON * values.reduce((most, value) => Math.max(most, value), 0);
  return Float64Array.from(values, (value) => (value > floor ? Math.sqrt(value) : 0));
}

/** The longest plateau between two merges, here and in surrogates; null for fewer than three tokens. */
function clustersOf(
  cosines: Matrix,
  { surrogates }: SurveySettings,
  draws: Random,
): ClusterFinding | null {
  const own = plateauOf(treeOf(cosines));
  if (!own || surrogates === 0) return own && { ...own, chance: null, unusual: null };
  const cloud = cloudOf(cosines);
  const ratios = Array.from({ length: surrogates }, () => {
    const drawn = plateauOf(treeOf(cosinesOfGram(surrogateGram(cloud, draws))));
    return drawn ? drawn.to / drawn.from : 1;
  });
  const as = ratios.filter((ratio) => ratio >= own.to / own.from).length;
  return {
    ...own,
    chance: { mean: mean(ratios), most: Math.max(...ratios) },
    unusual: (1 + as) / (1 + surrogates),
  };
}

/** Between the first merge and the last. */
function plateauOf({ size, merges }: Dendrogram): Plateau | null {
  if (merges.length < 2) return null;
  const { least } = angleRange;
  const heights = merges.map(({ height }) => Math.max(least, height));
  const plateaus = heights
    .slice(1)
    .map((to, k): Plateau => ({ count: size - k - 1, from: heights[k], to }));
  return longest(plateaus);
}

const angleOf = (cosine: number) => atan2(Math.sqrt(Math.max(0, 1 - cosine * cosine)), cosine);

function treeOf({ rows: n, data }: Matrix): Dendrogram {
  const { merges } = singleLinkage(n, (i, j) => -data[i * n + j]);
  return { size: n, merges: merges.map((merge) => ({ ...merge, height: angleOf(-merge.height) })) };
}
