/**
 * From a corpus and a config to what the workers start from: the vocabulary, the encoded texts, and a
 * record of what was taken from where. Not the run.
 */
import { createTokenizer, type Tokenizer } from '../../language/tokenizer.ts';
import type { TrainingConfig } from '../../language/training/config.ts';
import { loadFullVocabulary } from '../../language/training/full-vocabulary.ts';
import {
  type PlainTexts,
  plainTextSchema,
  prepareTexts,
} from '../../language/training/plain-text.ts';
import { checkShares, type EncodedSequences } from '../../language/training/sources.ts';
import { drawnAtOnce } from '../../language/training/worker-task.ts';
import { buildVocabulary, type Vocabulary } from '../../language/vocabulary.ts';
import { parseWorld, type World } from '../../language/world/grammar.ts';
import { sampleText } from '../../language/world/sample.ts';
import { InputError } from '../../numerics/errors.ts';
import { random } from '../../numerics/random.ts';
import type { Corpus, TextPart, WorldPart } from '../corpus.ts';
import { worldFingerprint } from './saved-run.ts';

/** The random stream that the vocabulary's texts come from. */
const VOCABULARY_STREAM = 9;

/** A part of the corpus as a worker gets it: a world's files, or encoded texts in shared memory. */
export type WorkerPart = { readonly share: number } & (
  | { readonly kind: 'world'; readonly files: Record<string, string> }
  | ({ readonly kind: 'text' } & EncodedSequences)
);

/** What was trained on, for the model's record. */
export interface PartRecord {
  readonly name: string;
  readonly kind: 'world' | 'text';
  /** Of the texts drawn. */
  readonly share: number;
  readonly sha256: string;
  /** Of a file: how its lines were used. */
  readonly lines?: number;
  readonly training?: number;
  readonly validation?: number;
  readonly test?: number;
  readonly left_out?: number;
  readonly too_long?: number;
  /** Fingerprint of the split. */
  readonly split?: string;
}

export interface Preparation {
  readonly vocabulary: Vocabulary;
  readonly parts: readonly WorkerPart[];
  readonly records: readonly PartRecord[];
  /** Lower-cased. */
  readonly determiners: readonly string[];
  readonly languages: readonly string[];
}

type OpenPart =
  | { readonly part: WorldPart; readonly world: World; readonly drawn: readonly string[] }
  | { readonly part: TextPart; readonly texts: PlainTexts };

/**
 * With the vocabulary `given`, or with one that fits the texts. Throws InputError for a corpus that is wrong in
 * itself, or has texts that fit no position.
 */
export async function prepareCorpus(
  corpus: Corpus,
  config: TrainingConfig,
  given?: Vocabulary,
): Promise<Preparation> {
  const shares = sharesOf(corpus);
  checkShares(shares, drawnAtOnce(config));
  const open = openParts(corpus, config);
  const vocabulary = given ?? (await fittingVocabulary(open, config));
  const tokenizer = createTokenizer(vocabulary);
  const ready = open.map((one, i) =>
    'world' in one
      ? readyWorld(one.part, one.drawn, shares[i], tokenizer, config)
      : readyTexts(one.part, one.texts, shares[i], tokenizer, config),
  );
  return {
    vocabulary,
    parts: ready.map(({ worker }) => worker),
    records: ready.map(({ record }) => record),
    ...tongues(open, config),
  };
}

async function fittingVocabulary(
  open: readonly OpenPart[],
  { vocabularySize }: TrainingConfig,
): Promise<Vocabulary> {
  const { ranks, encode } = await loadFullVocabulary();
  const texts = open.flatMap((one) => ('world' in one ? one.drawn : one.texts.parts.training));
  return buildVocabulary(texts, ranks, encode, { keep: vocabularySize });
}

function sharesOf({ parts }: Corpus): number[] {
  const total = parts.reduce((sum, { weight }) => sum + weight, 0);
  return parts.map(({ weight }) => weight / total);
}

/** Worlds with a sample of their texts, files split and cleaned. */
function openParts({ parts }: Corpus, config: TrainingConfig): OpenPart[] {
  const stream = random(config.seed, VOCABULARY_STREAM);
  const settings = plainTextSettings(config);
  return parts.map((part) => {
    if (part.kind === 'text') return { part, texts: prepareTexts(part.lines, settings) };
    const world = parseWorld(part.files);
    const count = config.vocabularyTexts;
    return {
      part,
      world,
      drawn: Array.from({ length: count }, () => sampleText(world, stream).text),
    };
  });
}

