/**
 * What a trained flow map says about its output: a cloud of perturbed sentences goes through the flow μ_0 → μ_T
 * of their particles. How far apart do they end, and which perturbations does the answer notice? Finite
 * perturbations; infinitesimal ones are limits/tangent.
 */
import { z } from 'zod';
import type { Float64Tensor } from '../../engines/tensor.ts';
import { retract, tangent } from '../../geometry/sphere.ts';
import type { LanguageModel } from '../../language/checkpoint.ts';
import { type Layout, layOut } from '../../language/layout.ts';
import { couplingSchema, depthSchema } from '../../language/options.ts';
import {
  couplingChanges,
  couplingMask,
  embed,
  flow,
  tokenProbabilities,
} from '../../language/transformer.ts';
import { InputError } from '../../numerics/errors.ts';
import { type Matrix, matrix } from '../../numerics/matrix.ts';
import { numberBetween, parseOptions, wholeNumber } from '../../numerics/options.ts';
import { type Random, random } from '../../numerics/random.ts';
import { median, rankCorrelation } from '../../numerics/statistics.ts';
import { assignmentDistance } from '../../transport/assignment.ts';
import { squaredDistances } from '../../transport/measure.ts';

export const perturbationSchema = z.strictObject({
  depth: depthSchema.optional(),
  coupling: couplingSchema.optional(),
  draws: wholeNumber(1, 100).default(3).describe('Perturbations of each kind at each place'),
  angles: z
    .array(numberBetween(1e-6, 3), { error: 'expected angles such as [0.01, 0.1]' })
    .min(1)
    .default([0.01, 0.1, 0.3])
    .describe('Of the noise: how far every particle is turned, in radians'),
  seed: wholeNumber(0, 2 ** 31).default(1),
});

export type PerturbationOptions = z.input<typeof perturbationSchema>;

export interface Perturbation {
  readonly kind: 'noise' | 'token' | 'swap';
  /** What was done, in words. */
  readonly change: string;
  /** W_2 to the sentence as it was, at every layer: L + 1 numbers, in chords. */
  readonly distances: readonly number[];
  /** W_2(μ_T, μ_T') / W_2(μ_0, μ_0') */
  readonly ratio: number;
  /** Total variation between the two distributions of the answer's first token. */
  readonly answer_change: number;
  /** The likeliest first token. */
  readonly answer: string;
}

export interface PerturbationLimit {
  readonly model: string;
  readonly text: string;
  readonly coupling: string;
  readonly depth: number | 'ode';
  readonly settings: z.output<typeof perturbationSchema>;
  readonly answer: string;
  readonly tokens: readonly string[];
  readonly perturbations: readonly Perturbation[];
  /** The largest ratio over all pairs of the cloud: a lower bound of the Lipschitz constant of μ_0 → μ_T. */
  readonly lipschitz: number;
  /** Over all pairs. */
  readonly median_ratio: number;
  /** Pairs with a positive distance at the start. */
  readonly pairs: number;
  /** Rank correlation (Spearman) of W_2 at the end with the change of the answer. */
  readonly correlation: number;
}

