/** The model of a tokenizer.json: the vocabulary, and how a piece of text is cut into its tokens. */
import { InputError } from '../../../numerics/errors.ts';
import { quoted } from '../../../numerics/printable.ts';
import type { Vocabulary } from './vocabulary.ts';

/** A token and the units of the piece that it covers; one that is a part of a character, all of it. */
export interface ModelToken {
  readonly id: number;
  readonly from: number;
  readonly to: number;
}

export interface Model extends Vocabulary {
  /** Throws InputError for what the vocabulary lacks and has no unknown token for. */
  tokenize(piece: string): ModelToken[];
}

export const unknownPiece = (piece: string): InputError =>
  new InputError(
    'text',
    `${quoted(piece)} is not in the model's vocabulary, which has no token for the unknown: write it otherwise`,
  );