export const plainTextSettings = ({ plainText }: Pick<TrainingConfig, 'plainText'>) =>
  plainTextSchema.parse(plainText ?? {});

/** Determiners and languages of the worlds, then of the config where there is a file. */
function tongues(open: readonly OpenPart[], config: TrainingConfig) {
  const settings = plainTextSettings(config);
  const each = open.map((one) =>
    'world' in one
      ? {
          determiners: one.world.determiners,
          languages: one.world.languages.map(({ name }) => name),
        }
      : {
          determiners: settings.determiners.map((word) => word.toLowerCase()),
          languages: settings.languages,
        },
  );
  return {
    determiners: [...new Set(each.flatMap(({ determiners }) => determiners))],
    languages: [...new Set(each.flatMap(({ languages }) => languages))],
  };
}

function readyWorld(
  { name, files }: WorldPart,
  drawn: readonly string[],
  share: number,
  tokenizer: Tokenizer,
  config: TrainingConfig,
): { worker: WorkerPart; record: PartRecord } {
  const longest = drawn.reduce((most, text) => Math.max(most, tokenizer.encodeIds(text).length), 0);
  checkLongest(longest, config);
  return {
    worker: { kind: 'world', share, files },
    record: { name, kind: 'world', share, sha256: worldFingerprint(files) },
  };
}

/** Positions that a text of so many tokens takes, with as many one-token blanks as may be. */
function positionsOf(tokens: number, { model, blanks }: TrainingConfig): number {
  const reserved = blanks.weight === 0 ? 0 : blanks.most * (model.slots - 1);
  return 1 + tokens + reserved;
}

/** Refuses before the first step what would sooner or later end the training. Every step checks again. */
function checkLongest(longest: number, config: TrainingConfig): void {
  const { maximumPositions } = config.model;
  const needed = positionsOf(longest, config);
  if (needed > maximumPositions)
    throw new InputError(
      'config',
      `training config: model.maximumPositions is ${maximumPositions}, and a text with its blanks takes ${needed}; raise it`,
    );
}

function readyTexts(
  { name, lines, sha256 }: TextPart,
  { parts, leftOut, split }: PlainTexts,
  share: number,
  tokenizer: Tokenizer,
  config: TrainingConfig,
): { worker: WorkerPart; record: PartRecord } {
  const { encoded, tooLong } = encodeTexts(parts.training, tokenizer, config);
  const training = parts.training.length - tooLong;
  if (training === 0)
    throw new InputError(
      'corpus',
      `${name} leaves no text to train on (of ${lines.length} lines ${leftOut} were left out, ${tooLong} take more than the ${config.model.maximumPositions} positions with their blanks): give more text, or raise model.maximumPositions`,
    );
  const counts = { lines: lines.length, training, left_out: leftOut, too_long: tooLong };
  const held = { validation: parts.validation.length, test: parts.test.length };
  return {
    worker: { kind: 'text', share, ...encoded },
    record: { name, kind: 'text', share, sha256, ...counts, ...held, split },
  };
}

/** No token is longer than 128 characters: what is longer by far is not encoded at all. */
const LONGEST_TOKEN = 128;

/** The texts that fit the positions, in memory that the workers share, and how many do not. */
function encodeTexts(
  texts: readonly string[],
  tokenizer: Tokenizer,
  config: TrainingConfig,
): { encoded: EncodedSequences; tooLong: number } {
  const { maximumPositions } = config.model;
  const all = texts
    .filter((text) => text.length <= LONGEST_TOKEN * maximumPositions)
    .map((text) => tokenizer.encodeIds(text))
    .filter((ids) => positionsOf(ids.length, config) <= maximumPositions);
  const starts = sharedIntegers(all.length + 1);
  all.forEach((ids, i) => {
    starts[i + 1] = starts[i] + ids.length;
  });
  const tokens = sharedIntegers(starts[all.length]);
  all.forEach((ids, i) => {
    tokens.set(ids, starts[i]);
  });
  return { encoded: { tokens, starts }, tooLong: texts.length - all.length };
}

const sharedIntegers = (length: number) => new Int32Array(new SharedArrayBuffer(4 * length));
