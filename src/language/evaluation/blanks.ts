/** Blanks inside texts: the model's law of the answer against the grammar's exact one. */
import { log } from '../../numerics/elementary.ts';
import type { Random } from '../../numerics/random.ts';
import { finalChainScores } from '../chains.ts';
import { fillBlank } from '../fill.ts';
import { openText } from '../findings.ts';
import type { Depth } from '../model.ts';
import type { OwnModel } from '../own-model.ts';
import { gapLaw } from '../world/derive.ts';
import type { World } from '../world/grammar.ts';
import { answerPlaces } from '../world/symbols.ts';

export interface BlankResult {
  /** ½ Σ |exact − model| over all answers. */
  readonly totalVariation: number;
  /** Place of the true answer in the model's list; Infinity when it was not found. */
  readonly rank: number;
  /** −log p(true answer). */
  readonly nats: number;
}

/** One answer of the text, chosen at random, taken out and guessed. */
export function evaluateBlank(
  model: OwnModel,
  world: World,
  text: string,
  depth: Depth,
  random: Random,
): BlankResult {
  const places = answerPlaces(text, world.determiners);
  const { start, end } = places[random.integer(places.length)];
  const [before, answer, after] = [text.slice(0, start), text.slice(start, end), text.slice(end)];
  const blanked = `${before}__${after}`;
  const law = gapLaw(world, before.trimEnd(), after.trimStart(), 'answer');
  const scores = scoreAnswers(model, blanked, [...law.keys()], depth);
  const { predictions } = fillBlank(model, blanked, { depth, top: 100 });
  const place = predictions.findIndex(({ tokenStr }) => tokenStr === answer);
  return {
    totalVariation: totalVariation(law, scores),
    rank: place < 0 ? Number.POSITIVE_INFINITY : place + 1,
    nats: -log(scores.get(answer) ?? 0),
  };
}

/** p(answer) by the model for each of the answers. */
function scoreAnswers(
  model: OwnModel,
  text: string,
  answers: readonly string[],
  depth: Depth,
): Map<string, number> {
  const opened = openText(model, text, { depth });
  const chains = answers.map((answer) => model.answerTokens(opened.layout, answer));
  const { scores } = finalChainScores({ ...opened, chains });
  return new Map(answers.map((answer, i) => [answer, scores[i]]));
}

/** ½ Σ |p − q| ∈ [0, 1]; what the model gives to answers that cannot be counts in full. */
export function totalVariation(
  exact: ReadonlyMap<string, number>,
  model: ReadonlyMap<string, number>,
): number {
  let difference = 0;
  let covered = 0;
  for (const [answer, p] of exact) {
    const q = model.get(answer) ?? 0;
    difference += Math.abs(p - q);
    covered += q;
  }
  return (difference + Math.max(0, 1 - covered)) / 2;
}
