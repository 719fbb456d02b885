/**
 * What a trained flow map says about its output: a cloud of perturbed sentences goes through the flow μ_0 → μ_T
 * of their particles. How far apart do they end, and which perturbations does the answer notice? What is changed:
 * cloud.ts; how fast the fastest change grows: stretching.ts.
 */
import { z } from 'zod';
import type { Float64Tensor } from '../../engines/tensor.ts';
import { asMatrix } from '../../engines/tensor.ts';
import type { FlowModel } from '../../language/flow-model.ts';
import { type Layout, layOut } from '../../language/layout.ts';
import { couplingSchema, depthSchema } from '../../language/options.ts';
import {
  couplingHooks,
  couplingMask,
  flow,
  tokenProbabilities,
} from '../../language/transformer.ts';
import { type Matrix, row } from '../../numerics/matrix.ts';
import { numberBetween, parseOptions, wholeNumber } from '../../numerics/options.ts';
import { random } from '../../numerics/random.ts';
import { median, rankCorrelation, totalVariation } from '../../numerics/statistics.ts';
import { argmax, largestOf } from '../../numerics/vectors.ts';
import { YIELD_INTERVAL, yieldToEvents } from '../../numerics/yielding.ts';
import { assignmentDistance } from '../../transport/assignment.ts';
import { squaredDistances } from '../../transport/measure.ts';
import { along, ownStart, perturbedStarts, type Start } from './cloud.ts';
import { type Stretching, stretchingAt } from './stretching.ts';

export const perturbationSchema = z.strictObject({
  depth: depthSchema.optional(),
  coupling: couplingSchema.optional(),
  draws: wholeNumber(1, 100).default(3).describe('Perturbations of each kind at each place'),
  angles: z
    .array(numberBetween(1e-6, 3), { error: 'expected angles such as [0.01, 0.1]' })
    .min(1)
    .default([0.01, 0.1, 0.3])
    .describe('Of the noise: how far every particle is turned, in radians'),
  fastest: z
    .boolean({ error: 'expected true or false' })
    .default(false)
    .describe(
      'Seeks the perturbation that grows fastest, by n · d more runs, one for every coordinate of every token',
    ),
  seed: wholeNumber(0, 2 ** 31)
    .default(1)
    .describe('Of the perturbations'),
});

/** How the sentence is read, and which perturbations of it are drawn; angles in radians. */
export type PerturbationOptions = z.input<typeof perturbationSchema>;

export interface Perturbation extends Omit<Start, 'start'> {
  /** W_2 to the sentence as it was, at every layer: L + 1 numbers, in chords. */
  readonly distances: readonly number[];
  /** W_2(μ_T, μ_T') / W_2(μ_0, μ_0') */
  readonly ratio: number;
  /** Total variation between the two distributions of the answer's first token. */
  readonly answerChange: number;
  /** The likeliest first token. */
  readonly answer: string;
}

/**
 * How far a cloud of perturbed sentences ends from the sentence, and what the answer notices; W_2 in chords.
 */
export interface PerturbationLimit {
  readonly model: string;
  readonly text: string;
  readonly coupling: string;
  readonly depth: number | 'ode';
  readonly settings: z.output<typeof perturbationSchema>;
  readonly answer: string;
  readonly tokens: readonly string[];
  readonly perturbations: readonly Perturbation[];
  /** The largest ratio over pairs of the cloud: a lower bound of the Lipschitz constant of μ_0 → μ_T. */
  readonly lipschitz: number;
  /** Over the same pairs. */
  readonly medianRatio: number;
  /** Pairs with a positive distance at the start: all, or so many drawn of them. */
  readonly pairs: number;
  /** Rank correlation (Spearman) of W_2 at the end with the change of the answer. */
  readonly correlation: number;
  /** The derivative of the flow map at the text; null unless the fastest perturbation was sought. */
  readonly stretching: Stretching | null;
}

