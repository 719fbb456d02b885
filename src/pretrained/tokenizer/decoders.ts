/** Decoders of a tokenizer.json: from the pieces of tokens back to a text, as the Rust library does it. */
import { z } from 'zod';
import { spans } from './aligned.ts';
import { bytesOf, pieceBytes, strictTextOf, textOf } from './bytes.ts';
import { type Makers, made, maker } from './component.ts';
import { PATTERN } from './patterns.ts';

export type Decoder = (pieces: readonly string[]) => string[];

const NONE = z.object({});

const MAKERS: Makers<Decoder> = {
  BPEDecoder: maker(
    z.object({ suffix: z.string() }),
    ({ suffix }) =>
      (pieces) =>
        pieces.map((piece, index) =>
          piece.replaceAll(suffix, index === pieces.length - 1 ? '' : ' '),
        ),
  ),
  ByteFallback: maker(NONE, () => fromByteNames),
  ByteLevel: maker(NONE, () => (pieces) => [
    textOf(pieces.flatMap((piece) => pieceBytes(piece) ?? [...bytesOf(piece)])),
  ]),
  Fuse: maker(NONE, () => (pieces) => [pieces.join('')]),
  Metaspace: maker(
    z.object({
      replacement: z.string(),
      add_prefix_space: z.boolean().nullish(),
      prepend_scheme: z.enum(['first', 'never', 'always']).default('always'),
    }),
    ({ replacement, add_prefix_space, prepend_scheme }) =>
      (pieces) => {
        const prefixed = prepend_scheme !== 'never' && add_prefix_space !== false;
        return pieces.map((piece, index) =>
          piece.replaceAll(replacement, index === 0 && prefixed ? '' : ' '),
        );
      },
  ),
  Replace: maker(
    z.object({ pattern: PATTERN, content: z.string() }),
    ({ pattern, content }) =>
      (pieces) =>
        pieces.map((piece) =>
          spans(piece, pattern)
            .map(({ from, to, matches }) => (matches ? content : piece.slice(from, to)))
            .join(''),
        ),
  ),
  Strip: maker(
    z.object({
      content: z.string(),
      start: z.int().nonnegative(),
      stop: z.int().nonnegative(),
    }),
    (fields) => (pieces) => pieces.map((piece) => stripped(piece, fields)),
  ),
  WordPiece: maker(
    z.object({ prefix: z.string(), cleanup: z.boolean() }),
    ({ prefix, cleanup }) =>
      (pieces) =>
        pieces.map((piece, index) => {
          const joined = piece.startsWith(prefix) ? piece.slice(prefix.length) : ` ${piece}`;
          const text = index === 0 ? piece : joined;
          return cleanup ? cleaned(text) : text;
        }),
  ),
  Sequence: maker(z.object({ decoders: z.array(z.unknown()) }), ({ decoders }) => {
    const steps = decoders.map((entry) => createDecoder(entry));
    return (pieces) => steps.reduce<string[]>((texts, step) => step(texts), [...pieces]);
  }),
};

/** The decoder of an entry; without one the pieces stand with spaces between. */
export const createDecoder = (entry: unknown): Decoder =>
  entry === null || entry === undefined
    ? (pieces) => [pieces.join(' ')]
    : made(MAKERS, entry, 'decoder');

/** What a tokenizer of English put spaces before. */
const CLEANED = [
  [' .', '.'],
  [' ?', '?'],
  [' !', '!'],
  [' ,', ','],
  [" ' ", "'"],
  [" n't", "n't"],
  [" 'm", "'m"],
  [' do not', " don't"],
  [" 's", "'s"],
  [" 've", "'ve"],
  [" 're", "'re"],
] as const;

const cleaned = (text: string): string =>
  CLEANED.reduce((result, [from, to]) => result.replaceAll(from, to), text);

/** Runs of `<0x..>` as the text of their bytes; each a U+FFFD where they are no UTF-8. */
function fromByteNames(pieces: readonly string[]): string[] {
  const texts: string[] = [];
  let bytes: number[] = [];
  const flush = () => {
    const text = strictTextOf(bytes);
    if (text !== undefined && bytes.length > 0) texts.push(text);
    if (text === undefined) texts.push(...bytes.map(() => '\ufffd'));
    bytes = [];
  };
  for (const piece of pieces) {
    const byte = /^<0x([\da-fA-F]{2})>$/.exec(piece)?.[1];
    if (byte !== undefined) bytes.push(Number.parseInt(byte, 16));
    else {
      flush();
      texts.push(piece);
    }
  }
  flush();
  return texts;
}

function stripped(
  piece: string,
  { content, start, stop }: { content: string; start: number; stop: number },
): string {
  const characters = [...piece];
  let from = 0;
  while (from < Math.min(start, characters.length) && characters[from] === content) from++;
  let to = characters.length;
  while (characters.length - to < stop && to > from && characters[to - 1] === content) to--;
  return characters.slice(from, to).join('');
}