export interface PerturbationContext {
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

/** Tells the streams of perturbations apart from others of the same seed. */
const STREAM = 0x9e27;

/**
 * Sends a text and its perturbations through the flow: every particle turned by a random small angle, one token
 * replaced by another of the vocabulary, two neighbours exchanged. W_2 is exact, with the chord as the distance of two
 * particles. Throws InputError or LimitError as `fillBlank`, and for a text with nothing to perturb.
 */
export async function perturbationLimit(
  model: LanguageModel,
  text: string,
  options: PerturbationOptions = {},
  { signal, onProgress }: PerturbationContext = {},
): Promise<PerturbationLimit> {
  const settings = parseOptions(perturbationSchema, options);
  const layout = layOut(model, text, settings.coupling);
  const depth = settings.depth ?? model.config.depth;
  const starts = [
    { kind: 'noise' as const, change: '', start: startOf(model, layout, idsOf(layout)) },
    ...perturbedStarts(model, layout, settings),
  ];
  const runs: Run[] = [];
  for (const { start } of starts) {
    await new Promise((resolve) => setTimeout(resolve));
    signal?.throwIfAborted();
    runs.push(runOf(model, layout, start, depth));
    onProgress?.(runs.length, starts.length);
  }
  const [own, ...others] = runs;
  const perturbations = others.map((run, i): Perturbation => {
    const distances = own.frames.map((frame, k) => distance(frame, run.frames[k]));
    const { kind, change } = starts[i + 1];
    return {
      ...{ kind, change, distances, ratio: (distances.at(-1) as number) / distances[0] },
      answer_change: variation(own.answers, run.answers),
      answer: bestOf(model, run.answers),
    };
  });
  return {
    ...{ model: model.config.name, text, coupling: layout.coupling, depth, settings },
    ...{ answer: bestOf(model, own.answers), tokens: layout.tokens.map((token) => token.text) },
    perturbations,
    ...overPairs(runs),
    correlation: rankCorrelation(
      perturbations.map(({ distances }) => distances.at(-1) as number),
      perturbations.map(({ answer_change }) => answer_change),
    ),
  };
}

interface Run {
  /** [n, d], L + 1 of them. */
  readonly frames: readonly Matrix[];
  /** p of every token at the answer's first place. */
  readonly answers: Float64Array;
}

type Start = Pick<Perturbation, 'kind' | 'change'> & { readonly start: Float64Tensor };

const idsOf = ({ tokens }: Layout) => tokens.map(({ id }) => id);

const startOf = (model: LanguageModel, { positions }: Layout, ids: readonly number[]) =>
  embed(model, ids, positions);

function perturbedStarts(
  model: LanguageModel,
  layout: Layout,
  { draws, angles, seed }: z.output<typeof perturbationSchema>,
): Start[] {
  const { tokens } = layout;
  const ids = idsOf(layout);
  const places = Array.from(tokens.keys()).filter((i) => !isSpecial(model, ids[i]));
  if (places.length === 0)
    throw new InputError(
      'text',
      'the text has no word that could be changed: write one beside the blank',
    );
  const own = startOf(model, layout, ids);
  const named = (i: number) => `“${tokens[i].text.trim()}”`;
  const noise = angles.flatMap((angle, a) =>
    Array.from({ length: draws }, (_, draw): Start => {
      const stream = random(seed, STREAM, 1, a, draw);
      return {
        kind: 'noise',
        change: `every token by ${angle} rad`,
        start: turned(own, angle, stream),
      };
    }),
  );
  const words = places.flatMap((i) =>
    Array.from({ length: draws }, (_, draw): Start => {
      const word = anotherWord(model, ids[i], random(seed, STREAM, 2, i, draw));
      const changed = ids.with(i, word);
      const change = `${named(i)} → “${model.tokenizer.decode([word]).trim()}”`;
      return { kind: 'token', change, start: startOf(model, layout, changed) };
    }),
  );
  const swaps = places.slice(1).flatMap((i, at): Start[] => {
    const before = places[at];
    if (before !== i - 1 || ids[i] === ids[before]) return [];
    const changed = ids.with(before, ids[i]).with(i, ids[before]);
    const change = `${named(before)} ↔ ${named(i)}`;
    return [{ kind: 'swap', change, start: startOf(model, layout, changed) }];
  });
  return [...noise, ...words, ...swaps];
}

function isSpecial({ tokenizer: { special } }: LanguageModel, id: number): boolean {
  return id === special.start || id === special.blank || id === special.end;
}

/** Another token of the same form: with or without a leading blank, letters only. */
function anotherWord({ tokenizer }: LanguageModel, id: number, stream: Random): number {
  const opens = tokenizer.decode([id]).startsWith(' ');
  for (;;) {
    const other = stream.integer(tokenizer.size - 3);
    const text = tokenizer.decodeStrict([other]) ?? '';
    if (other !== id && (opens ? /^ \p{L}{2,}$/u : /^\p{L}{2,}$/u).test(text)) return other;
  }
}

/** Every particle moved by the same angle in a random direction. */
function turned({ shape, data }: Float64Tensor, angle: number, stream: Random): Float64Tensor {
  const d = shape[shape.length - 1];
  const out = new Float64Array(data.length);
  for (let at = 0; at < data.length; at += d) {
    const x = data.subarray(at, at + d);
    const way = retract(
      tangent(
        x,
        Float64Array.from({ length: d }, () => stream.gaussian()),
      ),
    );
    out.set(
      x.map((value, k) => Math.cos(angle) * value + Math.sin(angle) * way[k]),
      at,
    );
  }
  return { shape, data: out };
}

function runOf(
  model: LanguageModel,
  layout: Layout,
  start: Float64Tensor,
  depth: number | 'ode',
): Run {
  const changes = couplingChanges(layout.coupling);
  const visible = couplingMask(layout.coupling, layout.tokens.length);
  const frames = Array.from(flow(model, start, visible, depth, changes), ({ positions }) =>
    matrix(positions.shape[0], positions.shape[1], positions.data),
  );
  const last = frames[frames.length - 1];
  const d = last.columns;
  const read = last.data.slice(layout.readAt * d, (layout.readAt + 1) * d);
  return { frames, answers: tokenProbabilities(model, read) };
}

/** W_2 of the two empirical measures. */
const distance = (x: Matrix, y: Matrix) => assignmentDistance(squaredDistances(x, y), 2);

/** ½ Σ |p − q| */
function variation(p: Float64Array, q: Float64Array): number {
  return p.reduce((sum, value, id) => sum + Math.abs(value - q[id]), 0) / 2;
}

function bestOf({ tokenizer }: LanguageModel, p: Float64Array): string {
  const best = p.reduce((found, value, id) => (value > p[found] ? id : found), 0);
  return tokenizer.decode([best]).trim();
}

function overPairs(runs: readonly Run[]) {
  const ratios = runs.flatMap((run, i) =>
    runs.slice(0, i).flatMap((other) => {
      const begin = distance(run.frames[0], other.frames[0]);
      const end = distance(
        run.frames[run.frames.length - 1],
        other.frames[other.frames.length - 1],
      );
      return begin > 0 ? [end / begin] : [];
    }),
  );
  return {
    lipschitz: ratios.reduce((most, ratio) => Math.max(most, ratio), 0),
    median_ratio: median(ratios),
    pairs: ratios.length,
  };
}
