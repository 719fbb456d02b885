/**
 * What a model knows of plain text of one language: nats per token and bits per byte of continuing
 * texts, and whole words for blanks, at every depth; beside n-grams on the same tokens. No law is known here, so there is nothing
 * exact to hold it against.
 */
import { counted } from '../../numerics/counted.ts';
import { InputError } from '../../numerics/errors.ts';
import { firstStreams } from '../../numerics/random.ts';
import type { Reading } from '../choices.ts';
import type { Depth } from '../model.ts';
import type { OwnModel } from '../own-model.ts';
import { shuffled } from '../training/shuffle.ts';
import { baselineCosts, baselineRecord } from './baselines.ts';
import { textLoss } from './causal.ts';
import { lossRecord } from './estimates.ts';
import type { HeldOut } from './held-out.ts';
import type { EvaluationSettings } from './settings.ts';
import { type BlankRecord, guessBlanks, type TextBlanks, textBlanks } from './word-blanks.ts';

type TextSettings = Pick<
  EvaluationSettings,
  'seed' | 'texts' | 'depthTexts' | 'depths' | 'blankTexts' | 'depthBlankTexts'
>;

/**
 * Draws `settings.texts` of the held-out texts and measures the model on them, and n-grams of the
 * training part. Throws InputError where no text fits the model.
 */
export function evaluateTexts(
  model: OwnModel,
  { texts, training }: Pick<HeldOut, 'texts' | 'training'>,
  settings: TextSettings,
  onStage: (stage: string) => void = () => {},
) {
  const chosen = choose(model, texts, settings);
  const { depth } = model.config;
  const atDepth = (some: readonly string[], other: Depth) => {
    onStage(`loss of ${counted(some.length, 'text')} at depth ${other}`);
    return some.map((text) => textLoss(model, text, other));
  };
  const losses = atDepth(chosen, depth);
  const few = chosen.slice(0, settings.depthTexts);
  const words = blanksOf(model, chosen.slice(0, settings.blankTexts), settings.seed);
  const guesses = (some: readonly TextBlanks[], other: Depth, reading: Reading = 'blank') => {
    onStage(`blanks of ${counted(some.length, 'text')} at depth ${other}, reading: ${reading}`);
    return guessBlanks(model, some, other, reading);
  };
  const blanks = guesses(words, depth);
  const twice = guesses(words, depth, 'both');
  const depths = settings.depths.map((other) => [
    other,
    {
      ...lossRecord(other === depth ? losses.slice(0, few.length) : atDepth(few, other)),
      blanks: guesses(words.slice(0, settings.depthBlankTexts), other),
    },
  ]);
  onStage(`baselines of ${counted(training.length, 'text')}`);
  const baselines = baselineRecord(baselineCosts(model.tokenizer, training, chosen), losses);
  return {
    model: model.config.name,
    texts: chosen.length,
    tokens: losses.reduce((sum, { tokens }) => sum + tokens, 0),
    trainingTexts: training.length,
    depth,
    ...lossRecord(losses),
    blanks,
    bothReadings: twice,
    depthTexts: few.length,
    depths: Object.fromEntries(depths) as Record<string, DepthRecord>,
    baselines,
  };
}

type DepthRecord = ReturnType<typeof lossRecord> & { readonly blanks: BlankRecord };

export type TextEvaluation = ReturnType<typeof evaluateTexts>;

const blanksOf = ({ config }: OwnModel, texts: readonly string[], seed: number) =>
  texts.map((text, i) => textBlanks(text, config.determiners, firstStreams(seed, i)));

/** Texts in random order, without those that need more positions than the model has. */
function choose(
  { tokenizer, config }: OwnModel,
  texts: readonly string[],
  { seed, texts: count }: Pick<EvaluationSettings, 'seed' | 'texts'>,
): string[] {
  const chosen: string[] = [];
  for (const place of shuffled(texts.length, firstStreams(seed))) {
    if (chosen.length === count) break;
    const text = texts[place];
    if (tokenizer.encodeIds(text).length < config.maximumPositions) chosen.push(text);
  }
  if (chosen.length > 0) return chosen;
  throw new InputError(
    'corpus',
    `none of ${texts.length} held-out texts fits the ${counted(config.maximumPositions, 'position')} of the model "${config.name}": give more and shorter texts`,
  );
}
