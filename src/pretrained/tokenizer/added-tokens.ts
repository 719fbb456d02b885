/**
 * Added tokens of a tokenizer.json: pieces of text that are found before anything else, the special ones
 * (`[MASK]`, `<s>`) and others, some in the text as it was typed, some in the normalized one.
 */
import { z } from 'zod';
import { quoted } from '../../numerics/printable.ts';
import { type Aligned, asTyped, sliced } from './aligned.ts';
import { checked, damage, refusal } from './component.ts';
import type { Normalizer } from './normalizers.ts';
import { BEGINS_WITH_WORD, ENDS_WITH_WORD } from './patterns.ts';

const ADDED = z.object({
  id: z.int().nonnegative(),
  content: z.string(),
  single_word: z.boolean(),
  lstrip: z.boolean(),
  rstrip: z.boolean(),
  normalized: z.boolean(),
  special: z.boolean(),
});

export interface AddedToken extends z.output<typeof ADDED> {
  /** What is looked for, and decoded: the content, normalized where the entry says so. */
  readonly pattern: string;
}

/** A stretch of text, and the token that it is, if it is one. */
export interface Stretch {
  readonly source: Aligned;
  readonly token?: AddedToken;
}

export interface AddedTokens {
  readonly tokens: readonly AddedToken[];
  /** The text cut at the added tokens; what stands between them is normalized. */
  cut(text: string): Stretch[];
}

/**
 * The added tokens of `entries`. Throws InputError where the reference library gives a token another id than
 * the file does: it numbers those that the vocabulary lacks from the vocabulary's size on, in their order.
 */
export function createAddedTokens(
  entries: unknown,
  vocabulary: { readonly size: number; idOf(token: string): number | undefined },
  normalize: Normalizer,
): AddedTokens {
  let next = vocabulary.size;
  const given = new Map<string, number>();
  const tokens = checked(z.array(ADDED).nullish(), entries, 'added_tokens') ?? [];
  const added = tokens
    .filter(({ content }) => content !== '')
    .map((token): AddedToken => {
      const { content, id } = token;
      const expected = vocabulary.idOf(content) ?? given.get(content) ?? next++;
      if (id !== expected)
        throw refusal(
          `added token ${quoted(content)} with id ${id}`,
          `the reference library gives it id ${expected}`,
        );
      given.set(content, id);
      const pattern = token.normalized ? normalize(asTyped(content)).text : content;
      return { ...token, pattern };
    });
  const unique = [...new Map(added.map((token) => [token.content, token])).values()];
  const typed = createFinder(unique.filter(({ normalized }) => !normalized));
  const changed = createFinder(unique.filter(({ normalized }) => normalized));
  return {
    tokens: unique,
    cut: (text) =>
      typed(asTyped(text)).flatMap((stretch) =>
        stretch.token === undefined ? changed(normalize(stretch.source)) : [stretch],
      ),
  };
}

/** Finds the tokens in a text, from left to right, of several at a place the longest. */
function createFinder(tokens: readonly AddedToken[]): (source: Aligned) => Stretch[] {
  const byFirst = new Map<string, AddedToken[]>();
  const seen = new Set<string>();
  for (const token of tokens) {
    if (token.pattern === '' || seen.has(token.pattern))
      throw damage(
        `two added tokens are normalized to ${quoted(token.pattern)}, or one to nothing: ${quoted(token.content)}`,
      );
    seen.add(token.pattern);
    const first = token.pattern[0];
    const list = byFirst.get(first);
    if (list === undefined) byFirst.set(first, [token]);
    else list.push(token);
  }
  for (const list of byFirst.values()) list.sort((a, b) => b.pattern.length - a.pattern.length);

  return (source) => {
    const { text } = source;
    const stretches: Stretch[] = [];
    let done = 0;
    const push = (from: number, to: number, token?: AddedToken) => {
      if (from < to) stretches.push({ source: sliced(source, from, to), token });
    };
    for (let at = 0; byFirst.size > 0 && at < text.length; ) {
      const token = byFirst.get(text[at])?.find(({ pattern }) => text.startsWith(pattern, at));
      if (token === undefined) {
        at++;
        continue;
      }
      const end = at + token.pattern.length;
      if (!token.single_word || standsAlone(text, at, end)) {
        const from = token.lstrip ? Math.max(spacesBefore(text, at), done) : at;
        const to = token.rstrip ? end + spacesAfter(text, end) : end;
        push(done, from);
        push(from, to, token);
        done = to;
      }
      at = end;
    }
    push(done, text.length);
    return stretches;
  };
}

const standsAlone = (text: string, from: number, to: number): boolean =>
  !ENDS_WITH_WORD.test(text.slice(0, from)) && !BEGINS_WITH_WORD.test(text.slice(to));

/** Where the white space before `at` begins. */
const spacesBefore = (text: string, at: number): number =>
  at - (/\p{White_Space}*$/u.exec(text.slice(0, at))?.[0].length ?? 0);

const spacesAfter = (text: string, at: number): number =>
  /^\p{White_Space}*/u.exec(text.slice(at))?.[0].length ?? 0;
