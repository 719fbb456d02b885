/** Unigram: of all ways to cut a piece the one with the largest sum of scores (Kudo 2018, arXiv:1804.10959). */
import { z } from 'zod';
import { once } from '../../../numerics/once.ts';
import { byteName, bytesOf } from '../bytes.ts';
import { checked, damage, maker } from '../component.ts';
import { type Model, type ModelToken, unknownPiece } from './model.ts';

/** An unknown character scores this much less than the worst token. */
const UNKNOWN_PENALTY = 10;

const ENTRY = z.tuple([z.string(), z.number()]);

/** The best way to a place in the piece. */
interface Way {
  readonly score: number;
  readonly from: number;
  readonly known: boolean;
}

export const unigram = maker(
  z.object({
    vocab: z.custom<readonly unknown[]>(Array.isArray, 'expected a list of tokens with scores'),
    unk_id: z.int().nonnegative().nullish(),
    byte_fallback: z.boolean().default(false),
  }),
  ({ vocab, unk_id, byte_fallback }, where): Model => {
    const entries = vocab.map((entry, id) =>
      isEntry(entry) ? entry : checked(ENTRY, entry, `${where}.vocab.${id}`),
    );
    const unknown = unk_id ?? undefined;
    if (unknown !== undefined && unknown >= entries.length)
      throw damage(`${where}.unk_id is ${unknown} and the vocabulary has ${entries.length} tokens`);
    const ids = new Map(entries.map(([token], id) => [token, id]));
    const longest = entries.reduce((length, [token]) => Math.max(length, token.length), 0);
    const unknownScore =
      entries.reduce((least, [, score]) => Math.min(least, score), Number.POSITIVE_INFINITY) -
      UNKNOWN_PENALTY;

    /** The parts of the best way, each with whether a token or an unknown character ends there. */
    function best(piece: string): (Way & { readonly to: number })[] {
      const ways = new Array<Way | undefined>(piece.length + 1);
      ways[0] = { score: 0, from: 0, known: true };
      const offer = (to: number, way: Way) => {
        const rival = ways[to];
        if (rival === undefined || way.score > rival.score) ways[to] = way;
      };
      for (let from = 0; from < piece.length; ) {
        const next = from + ((piece.codePointAt(from) ?? 0) > 0xffff ? 2 : 1);
        const { score } = ways[from] as Way;
        const last = Math.min(piece.length, from + longest);
        for (let to = next; to <= last; to++) {
          const id = ids.get(piece.slice(from, to));
          if (id !== undefined)
            offer(to, { score: entries[id][1] + score, from, known: id !== unknown });
        }
        if (!ids.has(piece.slice(from, next)))
          offer(next, { score: unknownScore + score, from, known: false });
        from = next;
      }
      const path: (Way & { readonly to: number })[] = [];
      for (let to = piece.length; to > 0; to = path[path.length - 1].from)
        path.push({ ...(ways[to] as Way), to });
      return path.reverse();
    }

    /** The tokens of a part; an unknown one is written in bytes where the vocabulary has them all. */
    function tokens(piece: string, from: number, to: number): ModelToken[] {
      const text = piece.slice(from, to);
      const id = ids.get(text);
      if (id !== undefined) return [{ id, from, to }];
      if (byte_fallback) {
        const bytes = [...bytesOf(text)].map((byte) => ids.get(byteName(byte)));
        if (bytes.every((byte) => byte !== undefined))
          return bytes.map((byte) => ({ id: byte, from, to }));
      }
      if (unknown === undefined) throw unknownPiece(text);
      return [{ id: unknown, from, to }];
    }

    return {
      size: entries.length,
      idOf: (token) => ids.get(token),
      pieces: once(() => entries.map(([token]) => token)),
      tokenize(piece) {
        const parts: { from: number; to: number; known: boolean }[] = [];
        for (const { from, to, known } of best(piece)) {
          const last = parts.at(-1);
          // unknown characters side by side are one
          if (last !== undefined && !last.known && !known) last.to = to;
          else parts.push({ from, to, known });
        }
        return parts.flatMap(({ from, to }) => tokens(piece, from, to));
      },
    };
  },
);

const isEntry = (entry: unknown): entry is [string, number] =>
  Array.isArray(entry) && typeof entry[0] === 'string' && typeof entry[1] === 'number';
