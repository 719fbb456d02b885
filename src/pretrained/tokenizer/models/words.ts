/** WordLevel, where a piece is a word or unknown, and WordPiece, which takes the longest beginning each time. */
import { z } from 'zod';
import { maker } from '../component.ts';
import { type Model, type ModelToken, unknownPiece } from './model.ts';
import { createVocabulary, VOCABULARY, type Vocabulary } from './vocabulary.ts';

export const wordLevel = maker(
  z.object({ vocab: VOCABULARY, unk_token: z.string() }),
  ({ vocab, unk_token }): Model => {
    const vocabulary = createVocabulary(vocab);
    return {
      ...vocabulary,
      tokenize(piece) {
        const id = vocabulary.idOf(piece);
        return id === undefined
          ? [unknown(vocabulary, unk_token, piece)]
          : [{ id, from: 0, to: piece.length }];
      },
    };
  },
);

export const wordPiece = maker(
  z.object({
    vocab: VOCABULARY,
    unk_token: z.string(),
    continuing_subword_prefix: z.string(),
    max_input_chars_per_word: z.int().nonnegative(),
  }),
  (fields): Model => {
    const vocabulary = createVocabulary(fields.vocab);
    const { unk_token, continuing_subword_prefix, max_input_chars_per_word } = fields;

    /** The longest token at `from`; it ends where a character does. */
    function longest(piece: string, from: number): ModelToken | undefined {
      const prefix = from > 0 ? continuing_subword_prefix : '';
      for (let to = piece.length; to > from; to -= low(piece, to - 1) ? 2 : 1) {
        const id = vocabulary.idOf(prefix + piece.slice(from, to));
        if (id !== undefined) return { id, from, to };
      }
      return undefined;
    }

    return {
      ...vocabulary,
      tokenize(piece) {
        const unknowns = () => [unknown(vocabulary, unk_token, piece)];
        if ([...piece].length > max_input_chars_per_word) return unknowns();
        const tokens: ModelToken[] = [];
        for (let from = 0; from < piece.length; ) {
          const token = longest(piece, from);
          if (token === undefined) return unknowns();
          tokens.push(token);
          from = token.to;
        }
        return tokens;
      },
    };
  },
);

/** Whether the second half of a surrogate pair stands there. */
const low = (text: string, at: number): boolean => (text.charCodeAt(at) & 0xfc00) === 0xdc00;

function unknown(vocabulary: Vocabulary, token: string, piece: string): ModelToken {
  const id = vocabulary.idOf(token);
  if (id === undefined) throw unknownPiece(piece);
  return { id, from: 0, to: piece.length };
}
