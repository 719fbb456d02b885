/**
 * What a model knows of a world whose law is known, written by `evaluationToJson`. Every number is over texts
 * drawn from a stream of random numbers that training never uses.
 */
import { counted } from '../../numerics/counted.ts';
import { firstStreams } from '../../numerics/random.ts';
import { mean } from '../../numerics/statistics.ts';
import type { OwnModel } from '../own-model.ts';
import { logProbability } from '../world/derive.ts';
import { exactEntropy } from '../world/entropy.ts';
import type { World } from '../world/grammar.ts';
import { sampleText } from '../world/sample.ts';
import { type BaselineCosts, baselineCosts, baselineRecord } from './baselines.ts';
import { type BlankResult, evaluateBlank } from './blanks.ts';
import { textLoss, uniformAttention } from './causal.ts';
import { estimate, lossRecord } from './estimates.ts';
import { nextWordDivergences } from './next-words.ts';
import { EVALUATION_DEFAULTS, type EvaluationSettings } from './settings.ts';

/** Streams of random numbers, apart from those of training by their first seed. */
const STREAM = { texts: 1, blanks: 2, baseline: 3 } as const;

/** Runs the whole evaluation; `onStage` names each part as it begins. */
export function evaluateModel(
  model: OwnModel,
  world: World,
  settings: EvaluationSettings = EVALUATION_DEFAULTS,
  onStage: (stage: string) => void = () => {},
) {
  const stream = firstStreams(settings.seed, STREAM.texts);
  const texts = Array.from({ length: settings.texts }, () => sampleText(world, stream).text);
  const few = texts.slice(0, settings.depthTexts);
  const { depth } = model.config;
  onStage(`loss of ${counted(texts.length, 'text')} at L = ${depth}`);
  const losses = texts.map((text) => textLoss(model, text, depth));
  onStage('the law of the grammar');
  const exact = texts.map((text) => -logProbability(world, text, { complete: true }));
  const fewLosses = losses.slice(0, few.length);
  const depths = Object.fromEntries(
    settings.depths.map((other) => {
      onStage(`loss of ${counted(few.length, 'text')} at depth ${other}`);
      const at = other === depth ? fewLosses : few.map((text) => textLoss(model, text, other));
      return [other, lossRecord(at)];
    }),
  );
  onStage('attention taken away');
  const hooks = uniformAttention(model);
  const uniform = few.map((text) => textLoss(model, text, depth, hooks));
  onStage('next words');
  const divergences = texts
    .slice(0, settings.nextWordTexts)
    .flatMap((text) => nextWordDivergences(model, world, text, depth));
  onStage(`${settings.blankTexts} blanks`);
  const blankStream = firstStreams(settings.seed, STREAM.blanks);
  const blanks = texts
    .slice(0, settings.blankTexts)
    .map((text) => evaluateBlank(model, world, text, depth, blankStream));
  onStage('baselines');
  return {
    model: model.config.name,
    corpus: world.name,
    texts: texts.length,
    exactEntropy: exactEntropy(world),
    ...lossRecord(losses),
    excess: estimate(losses.map(({ nats }, i) => nats - exact[i])),
    depths,
    uniformAttention: lossRecord(uniform),
    lensAtLayer0: estimate(fewLosses.map(({ natsAtStart }) => natsAtStart)),
    nextWords: { places: divergences.length, kl: estimate(divergences) },
    blanks: blankRecord(blanks),
    baselines: baselineRecord(baselines(model, world, texts, settings), losses),
  };
}

export type Evaluation = ReturnType<typeof evaluateModel>;

function blankRecord(blanks: readonly BlankResult[]) {
  const within = (top: number) => mean(blanks.map(({ rank }) => (rank <= top ? 1 : 0)));
  return {
    texts: blanks.length,
    totalVariation: estimate(blanks.map(({ totalVariation }) => totalVariation)),
    nats: estimate(blanks.map(({ nats }) => nats)),
    top1: within(1),
    top5: within(5),
    top10: within(10),
    mrr: mean(blanks.map(({ rank }) => 1 / rank)),
  };
}

/** Unigram and interpolated modified Kneser–Ney 5-gram on the same tokens. */
function baselines(
  { tokenizer }: OwnModel,
  world: World,
  texts: readonly string[],
  { seed, baselineTexts }: EvaluationSettings,
): BaselineCosts {
  const stream = firstStreams(seed, STREAM.baseline);
  const training = Array.from({ length: baselineTexts }, () => sampleText(world, stream).text);
  return baselineCosts(tokenizer, training, texts);
}