export interface PerturbationContext {
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

/**
 * Sends a text and its perturbations through the flow. W_2 is exact, with the chord as the distance of two
 * particles. Throws InputError or LimitError as `fillBlank` and `perturbedStarts`, and the signal's reason.
 */
export async function perturbationLimit(
  model: FlowModel,
  text: string,
  options: PerturbationOptions = {},
  context: PerturbationContext = {},
): Promise<PerturbationLimit> {
  const settings = parseOptions(perturbationSchema, options);
  const layout = layOut(model, text, settings.coupling);
  const depth = settings.depth ?? model.config.depth;
  const start = ownStart(model, layout);
  const starts = perturbedStarts(model, layout, settings);
  const more = settings.fastest ? 1 + start.data.length + settings.angles.length : 0;
  const framesOf = runner(model, layout, depth, { ...context, total: 1 + starts.length + more });
  const runOf = async (start: Float64Tensor) => withAnswer(model, layout, await framesOf(start));
  const own = await runOf(start);
  const map = async (near: Float64Tensor) => lastOf(await framesOf(near));
  const answer = { readAt: layout.readAt, probabilities: own.answers };
  const found = settings.fastest ? await stretchingAt(model, start, { map, depth }, answer) : null;
  const all = found ? [...starts, ...along(start, found.fastest, settings.angles)] : starts;
  const runs: Run[] = [];
  for (const one of all) runs.push(await runOf(one.start));
  const perturbations = all.map((one, i) => told(model, one, own, runs[i]));
  return {
    model: model.config.name,
    text,
    coupling: layout.coupling,
    depth,
    settings,
    answer: bestOf(model, own.answers),
    tokens: layout.tokens.map((token) => token.text),
    perturbations,
    ...overPairs([own, ...runs], settings.seed),
    correlation: rankCorrelation(
      perturbations.map(({ distances }) => distances.at(-1) as number),
      perturbations.map(({ answerChange }) => answerChange),
    ),
    stretching: found?.stretching ?? null,
  };
}

function told(model: FlowModel, { start: _, ...change }: Start, own: Run, run: Run): Perturbation {
  const distances = own.frames.map((frame, k) => w2(frame, run.frames[k]));
  return {
    ...change,
    distances,
    ratio: (distances.at(-1) as number) / distances[0],
    answerChange: totalVariation(own.answers, run.answers),
    answer: bestOf(model, run.answers),
  };
}

interface Run {
  /** [n, d], L + 1 of them. */
  readonly frames: readonly Matrix[];
  /** p of every token at the answer's first place. */
  readonly answers: Float64Array;
}

const lastOf = (frames: readonly Matrix[]): Matrix => frames[frames.length - 1];

/** The layers of any start; the signal is looked at and runs are counted before each. */
function runner(
  model: FlowModel,
  { coupling, tokens }: Layout,
  depth: number | 'ode',
  { signal, onProgress, total }: PerturbationContext & { readonly total: number },
): (start: Float64Tensor) => Promise<Matrix[]> {
  const mask = couplingMask(coupling, tokens.length);
  const hooks = couplingHooks(coupling);
  let [done, yielded] = [0, 0];
  return async (start) => {
    if (performance.now() - yielded > YIELD_INTERVAL) {
      await yieldToEvents();
      yielded = performance.now();
    }
    signal?.throwIfAborted();
    onProgress?.(++done, total);
    const frames = flow(model, start, mask, depth, hooks);
    return Array.from(frames, ({ positions }) => asMatrix(positions));
  };
}

function withAnswer(model: FlowModel, { readAt }: Layout, frames: Matrix[]): Run {
  return { frames, answers: tokenProbabilities(model, row(lastOf(frames), readAt)) };
}

/** W_2 of the two empirical measures. */
const w2 = (x: Matrix, y: Matrix) => assignmentDistance(squaredDistances(x, y), 2);

function bestOf({ tokenizer }: FlowModel, p: Float64Array): string {
  const best = argmax(p);
  return tokenizer.decode([best]).trim();
}

/** More pairs than these are drawn from: two assignments each, of n³ operations and more. */
const mostPairs = (n: number) => Math.min(5000, Math.max(100, Math.round(5e8 / (n * n * n))));
/** Tells this stream apart from others of the same seed. */
const STREAM = 0x9e28;

function overPairs(runs: readonly Run[], seed: number) {
  const most = mostPairs(lastOf(runs[0].frames).rows);
  const ratios = pairsOf(runs.length, most, seed).flatMap(([i, j]) => {
    const begin = w2(runs[i].frames[0], runs[j].frames[0]);
    return begin > 0 ? [w2(lastOf(runs[i].frames), lastOf(runs[j].frames)) / begin] : [];
  });
  return {
    lipschitz: largestOf(ratios, 0),
    medianRatio: median(ratios),
    pairs: ratios.length,
  };
}

/** All pairs, or where there are too many those with the first and others that are drawn. */
function pairsOf(count: number, most: number, seed: number): (readonly [number, number])[] {
  const others = Array.from({ length: count - 1 }, (_, i) => i + 1);
  if ((count * (count - 1)) / 2 <= most)
    return [0, ...others].flatMap((i) => others.filter((j) => j > i).map((j) => [i, j] as const));
  const { integer } = random(seed, STREAM);
  const drawn = Array.from({ length: most }, () => {
    const i = integer(count);
    return [i, (i + 1 + integer(count - 1)) % count] as const;
  });
  return [...others.map((j) => [0, j] as const), ...drawn];
}
