/**
 * Pre-tokenizers of a tokenizer.json: how a text is cut into pieces before the model of the vocabulary cuts
 * these. Each does what the Rust library does with the same entry.
 */
import { z } from 'zod';
import { type Aligned, prepended, SPLITS, type Span, spans, split } from './aligned.ts';
import { type Makers, made, maker, refusal } from './component.ts';
import { asBytes, replaced } from './normalizers.ts';
import {
  gpt2Pieces,
  literalPattern,
  NUMERIC,
  PATTERN,
  PUNCTUATION,
  WHITE_SPACE,
  WORDS_OR_SIGNS,
} from './patterns.ts';

export type PreTokenizer = (piece: Aligned) => readonly Aligned[];

const NONE = z.object({});
const BEHAVIOUR = z.enum(SPLITS);
const CHARACTER = z.string().refine((text) => [...text].length === 1, 'expected one character');

const SPACE = / /g;

const MAKERS: Makers<PreTokenizer> = {
  BertPreTokenizer: maker(NONE, () =>
    inOrder([splitAt(WHITE_SPACE, 'Removed'), splitAt(PUNCTUATION, 'Isolated')]),
  ),
  ByteLevel: maker(
    z.object({
      add_prefix_space: z.boolean(),
      trim_offsets: z.boolean(),
      use_regex: z.boolean().default(true),
    }),
    ({ add_prefix_space, use_regex }) =>
      (piece) => {
        const whole =
          add_prefix_space && !piece.text.startsWith(' ') ? prepended(piece, ' ') : piece;
        const pieces = use_regex
          ? split(whole, spans(whole.text, gpt2Pieces()), 'Isolated')
          : [whole];
        return pieces.map(asBytes);
      },
  ),
  CharDelimiterSplit: maker(z.object({ delimiter: CHARACTER }), ({ delimiter }) =>
    splitAt(literalPattern(delimiter), 'Removed'),
  ),
  Digits: maker(z.object({ individual_digits: z.boolean() }), ({ individual_digits }) =>
    splitAt(NUMERIC, individual_digits ? 'Isolated' : 'Contiguous'),
  ),
  FixedLength: maker(z.object({ length: z.int().positive().default(5) }), ({ length }) =>
    splitAt(new RegExp(`.{1,${length}}`, 'gsu'), 'Isolated'),
  ),
  Metaspace: maker(
    z.object({
      replacement: CHARACTER,
      add_prefix_space: z.boolean().nullish(),
      prepend_scheme: z.enum(['first', 'never', 'always']).default('always'),
      split: z.boolean().nullish(),
    }),
    (fields, where) => {
      if (fields.add_prefix_space === false && fields.prepend_scheme !== 'never')
        throw refusal(
          where,
          `add_prefix_space is false and prepend_scheme ${fields.prepend_scheme}`,
        );
      return metaspace(fields.replacement, fields.prepend_scheme, fields.split ?? true);
    },
  ),
  Punctuation: maker(z.object({ behavior: BEHAVIOUR.default('Isolated') }), ({ behavior }) =>
    splitAt(PUNCTUATION, behavior),
  ),
  Split: maker(
    z.object({ pattern: PATTERN, behavior: BEHAVIOUR, invert: z.boolean() }),
    ({ pattern, behavior, invert }) => splitAt(pattern, behavior, invert),
  ),
  Whitespace: maker(NONE, () => splitAt(WORDS_OR_SIGNS, 'Removed', true)),
  WhitespaceSplit: maker(NONE, () => splitAt(WHITE_SPACE, 'Removed')),
  Sequence: maker(z.object({ pretokenizers: z.array(z.unknown()) }), ({ pretokenizers }) =>
    inOrder(pretokenizers.map((entry) => createPreTokenizer(entry))),
  ),
};

/** The pre-tokenizer of an entry; null is one that leaves a text whole. */
export const createPreTokenizer = (entry: unknown): PreTokenizer =>
  entry === null || entry === undefined ? (piece) => [piece] : made(MAKERS, entry, 'pre_tokenizer');

const inOrder =
  (steps: readonly PreTokenizer[]): PreTokenizer =>
  (piece) =>
    steps.reduce<readonly Aligned[]>((pieces, step) => pieces.flatMap(step), [piece]);

const splitAt =
  (pattern: RegExp, behaviour: (typeof SPLITS)[number], invert = false): PreTokenizer =>
  (piece) => {
    const found = spans(piece.text, pattern);
    return split(piece, invert ? found.map(inverted) : found, behaviour);
  };

const inverted = ({ from, to, matches }: Span): Span => ({ from, to, matches: !matches });

function metaspace(
  replacement: string,
  scheme: 'first' | 'never' | 'always',
  splits: boolean,
): PreTokenizer {
  const cut = splitAt(literalPattern(replacement), 'MergedWithNext');
  return (piece) => {
    const marked = replaced(piece, SPACE, replacement);
    const wanted = scheme === 'always' || (scheme === 'first' && piece.from[0] === 0);
    const whole =
      wanted && !marked.text.startsWith(replacement) ? prepended(marked, replacement) : marked;
    return splits ? cut(whole) : [whole];
  };
}
