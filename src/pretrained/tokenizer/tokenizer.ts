/**
 * The tokenizer of a Hugging Face folder: text to ids and back, each token with the span of the text that it
 * stands for. It reads what tokenizer.json says, to the id as the Rust library does from the same file, and
 * refuses by name what it would read otherwise. It knows no network.
 */
import { z } from 'zod';
import { InputError } from '../../numerics/errors.ts';
import { once } from '../../numerics/once.ts';
import { createAddedTokens } from './added-tokens.ts';
import type { Aligned } from './aligned.ts';
import { checked, damage, refusal } from './component.ts';
import { createDecoder } from './decoders.ts';
import { createModel } from './models/catalogue.ts';
import { createNormalizer } from './normalizers.ts';
import { createPostProcessor, type TemplateToken, trimmed } from './post-processor.ts';
import { createPreTokenizer } from './pre-tokenizers.ts';

/** Units [from, to) of a text in UTF-16. */
export type Offsets = readonly [from: number, to: number];

export interface Encoding {
  readonly ids: number[];
  /**
   * The part of the text that each token stands for; null for one that the template adds. A token that is a
   * part of a character has all of it.
   */
  readonly offsets: (Offsets | null)[];
  /** The row among the token types of each token. */
  readonly typeIds: number[];
}

export interface TokenText {
  /** As the vocabulary has it: `##ing`, `Ġthe`, `▁the`. */
  readonly piece: string;
  /** What it adds to a text: `ing`, ` the`; U+FFFD stands for a part of a character. */
  readonly text: string;
  /** One that the model was given a meaning for, such as `[MASK]`. */
  readonly special: boolean;
}

/** What a tokenizer.json says, without the roles of its special tokens. */
export interface TokenizerCore {
  /** Rows that an embedding needs: the largest id + 1. */
  readonly size: number;
  /** What the template puts before and after a text, and the token type of the text. */
  readonly template: {
    readonly before: readonly TemplateToken[];
    readonly after: readonly TemplateToken[];
    readonly typeId: number;
  };
  /** What the file says that is left aside, a line each. */
  readonly notes: readonly string[];
  /**
   * The tokens of `text`; `special` false leaves out what the template adds. Nothing is cut off or filled up.
   * Throws InputError for what the vocabulary lacks and has no unknown token for.
   */
  encode(text: string, options?: { readonly special?: boolean }): Encoding;
  /** The text of `ids`; `special` true shows special tokens too. Ids that no token has say nothing. */
  decode(ids: readonly number[], options?: { readonly special?: boolean }): string;
  /** What `ids` add to a text that they stand behind, special tokens too. */
  behind(ids: readonly number[]): string;
  /** The id of a piece as the vocabulary has it. */
  idOf(piece: string): number | undefined;
  /** The token of an id. Throws InputError for an id that no token has. */
  token(id: number): TokenText;
  /** Whether there is a token of this id. */
  has(id: number): boolean;
}

const FILE = z.looseObject({
  version: z.string().optional(),
  truncation: z.unknown().optional(),
  padding: z.unknown().optional(),
  model: z.unknown().optional(),
});

/**
 * The tokenizer of the content of a tokenizer.json. Throws InputError, naming it, for what would be read
 * otherwise than by the reference library, and DamagedFileError for what is no tokenizer.
 */
