/**
 * What a JSON text is like before it is parsed: one pass over its characters, so that what would cost a second to parse
 * and to check is refused in milliseconds. Not a parser: of what is no JSON it says nothing.
 */

/** Lists and objects within each other, and all of them. */
export interface ShapeBounds {
  readonly depth: number;
  readonly brackets: number;
}

export type ShapeFault =
  | { readonly kind: 'depth' | 'brackets' }
  /** A name that an object has twice, of which JSON.parse keeps the last value without a word. */
  | { readonly kind: 'name'; readonly name: string };

const [QUOTE, BACKSLASH, COLON] = [0x22, 0x5c, 0x3a];
const [OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];

/** The first fault; null where there is none. */
export function shapeFault(json: string, { depth, brackets }: ShapeBounds): ShapeFault | null {
  // the names of every object that is open; null for a list
  const open: (Set<string> | null)[] = [];
  let count = 0;
  for (let at = 0; at < json.length; at++) {
    const code = json.charCodeAt(at);
    if (code === OPEN_LIST || code === OPEN_OBJECT) {
      open.push(code === OPEN_OBJECT ? new Set() : null);
      if (open.length > depth) return { kind: 'depth' };
      if (++count > brackets) return { kind: 'brackets' };
    } else if (code === CLOSE_LIST || code === CLOSE_OBJECT) open.pop();
    else if (code === QUOTE) {
      const begin = at;
      at = endOfString(json, at);
      const names = open.at(-1);
      if (!names || !isName(json, at)) continue;
      const name = nameOf(json.slice(begin, at + 1));
      if (name === null) return null;
      if (names.has(name)) return { kind: 'name', name };
      names.add(name);
    }
  }
  return null;
}

/** Where the closing quote is of a string that opens at `at`, or the end. */
function endOfString(json: string, at: number): number {
  for (let next = at + 1; next < json.length; next++) {
    const code = json.charCodeAt(next);
    if (code === QUOTE) return next;
    if (code === BACKSLASH) next++;
  }
  return json.length;
}

const isSpace = (code: number) => code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;

/** Whether the string that ends at `at` is followed by a colon. */
function isName(json: string, at: number): boolean {
  let next = at + 1;
  while (isSpace(json.charCodeAt(next))) next++;
  return json.charCodeAt(next) === COLON;
}

/** "\u006e" is "n" too. */
function nameOf(text: string): string | null {
  try {
    return String(JSON.parse(text));
  } catch {
    return null;
  }
}
