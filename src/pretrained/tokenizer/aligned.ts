/**
 * A text that has been changed, with what it was made of: each of its UTF-16 units stands for a span of
 * the text that was typed. Not the changes: those are the normalizers and pre-tokenizers.
 */

export interface Aligned {
  readonly text: string;
  /** Per unit of `text`: the span [from, to) of the original text that it stands for. */
  readonly from: readonly number[];
  readonly to: readonly number[];
}

/** `text` takes the place of [from, to); all of its units stand for what the unit `like` stood for. */
export interface Edit {
  readonly from: number;
  readonly to: number;
  readonly text: string;
  readonly like: number;
}

/** A part of a text: what matches a pattern, or what stands between matches. */
export interface Span {
  readonly from: number;
  readonly to: number;
  readonly matches: boolean;
}

export const SPLITS = [
  'Removed',
  'Isolated',
  'MergedWithPrevious',
  'MergedWithNext',
  'Contiguous',
] as const;
/** What becomes of the matches that a text is split at. */
export type SplitBehaviour = (typeof SPLITS)[number];

/** The text as it was typed; both halves of a surrogate pair stand for the whole character. */
export function asTyped(text: string): Aligned {
  const from: number[] = [];
  const to: number[] = [];
  for (const character of text) {
    const start = from.length;
    for (let unit = 0; unit < character.length; unit++) {
      from.push(start);
      to.push(start + character.length);
    }
  }
  return { text, from, to };
}

export const sliced = (source: Aligned, from: number, to: number): Aligned => ({
  text: source.text.slice(from, to),
  from: source.from.slice(from, to),
  to: source.to.slice(from, to),
});

/** The text after `edits`, which stand in its order and do not overlap. */
export function edited(source: Aligned, edits: readonly Edit[]): Aligned {
  if (edits.length === 0) return source;
  let text = '';
  const from: number[] = [];
  const to: number[] = [];
  let done = 0;
  const keep = (until: number) => {
    text += source.text.slice(done, until);
    for (let unit = done; unit < until; unit++) {
      from.push(source.from[unit]);
      to.push(source.to[unit]);
    }
  };
  for (const edit of edits) {
    keep(edit.from);
    text += edit.text;
    for (let unit = 0; unit < edit.text.length; unit++) {
      from.push(source.from[edit.like]);
      to.push(source.to[edit.like]);
    }
    done = edit.to;
  }
  keep(source.text.length);
  return { text, from, to };
}

/** Each match of `pattern` (global) rewritten by `rewrite`, aligned with its first unit. */
export function rewritten(
  source: Aligned,
  pattern: RegExp,
  rewrite: (match: string) => string,
): Aligned {
  const edits: Edit[] = [];
  for (const { from, to, matches } of spans(source.text, pattern)) {
    if (!matches) continue;
    const match = source.text.slice(from, to);
    const text = rewrite(match);
    if (text !== match) edits.push({ from, to, text, like: from });
  }
  return edited(source, edits);
}

/** `text` before everything, aligned with the first character. An empty text stays empty. */
export const prepended = (source: Aligned, text: string): Aligned =>
  source.text === '' ? source : edited(source, [{ from: 0, to: 0, text, like: 0 }]);

/**
 * The matches of `pattern` (global) and what stands between them, in order, covering all of `text`.
 * An empty match right behind another match is none, as in Rust's and Oniguruma's iterators.
 */
export function spans(text: string, pattern: RegExp): Span[] {
  const found: Span[] = [];
  let done = 0;
  let last = -1;
  for (const match of text.matchAll(pattern)) {
    const from = match.index;
    const to = from + match[0].length;
    if (from === to && to === last) continue;
    if (done < from) found.push({ from: done, to: from, matches: false });
    found.push({ from, to, matches: true });
    done = to;
    last = to;
  }
  if (done < text.length) found.push({ from: done, to: text.length, matches: false });
  return found;
}

/** `source` split at `parts`, without the pieces that are empty. */
export function split(
  source: Aligned,
  parts: readonly Span[],
  behaviour: SplitBehaviour,
): Aligned[] {
  return merged(parts, behaviour)
    .filter(({ from, to }) => from < to)
    .map(({ from, to }) => sliced(source, from, to));
}

function merged(parts: readonly Span[], behaviour: SplitBehaviour): readonly Span[] {
  switch (behaviour) {
    case 'Removed':
      return parts.filter(({ matches }) => !matches);
    case 'Isolated':
      return parts;
    case 'Contiguous':
      return joined(parts, (part, before) => part.matches === before);
    case 'MergedWithPrevious':
      return joined(parts, (part, before) => part.matches && !before);
    case 'MergedWithNext':
      return joined(parts.toReversed(), (part, before) => part.matches && !before).reverse();
  }
}

/** Each part joined to the one before it where `joins` says so, given whether that one matches. */
function joined(parts: readonly Span[], joins: (part: Span, before: boolean) => boolean): Span[] {
  const result: Span[] = [];
  let before = false;
  for (const part of parts) {
    const last = result.at(-1);
    if (last !== undefined && joins(part, before))
      result[result.length - 1] = {
        from: Math.min(last.from, part.from),
        to: Math.max(last.to, part.to),
        matches: part.matches,
      };
    else result.push(part);
    before = part.matches;
  }
  return result;
}
