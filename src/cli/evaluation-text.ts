/** An evaluation for a reader in a terminal. */
import type { lossRecord } from '../language/evaluation/estimates.ts';
import type { Evaluation } from '../language/evaluation/evaluate.ts';
import type { GuessRecord } from '../language/evaluation/guesses.ts';
import type { OwnEvaluation } from '../language/evaluation/own-blanks.ts';
import type { TextEvaluation } from '../language/evaluation/texts.ts';
import { type Screen, table } from './terminal.ts';

/** The loss at every depth and with something taken away, then next words and blanks. */
export function evaluationLines(screen: Screen, result: Evaluation): string[] {
  const { exactEntropy: exact, depths, nextWords: next, blanks, baselines } = result;
  const over = (nats: number) => `${(100 * (nats / exact - 1)).toFixed(2)} %`;
  const rows = [
    ['', 'nats a text', 'over exact'],
    ['exact entropy', exact.toFixed(3), ''],
    ['model', result.natsPerText.toFixed(3), over(exact + result.excess.mean)],
    ...Object.entries(depths).map(([depth, { natsPerText: nats }]) => [
      `  L = ${depth}`,
      nats.toFixed(3),
      over(nats),
    ]),
    [
      '  uniform attention',
      result.uniformAttention.natsPerText.toFixed(3),
      over(result.uniformAttention.natsPerText),
    ],
    ['  lens at layer 0', result.lensAtLayer0.mean.toFixed(3), over(result.lensAtLayer0.mean)],
    ['5-gram', baselines.kneserNey5.natsPerText.toFixed(3), over(baselines.kneserNey5.natsPerText)],
  ];
  return [
    ...table(screen, rows),
    `log p(grammar) − log p(model): ${result.excess.mean.toFixed(3)} ± ${result.excess.standardError.toFixed(3)} nats a text`,
    `next words below 1 nat: KL ${next.kl.mean.toFixed(4)} ± ${next.kl.standardError.toFixed(4)} over ${next.places} places`,
    `blanks: total variation ${blanks.totalVariation.mean.toFixed(3)} ± ${blanks.totalVariation.standardError.toFixed(3)}, top 1 ${blanks.top1.toFixed(3)}, top 5 ${blanks.top5.toFixed(3)}, mrr ${blanks.mrr.toFixed(3)}`,
  ];
}

/** The loss on plain text and the words guessed at every depth, and the loss of the baselines. */
export function textEvaluationLines(
  screen: Screen,
  name: string,
  result: TextEvaluation,
): string[] {
  const { unigram, kneserNey5: ngram } = result.baselines;
  const depths = Object.entries(result.depths).map(([depth, loss]) => row(`  L = ${depth}`, loss));
  const ratio = 100 * (ngram.modelPerplexityRatio - 1);
  const side = ratio < 0 ? 'below' : 'above';
  return [
    `${name}: ${result.texts} held-out texts${depths.length > 0 ? `, ${result.depthTexts} of them at other depths` : ''}`,
    ...table(screen, [
      ['', 'nats a token', 'perplexity', 'bits a byte'],
      row(`model, L = ${result.depth}`, result),
      ...depths,
      row('unigram', unigram),
      row('5-gram', ngram),
    ]),
    `perplexity ${Math.abs(ratio).toFixed(1)} % ${side} that of the 5-gram of ${result.trainingTexts} other texts`,
    '',
    ...table(screen, [
      ['whole words', ...GUESS_COLUMNS],
      ...blankRows(`L = ${result.depth}`, result.blanks),
      ...blankRows(`L = ${result.depth}, both readings`, result.bothReadings),
      ...Object.entries(result.depths).flatMap(([depth, { blanks }]) =>
        blankRows(`L = ${depth}`, blanks),
      ),
    ]),
  ];
}

const blankRows = (label: string, { end, inside }: TextEvaluation['blanks']) => [
  guessRow(`${label}, at the end`, end),
  guessRow(`${label}, inside`, inside),
];

/** How many own sentences got an acceptable answer, by kind. */
export function ownBlankLines(screen: Screen, language: string, result: OwnEvaluation): string[] {
  return [
    `${language}: own sentences, L = ${result.depth}`,
    ...table(screen, [
      ['', ...GUESS_COLUMNS],
      ...readingRows(result),
      ['by both readings', ...GUESS_COLUMNS.map(() => '')],
      ...readingRows(result.bothReadings),
    ]),
  ];
}

const readingRows = ({ all, hard, kinds }: OwnEvaluation['bothReadings']): string[][] => [
  guessRow('all', all),
  guessRow('hard', hard),
  ...Object.entries(kinds).map(([kind, record]) => guessRow(`  ${kind}`, record)),
];

export const GUESS_COLUMNS = ['blanks', 'top 1', 'top 5', 'top 10', 'mrr', 'ece'];

export const guessRow = (
  label: string,
  { count, top1, top5, top10, mrr, ece }: GuessRecord,
): string[] => [
  label,
  String(count),
  // of no blanks there is no share
  ...[top1, top5, top10].map((share) =>
    Number.isNaN(share) ? '–' : `${(100 * share).toFixed(1)} %`,
  ),
  ...[mrr, ece].map((value) => (Number.isNaN(value) ? '–' : value.toFixed(3))),
];

type Loss = ReturnType<typeof lossRecord>;

const row = (label: string, loss: Loss): string[] => [
  label,
  `${loss.natsPerToken.toFixed(3)} ± ${loss.natsPerTokenStandardError.toFixed(3)}`,
  loss.perplexity.toFixed(1),
  `${loss.bitsPerByte.toFixed(3)} ± ${loss.bitsPerByteStandardError.toFixed(3)}`,
];
