/** `evaluate` for a Hugging Face folder: what is asked of it, and how it is shown. */

import { readTypedTexts } from '../host/corpus.ts';
import type { OwnBlanks } from '../language/evaluation/own-blanks.ts';
import {
  evaluatePretrainedBlanks,
  type PretrainedBlanks,
} from '../language/evaluation/pretrained-blanks.ts';
import {
  evaluatePretrainedTexts,
  type PretrainedTextEvaluation,
} from '../language/evaluation/pretrained-texts.ts';
import type { EvaluationSettings } from '../language/evaluation/settings.ts';
import { checkReads } from '../language/model.ts';
import type { PretrainedModel } from '../language/pretrained-model.ts';
import { counted } from '../numerics/counted.ts';
import { InputError } from '../numerics/errors.ts';
import { GUESS_COLUMNS, guessRow } from './evaluation-text.ts';
import { type Screen, table } from './terminal.ts';

interface Asked {
  readonly corpus: readonly string[];
  readonly own: OwnBlanks;
  readonly slots?: number;
  readonly settings: EvaluationSettings;
}

/** The record, in the form of that of our own models, and its lines. Throws InputError for what such a model has not. */
export function evaluatePretrained(
  model: PretrainedModel,
  { corpus, own, slots, settings }: Asked,
) {
  checkReads(model);
  if (slots !== undefined && Object.keys(own).length === 0)
    throw new InputError(
      'slots',
      'option slots is for the blanks of own sentences, and texts are read token by token: give --blanks, or leave slots out',
    );
  const parts = readTypedTexts(...corpus);
  const blanks = Object.entries(own).map(([language, sentences]) => {
    console.error(`… ${language}: ${sentences.length} own sentences`);
    return [language, evaluatePretrainedBlanks(model, sentences, slots)] as const;
  });
  const texts = parts.map(({ name, lines }) => {
    const stage = (text: string) => console.error(`… ${name}: ${text}`);
    return { corpus: name, ...evaluatePretrainedTexts(model, lines, settings, stage) };
  });
  return {
    result: {
      ...(texts.length === 1 ? texts[0] : texts.length > 1 ? { corpora: texts } : {}),
      ...(blanks.length > 0 && { ownBlanks: Object.fromEntries(blanks) }),
    },
    lines: (screen: Screen) => [
      ...blanks.flatMap(([language, found]) => [...blankLines(screen, language, found), '']),
      ...texts.flatMap((found) => [...textLines(screen, found), '']),
    ],
  };
}

function blankLines(screen: Screen, language: string, found: PretrainedBlanks): string[] {
  const slots =
    found.slots === undefined ? '' : `, ${found.slots} mask${found.slots > 1 ? 's' : ''}`;
  const { notAsked: unasked } = found;
  const reasons = [...new Set(unasked.map(({ why }) => why))];
  return [
    `${language}: own sentences, L = ${found.depth}${slots}`,
    ...table(screen, [
      ['', ...GUESS_COLUMNS],
      guessRow('all', found.all),
      ...Object.entries(found.kinds).map(([kind, record]) => guessRow(`  ${kind}`, record)),
    ]),
    ...reasons.map(
      (why) => `not asked: ${unasked.filter((one) => one.why === why).length}, ${why}`,
    ),
  ];
}

function textLines(
  screen: Screen,
  found: PretrainedTextEvaluation & { readonly corpus: string },
): string[] {
  const pm = (value: number, error: number) => `${value.toFixed(3)} ± ${error.toFixed(3)}`;
  const perplexity = 'perplexity' in found ? found.perplexity : found.pseudoPerplexity;
  return [
    `${found.corpus}: ${counted(found.texts, 'text')}, ${counted(found.tokens, 'token')}, ${counted(found.characters, 'character')}`,
    ...table(screen, [
      [
        'nats a token',
        'perplexity' in found ? 'perplexity' : 'pseudo-perplexity',
        'nats a character',
        'bits a byte',
      ],
      [
        pm(found.natsPerToken, found.natsPerTokenStandardError),
        perplexity.toFixed(1),
        pm(found.natsPerCharacter, found.natsPerCharacterStandardError),
        pm(found.bitsPerByte, found.bitsPerByteStandardError),
      ],
    ]),
    `measure: ${found.measure}`,
    `first token: ${found.firstToken}`,
    ...(found.unscoredTexts > 0 ? [`texts without a token to score: ${found.unscoredTexts}`] : []),
    `left out: ${found.leftOut}`,
    ...found.notes.map((note) => `note: ${note}`),
  ];
}
