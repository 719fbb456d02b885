/**
 * What a model knows of a world whose law is known: `evaluate --json`. Every number is over texts
 * drawn from a stream of random numbers that training never uses.
 */
import { z } from 'zod';
import { parseOptions, wholeNumber } from '../../numerics/options.ts';
import { random } from '../../numerics/random.ts';
import { mean } from '../../numerics/statistics.ts';
import type { LanguageModel } from '../checkpoint.ts';
import { trainKneserNey } from '../kneser-ney.ts';
import type { Depth } from '../transformer.ts';
import { logProbability } from '../world/derive.ts';
import { exactEntropy } from '../world/entropy.ts';
import type { World } from '../world/grammar.ts';
import { sampleText } from '../world/sample.ts';
import { type BlankResult, evaluateBlank } from './blanks.ts';
import { type TextLoss, textLoss, withUniformAttention } from './causal.ts';
import { nextWordDivergences } from './next-words.ts';

export interface EvaluationSettings {
  readonly seed: number;
  /** Texts for the loss at the model's own depth, and for the 5-gram. */
  readonly texts: number;
  /** Texts for every other depth, and for the losses with something taken away. */
  readonly depthTexts: number;
  readonly depths: readonly Depth[];
  readonly nextWordTexts: number;
  readonly blankTexts: number;
  /** Texts that the 5-gram is trained on. */
  readonly baselineTexts: number;
}

export const EVALUATION_DEFAULTS: EvaluationSettings = {
  seed: 20261123,
  texts: 1000,
  depthTexts: 200,
  depths: [4, 6, 8, 16, 32, 64, 'ode'],
  nextWordTexts: 200,
  blankTexts: 500,
  baselineTexts: 100_000,
};

/** Streams of random numbers, apart from those of training by their first seed. */
const STREAM = { texts: 1, blanks: 2, baseline: 3 } as const;

/** A mean with its standard error. */
export interface Estimate {
  readonly mean: number;
  readonly standard_error: number;
}

export function estimate(values: readonly number[]): Estimate {
  const average = mean(values);
  const squares = values.reduce((sum, value) => sum + (value - average) ** 2, 0);
  return {
    mean: average,
    standard_error: Math.sqrt(squares / Math.max(1, values.length - 1) / values.length),
  };
}

/** Runs the whole evaluation; `onStage` names each part as it begins. */
export function evaluateModel(
  model: LanguageModel,
  world: World,
  settings: EvaluationSettings = EVALUATION_DEFAULTS,
  onStage: (stage: string) => void = () => {},
) {
  const stream = random(settings.seed, STREAM.texts);
  const texts = Array.from({ length: settings.texts }, () => sampleText(world, stream).text);
  const few = texts.slice(0, settings.depthTexts);
  const { depth } = model.config;
  onStage(`loss of ${texts.length} texts at L = ${depth}`);
  const losses = texts.map((text) => textLoss(model, text, depth));
  onStage('the law of the grammar');
  const exact = texts.map((text) => -logProbability(world, text, { complete: true }));
  const fewLosses = losses.slice(0, few.length);
  const depths = Object.fromEntries(
    settings.depths.map((other) => {
      onStage(`loss of ${few.length} texts at depth ${other}`);
      const at = other === depth ? fewLosses : few.map((text) => textLoss(model, text, other));
      return [other, lossRecord(at)];
    }),
  );
  onStage('attention taken away');
  const uniform = few.map((text) => textLoss(withUniformAttention(model), text, depth));
  onStage('next words');
  const divergences = texts
    .slice(0, settings.nextWordTexts)
    .flatMap((text) => nextWordDivergences(model, world, text, depth));
  onStage(`${settings.blankTexts} blanks`);
  const blankStream = random(settings.seed, STREAM.blanks);
  const blanks = texts
    .slice(0, settings.blankTexts)
    .map((text) => evaluateBlank(model, world, text, depth, blankStream));
  onStage('baselines');
  return {
    model: model.config.name,
    corpus: world.name,
    texts: texts.length,
    exact_entropy: exactEntropy(world),
    ...lossRecord(losses),
    excess: estimate(losses.map(({ nats }, i) => nats - exact[i])),
    depths,
    uniform_attention: lossRecord(uniform),
    lens_at_layer_0: estimate(fewLosses.map(({ natsAtStart }) => natsAtStart)),
    next_words: { places: divergences.length, kl: estimate(divergences) },
    blanks: blankRecord(blanks),
    baselines: baselines(model, world, texts, settings),
  };
}

export type Evaluation = ReturnType<typeof evaluateModel>;

export function lossRecord(losses: readonly TextLoss[]) {
  const total = (pick: (loss: TextLoss) => number) =>
    losses.reduce((sum, loss) => sum + pick(loss), 0);
  const nats = total((loss) => loss.nats);
  const perText = estimate(losses.map((loss) => loss.nats));
  return {
    nats_per_text: perText.mean,
    standard_error: perText.standard_error,
    nats_per_token: nats / total((loss) => loss.tokens),
    bits_per_byte: nats / Math.LN2 / total((loss) => loss.bytes),
  };
}

function blankRecord(blanks: readonly BlankResult[]) {
  const within = (top: number) => mean(blanks.map(({ rank }) => (rank <= top ? 1 : 0)));
  return {
    texts: blanks.length,
    total_variation: estimate(blanks.map(({ totalVariation }) => totalVariation)),
    nats: estimate(blanks.map(({ nats }) => nats)),
    top1: within(1),
    top5: within(5),
    top10: within(10),
    mrr: mean(blanks.map(({ rank }) => 1 / rank)),
  };
}

/** Unigram and interpolated modified Kneser–Ney 5-gram on the same tokens. */
function baselines(
  { tokenizer }: LanguageModel,
  world: World,
  texts: readonly string[],
  { seed, baselineTexts }: EvaluationSettings,
) {
  const stream = random(seed, STREAM.baseline);
  const training = Array.from({ length: baselineTexts }, () =>
    tokenizer.encodeIds(sampleText(world, stream).text),
  );
  const held = texts.map((text) => tokenizer.encodeIds(text));
  const loss = (order: number) => {
    const ngram = trainKneserNey(training, { order, vocabularySize: tokenizer.size });
    return { nats_per_text: mean(held.map((ids) => -ngram.logProbability(ids))) };
  };
  return { unigram: loss(1), kneser_ney_5: loss(5) };
}

const settingsSchema = z.strictObject({
  texts: wholeNumber(1, 1_000_000).optional(),
  seed: z.int().optional(),
});

/** The default settings, or with as many texts as asked for; the slow parts take no more than by default. */
export function evaluationSettings(options: unknown): EvaluationSettings {
  const { texts = EVALUATION_DEFAULTS.texts, seed = EVALUATION_DEFAULTS.seed } = parseOptions(
    settingsSchema,
    options,
  );
  const most = (count: number) => Math.min(count, texts);
  return {
    ...EVALUATION_DEFAULTS,
    seed,
    texts,
    depthTexts: most(EVALUATION_DEFAULTS.depthTexts),
    nextWordTexts: most(EVALUATION_DEFAULTS.nextWordTexts),
    blankTexts: most(EVALUATION_DEFAULTS.blankTexts),
  };
}