export function createTokenizerCore(content: unknown): TokenizerCore {
  const file = checked(FILE, content, 'the file');
  if (file.version !== undefined && file.version !== '1.0')
    throw refusal(`version ${file.version}`, 'read is 1.0');
  if (file.model === undefined || file.model === null)
    throw damage('there is no model in it, expected one with its vocabulary');
  const model = createModel(file.model);
  const normalize = createNormalizer(file.normalizer);
  const preTokenize = createPreTokenizer(file.pre_tokenizer);
  const { before, after, typeId, trims } = createPostProcessor(file.post_processor);
  const decoder = createDecoder(file.decoder);
  const added = createAddedTokens(file.added_tokens, model, normalize);

  const addedById = new Map(added.tokens.map((token) => [token.id, token]));
  const addedByContent = new Map(added.tokens.map((token) => [token.content, token]));
  const { pieces } = model;
  const pieceOf = (id: number): string | undefined => addedById.get(id)?.pattern ?? pieces()[id];
  const isSpecial = (piece: string): boolean => addedByContent.get(piece)?.special ?? false;
  const size = once(() =>
    added.tokens.reduce((least, { id }) => Math.max(least, id + 1), pieces().length),
  );

  function encode(text: string, { special = true } = {}): Encoding {
    const ids: number[] = [];
    const offsets: (Offsets | null)[] = [];
    const push = (
      id: number,
      piece: () => string,
      { from, to }: Aligned,
      first: number,
      end: number,
    ) => {
      const typed: [number, number] = [from[first], to[end - 1]];
      const isFirst = ids.length === 0;
      offsets.push(
        trims.reduce((kept, trim) => trimmed(piece(), text, kept, isFirst, trim), typed),
      );
      ids.push(id);
    };
    for (const { source, token } of added.cut(wellFormed(text))) {
      if (token !== undefined) push(token.id, () => source.text, source, 0, source.text.length);
      else
        for (const piece of preTokenize(source))
          for (const { id, from, to } of model.tokenize(piece.text))
            push(id, () => pieces()[id] ?? '', piece, from, to);
    }
    const typeIds = ids.map(() => typeId);
    if (!special) return { ids, offsets, typeIds };
    const around = <T>(of: (token: TemplateToken) => T, inside: T[]) => [
      ...before.map(of),
      ...inside,
      ...after.map(of),
    ];
    return {
      ids: around(({ id }) => id, ids),
      offsets: around(() => null, offsets),
      typeIds: around((token) => token.typeId, typeIds),
    };
  }

  function decode(ids: readonly number[], { special = false } = {}): string {
    const known = ids
      .map(pieceOf)
      .filter((piece) => piece !== undefined)
      .filter((piece) => special || !isSpecial(piece));
    return decoder(known).join('');
  }

  /** A token that others are shown behind: what they add to a text depends on whether they begin it. */
  const neighbour = once(() => {
    const find = (pattern: RegExp) => pieces().findIndex((piece) => pattern.test(piece ?? ''));
    const letter = find(/^[a-z]$/i);
    const id = letter >= 0 ? letter : find(/^[a-z][a-z0-9]*$/i);
    return id < 0 ? null : { id, text: decode([id], { special: true }) };
  });

  function behind(ids: readonly number[]): string {
    const left = neighbour();
    const both = left && decode([left.id, ...ids], { special: true });
    if (left && both?.startsWith(left.text)) return both.slice(left.text.length);
    return decode(ids, { special: true });
  }

  return {
    get size() {
      return size();
    },
    template: { before, after, typeId },
    notes: notesOn(file),
    encode,
    decode,
    behind,
    idOf: (piece) => addedByContent.get(piece)?.id ?? model.idOf(piece),
    has: (id) => pieceOf(id) !== undefined,
    token(id) {
      const piece = addedById.get(id)?.content ?? pieces()[id];
      if (piece === undefined)
        throw new InputError(
          'id',
          `id ${id} has no token: the tokenizer has ${size()} ids, from 0`,
        );
      return { piece, text: behind([id]), special: isSpecial(piece) };
    },
  };
}

/** Half a surrogate pair becomes U+FFFD, as UTF-8 has none. */
const wellFormed = (text: string): string => text.replace(/\p{Cs}/gu, '\ufffd');

function notesOn({ truncation, padding }: z.output<typeof FILE>): string[] {
  const truncated = z.object({ max_length: z.number() }).safeParse(truncation);
  return [
    ...(truncated.success
      ? [
          `tokenizer.json cuts texts after ${truncated.data.max_length} tokens: left aside, no text is cut`,
        ]
      : []),
    ...(padding !== null && padding !== undefined
      ? ['tokenizer.json fills texts up with padding: left aside, no text is filled up']
      : []),
  ];
}
