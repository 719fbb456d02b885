/**
 * The post-processor of a tokenizer.json: what stands before and after a single text, and whether offsets leave
 * out the white space that a token begins or ends with. Pairs of texts are nothing that this project reads.
 */
import { z } from 'zod';
import { quoted } from '../../numerics/printable.ts';
import { damage, type Makers, made, maker, refusal } from './component.ts';

/** A token of the template, as the file names it. */
export interface TemplateToken {
  readonly id: number;
  readonly piece: string;
  /** Of its row among the token types, where the model has them. */
  readonly typeId: number;
}

/** Offsets without white space; a single one that was put before the text by `prefixSpace` is left. */
export interface Trim {
  readonly prefixSpace: boolean;
}

export interface PostProcessor {
  readonly before: readonly TemplateToken[];
  readonly after: readonly TemplateToken[];
  /** The token type of the text itself. */
  readonly typeId: number;
  readonly trims: readonly Trim[];
}

const NOTHING: PostProcessor = { before: [], after: [], typeId: 0, trims: [] };

const NAMED = z.tuple([z.string(), z.int().nonnegative()]);
const TYPE_ID = z.int().nonnegative();
const PIECE = z.union([
  z.object({ Sequence: z.object({ id: z.enum(['A', 'B']), type_id: TYPE_ID }) }),
  z.object({ SpecialToken: z.object({ id: z.string(), type_id: TYPE_ID }) }),
]);

const token = ([piece, id]: readonly [string, number]): TemplateToken => ({ id, piece, typeId: 0 });

const MAKERS: Makers<PostProcessor> = {
  BertProcessing: maker(z.object({ sep: NAMED, cls: NAMED }), ({ sep, cls }) => ({
    ...NOTHING,
    before: [token(cls)],
    after: [token(sep)],
  })),
  RobertaProcessing: maker(
    z.object({ sep: NAMED, cls: NAMED, trim_offsets: z.boolean(), add_prefix_space: z.boolean() }),
    ({ sep, cls, trim_offsets, add_prefix_space }) => ({
      ...NOTHING,
      before: [token(cls)],
      after: [token(sep)],
      trims: trim_offsets ? [{ prefixSpace: add_prefix_space }] : [],
    }),
  ),
  ByteLevel: maker(
    z.object({ add_prefix_space: z.boolean(), trim_offsets: z.boolean() }),
    ({ add_prefix_space, trim_offsets }) => ({
      ...NOTHING,
      trims: trim_offsets ? [{ prefixSpace: add_prefix_space }] : [],
    }),
  ),
  TemplateProcessing: maker(
    z.object({
      single: z.array(PIECE),
      special_tokens: z.record(
        z.string(),
        z.object({ ids: z.array(z.int().nonnegative()), tokens: z.array(z.string()) }),
      ),
    }),
    ({ single, special_tokens }, where) => {
      const text = single.flatMap((piece) => ('Sequence' in piece ? [piece.Sequence] : []));
      if (text.length !== 1 || text[0].id !== 'A')
        throw refusal(`${where}`, 'its single template does not hold the text once');
      const at = single.findIndex((piece) => 'Sequence' in piece);
      const tokens = (pieces: typeof single): TemplateToken[] =>
        pieces.flatMap((piece) => {
          if ('Sequence' in piece) return [];
          const { id, type_id } = piece.SpecialToken;
          const special = Object.hasOwn(special_tokens, id) ? special_tokens[id] : undefined;
          if (special === undefined || special.ids.length !== special.tokens.length)
            throw damage(`${where} says nothing of its token ${quoted(id)}`);
          return special.ids.map((number, k) => ({
            id: number,
            piece: special.tokens[k],
            typeId: type_id,
          }));
        });
      return {
        before: tokens(single.slice(0, at)),
        after: tokens(single.slice(at + 1)),
        typeId: text[0].type_id,
        trims: [],
      };
    },
  ),
  Sequence: maker(z.object({ processors: z.array(z.unknown()) }), ({ processors }, where) => {
    const parts = processors.map((entry) => createPostProcessor(entry));
    const templates = parts.filter(({ before, after }) => before.length + after.length > 0);
    if (templates.length > 1) throw refusal(where, 'two of its processors add tokens');
    return { ...(templates[0] ?? NOTHING), trims: parts.flatMap(({ trims }) => trims) };
  }),
};

/** What an entry adds to a text; null adds nothing. */
export const createPostProcessor = (entry: unknown): PostProcessor =>
  entry === null || entry === undefined ? NOTHING : made(MAKERS, entry, 'post_processor');

const SPACES_BEFORE = /^[\u0120\p{White_Space}]*/u;
const SPACES_AFTER = /[\u0120\p{White_Space}]*$/u;

/** [from, to) of a token in `text` without the white space that its piece begins and ends with. */
export function trimmed(
  piece: string,
  text: string,
  [from, to]: readonly [number, number],
  first: boolean,
  { prefixSpace }: Trim,
): [number, number] {
  const before = SPACES_BEFORE.exec(piece)?.[0].length ?? 0;
  const after = SPACES_AFTER.exec(piece)?.[0].length ?? 0;
  if (before + after === 0) return [from, to];
  const added = prefixSpace && before === 1 && (first || from === 0);
  const characters = [...text.slice(from, to)];
  const start = added ? 0 : Math.min(before, characters.length);
  const end = to < after ? characters.length : Math.max(characters.length - after, start);
  const units = (count: number) => characters.slice(0, count).join('').length;
  return [from + units(start), from + units(end)];
}
