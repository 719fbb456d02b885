/**
 * What somebody else's model says of texts, as they are: log-likelihood token after token where it is causal, else
 * pseudo-log-likelihood, one token masked at a time. No split, no world and no n-grams: its training is unknown.
 */
import { counted } from '../../numerics/counted.ts';
import { exp, log } from '../../numerics/elementary.ts';
import { InputError, LimitError } from '../../numerics/errors.ts';
import { firstStreams } from '../../numerics/random.ts';
import type { Tensor } from '../../pretrained/arithmetic.ts';
import type { Numbers } from '../../pretrained/stored.ts';
import { checkReads } from '../model.ts';
import { rowsOfTexts, scoresOf, typesIn } from '../network-run.ts';
import type { PretrainedModel } from '../pretrained-model.ts';
import { shuffled } from '../training/shuffle.ts';
import { lossRecord, ratioEstimate, type TextCost } from './estimates.ts';
import type { EvaluationSettings } from './settings.ts';

/** A text in tokens, without what a template puts behind it where it is causal. */
interface Encoded {
  readonly ids: readonly number[];
  readonly typeIds: readonly number[];
  /** Places of the tokens that are scored. */
  readonly scored: readonly number[];
  /** What the scored tokens stand for. */
  readonly said: string;
}

interface PieceCost extends TextCost {
  /** Unicode code points that the scored tokens stand for. */
  readonly characters: number;
}

/** Where these numbers come from, and what is not among them. */
const MEASURES = {
  causal: 'log-likelihood',
  masked:
    'pseudo-log-likelihood: one token masked at a time, the others seen (Salazar et al. 2020, eq. 2)',
} as const;

const LEFT_OUT =
  'no part of the file is held back and no n-gram stands beside: what the model was trained on is unknown';

/**
 * Nats a token and a character of `texts`, or of `settings.texts` drawn of them. Throws InputError for a model
 * without a head or mask and where no token can be scored, LimitError for a text longer than the model's positions,
 * each before anything is run.
 */
export function evaluatePretrainedTexts(
  model: PretrainedModel,
  texts: readonly string[],
  { seed, texts: count }: Pick<EvaluationSettings, 'seed' | 'texts'>,
  onStage: (stage: string) => void = () => {},
) {
  checkReads(model);
  const order = shuffled(texts.length, firstStreams(seed)).slice(0, count).sort();
  const encoded = [...order].map((place) => encode(model, texts[place], place + 1));
  const asked = encoded.filter(({ scored }) => scored.length > 0);
  if (asked.length === 0)
    throw new InputError(
      'corpus',
      `none of ${counted(encoded.length, 'text')} has a token that "${model.name}" predicts: give longer ones`,
    );
  onStage(`${model.masks ? 'pseudo-' : ''}likelihood of ${counted(asked.length, 'text')}`);
  const costs = asked.map((text) => costOf(model, text));
  const { perplexity, ...loss } = lossRecord(costs);
  const character = ratioEstimate(
    costs.map(({ nats }) => nats),
    costs.map(({ characters }) => characters),
  );
  const total = (of: (cost: PieceCost) => number) => costs.reduce((sum, one) => sum + of(one), 0);
  return {
    model: model.name,
    measure: model.masks ? MEASURES.masked : MEASURES.causal,
    firstToken: firstToken(model),
    leftOut: LEFT_OUT,
    precision: model.precision,
    notes: model.notes,
    lines: texts.length,
    texts: asked.length,
    unscoredTexts: encoded.length - asked.length,
    tokens: total(({ tokens }) => tokens),
    characters: total(({ characters }) => characters),
    ...loss,
    ...(model.masks ? { pseudoPerplexity: perplexity } : { perplexity }),
    natsPerCharacter: character.mean,
    natsPerCharacterStandardError: character.standardError,
  };
}

export type PretrainedTextEvaluation = ReturnType<typeof evaluatePretrainedTexts>;

/** How a text's first token is counted. */
function firstToken({ masks, pieces }: PretrainedModel): string {
  if (masks) return 'scored as the others; what the template adds is seen and not scored';
  const before = pieces.template.before.at(-1);
  return before
    ? `scored behind ${pieces.token(before.id).piece}; the end of a text is not`
    : 'not scored, nor its characters: nothing stands before it; the end of a text is not either';
}

function encode(model: PretrainedModel, text: string, line: number): Encoded {
  const { pieces, masks, sizes } = model;
  const { ids: all, offsets, typeIds } = pieces.encode(text);
  const ids = masks ? all : all.slice(0, all.length - pieces.template.after.length);
  if (ids.length > sizes.positions)
    throw new LimitError(
      'corpus',
      `text ${line} has ${counted(ids.length, 'token')}, expected at most the ${counted(sizes.positions, 'position')} of the model "${model.name}": divide it`,
    );
  const own = [...ids.keys()].filter((place) => offsets[place] !== null);
  const scored = masks ? own : own.filter((place) => place > 0);
  const unsaid = scored.length < own.length ? (offsets[own[0]]?.[1] ?? 0) : 0;
  return { ids, typeIds, scored, said: text.slice(unsaid) };
}

function costOf(model: PretrainedModel, text: Encoded): PieceCost {
  const nats = model.masks ? maskedNats(model, text) : causalNats(model, text);
  return {
    nats,
    tokens: text.scored.length,
    characters: [...text.said].length,
    bytes: new TextEncoder().encode(text.said).length,
  };
}

/** −Σ_i log p(token_i | all before). */
function causalNats({ network }: PretrainedModel, { ids, scored }: Encoded): number {
  const last = network.run(ids).states.at(-1) as Tensor;
  const { width } = network.architecture;
  return surprise(
    network,
    scored.map((place) => last.data.subarray((place - 1) * width, place * width)),
    scored.map((place) => ids[place]),
  );
}

/** −Σ_i log p(token_i | all others, a mask in its place). */
function maskedNats({ network, pieces }: PretrainedModel, encoded: Encoded): number {
  const { ids, scored } = encoded;
  const mask = pieces.special.mask?.id as number;
  const masked = scored.map((place) => ({ ids: ids.with(place, mask), place }));
  return surprise(
    network,
    rowsOfTexts(network, masked, typesIn(network.architecture, encoded)).map(
      (rows) => rows[rows.length - 1],
    ),
    scored.map((place) => ids[place]),
  );
}

/** Scores that are held at once, 16 MB of them: heads are as tall as vocabularies. */
const MOST_SCORES = 2 ** 22;

/** −Σ log p(token) at a row of states each, by log-sum-exps: p itself may be too small for a number. */
function surprise(
  network: PretrainedModel['network'],
  rows: readonly Numbers[],
  tokens: readonly number[],
): number {
  const { width, vocabulary } = network.architecture;
  const together = Math.max(1, Math.floor(MOST_SCORES / vocabulary));
  let total = 0;
  for (let from = 0; from < rows.length; from += together) {
    const batch = rows.slice(from, from + together);
    const states = new Float64Array(batch.length * width);
    for (const [row, state] of batch.entries()) states.set(state, row * width);
    const scores = scoresOf(network, states);
    for (const row of batch.keys())
      total += surpriseOf(
        scores.subarray(row * vocabulary, (row + 1) * vocabulary),
        tokens[from + row],
      );
  }
  return total;
}

function surpriseOf(scores: Numbers, token: number): number {
  let top = Number.NEGATIVE_INFINITY;
  for (const score of scores) top = Math.max(top, score);
  let sum = 0;
  for (const score of scores) sum += exp(score - top);
  return top + log(sum) - scores[token];
}
