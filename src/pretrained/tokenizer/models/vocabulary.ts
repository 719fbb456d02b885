/** A vocabulary as an object of tokens with their ids: looked up as it was read, for a Map of it takes long to make. */
import { z } from 'zod';
import { once } from '../../../numerics/once.ts';
import { quoted } from '../../../numerics/printable.ts';
import { damage } from '../component.ts';

export interface Vocabulary {
  readonly size: number;
  idOf(token: string): number | undefined;
  /** The tokens by their ids; there may be holes. Throws DamagedFileError for an id that is no whole number. */
  pieces(): readonly (string | undefined)[];
}

/** An object; its entries are checked where they are first read. */
export const VOCABULARY = z.custom<Record<string, number>>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  'expected an object of tokens with their ids',
);

/** The vocabulary of `record`, which loses its prototype: `constructor` is a token or none. */
export function createVocabulary(record: Record<string, number>): Vocabulary {
  const ids: Readonly<Record<string, number | undefined>> = Object.setPrototypeOf(record, null);
  const tokens = Object.keys(record);
  return {
    size: tokens.length,
    idOf: (token) => ids[token],
    pieces: once(() => {
      const pieces: (string | undefined)[] = new Array(tokens.length);
      for (const token of tokens) {
        const id = ids[token];
        if (typeof id !== 'number' || !Number.isInteger(id) || id < 0)
          throw damage(`model.vocab has ${quoted(token)} with the id ${JSON.stringify(id)}`);
        pieces[id] = token;
      }
      return pieces;
    }),
  };
}
