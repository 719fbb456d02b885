/** Byte-pair encoding: of all neighbours that may be merged those of the lowest rank first (Sennrich et al. 2016). */
import { z } from 'zod';
import { createHeap } from '../../../numerics/heap.ts';
import { byteName, bytesOf } from '../bytes.ts';
import { maker, refusal } from '../component.ts';
import { createMerges } from './merges.ts';
import { type Model, type ModelToken, unknownPiece } from './model.ts';
import { createVocabulary, VOCABULARY } from './vocabulary.ts';

const FIELDS = z.object({
  vocab: VOCABULARY,
  merges: z.custom<readonly unknown[]>(Array.isArray, 'expected a list of merges'),
  dropout: z.number().nullish(),
  unk_token: z.string().nullish(),
  continuing_subword_prefix: z.string().nullish(),
  end_of_word_suffix: z.string().nullish(),
  fuse_unk: z.boolean().nullish(),
  byte_fallback: z.boolean().nullish(),
  ignore_merges: z.boolean().nullish(),
});

/** A token that grows to the right: its neighbours are those of a list. */
interface Symbol {
  id: number;
  from: number;
  to: number;
  previous: number;
  next: number;
  merged: boolean;
}

/** A pair of neighbours that may be merged; the heap gives the largest mass. */
interface Candidate {
  readonly mass: number;
  readonly at: number;
  readonly id: number;
}

/** Ranks and places together are whole numbers below 2^53. */
const PLACES = 2 ** 26;

export const bpe = maker(FIELDS, (fields, where): Model => {
  if ((fields.dropout ?? 0) > 0)
    throw refusal(`${where} with dropout ${fields.dropout}`, 'it cuts a text by chance');
  const vocabulary = createVocabulary(fields.vocab);
  const prefix = fields.continuing_subword_prefix ?? '';
  const suffix = fields.end_of_word_suffix ?? '';
  const merges = createMerges(fields.merges, vocabulary, prefix.length, where);
  const unknown = fields.unk_token ?? undefined;

  /** A token for each character; several for one in bytes, one for several that are unknown. */
  function characters(piece: string): ModelToken[] {
    const tokens: ModelToken[] = [];
    let pending: ModelToken | undefined;
    const flush = () => {
      if (pending !== undefined) tokens.push(pending);
      pending = undefined;
    };
    let from = 0;
    for (const character of piece) {
      const to = from + character.length;
      const text = (from > 0 ? prefix : '') + character + (to === piece.length ? suffix : '');
      const id = vocabulary.idOf(text);
      const bytes = id === undefined && fields.byte_fallback ? inBytes(text) : undefined;
      if (id !== undefined) {
        flush();
        tokens.push({ id, from, to });
      } else if (bytes !== undefined) {
        // as in the reference library, an unknown character before stays behind the bytes
        for (const byte of bytes) tokens.push({ id: byte, from, to });
      } else if (unknown !== undefined) {
        if (pending !== undefined && fields.fuse_unk) pending = { ...pending, to };
        else {
          flush();
          const unknownId = vocabulary.idOf(unknown);
          if (unknownId === undefined) throw unknownPiece(character);
          pending = { id: unknownId, from, to };
        }
      }
      from = to;
    }
    flush();
    return tokens;
  }

  function inBytes(text: string): number[] | undefined {
    const found = [...bytesOf(text)].map((byte) => vocabulary.idOf(byteName(byte)));
    return found.every((id) => id !== undefined) ? found : undefined;
  }

  function merge(tokens: readonly ModelToken[]): ModelToken[] {
    const symbols = tokens.map(
      ({ id, from, to }, at): Symbol => ({
        id,
        from,
        to,
        previous: at - 1,
        next: at + 1 < tokens.length ? at + 1 : -1,
        merged: false,
      }),
    );
    const queue = createHeap<Candidate>();
    const offer = (at: number) => {
      if (at < 0 || symbols[at].next < 0) return;
      const found = merges.find(symbols[at].id, symbols[symbols[at].next].id);
      if (found !== undefined) queue.push({ mass: -(found.rank * PLACES + at), at, id: found.id });
    };
    for (let at = 0; at < symbols.length; at++) offer(at);
    for (let best = queue.pop(); best !== undefined; best = queue.pop()) {
      const symbol = symbols[best.at];
      if (symbol.merged || symbol.next < 0) continue;
      const right = symbols[symbol.next];
      // the pair may have changed since it was queued
      if (merges.find(symbol.id, right.id)?.id !== best.id) continue;
      symbol.id = best.id;
      symbol.to = right.to;
      symbol.next = right.next;
      right.merged = true;
      if (right.next >= 0) symbols[right.next].previous = best.at;
      offer(symbol.previous);
      offer(best.at);
    }
    return symbols.filter(({ merged }) => !merged);
  }

  return {
    ...vocabulary,
    tokenize(piece) {
      const whole = fields.ignore_merges ? vocabulary.idOf(piece) : undefined;
      if (whole !== undefined) return [{ id: whole, from: 0, to: piece.length }];
      return merge(characters(piece));
    },
  };
});
