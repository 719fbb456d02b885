/**
 * Finds a name that an object of a JSON text has twice, of which JSON.parse keeps the last value without a
 * word. Not a parser: of what is no JSON it says nothing.
 */

/** Brackets, and strings with what makes them names. */
const TOKENS = /[{}[\]]|("[^"\\]*(?:\\.[^"\\]*)*")(\s*:)?/g;

/** The first such name; null where there is none. */
export function repeatedName(json: string): string | null {
  // The names of every object that is open; null for a list.
  const open: (Set<string> | null)[] = [];
  for (const [token, text, colon] of json.matchAll(TOKENS)) {
    if (token === '{') open.push(new Set());
    else if (token === '[') open.push(null);
    else if (text === undefined) open.pop();
    else if (colon !== undefined) {
      const name = nameOf(text);
      const names = open.at(-1);
      if (name === null || !names) return null;
      if (names.has(name)) return name;
      names.add(name);
    }
  }
  return null;
}

/** "\u006e" is "n" too. */
function nameOf(text: string): string | null {
  try {
    return String(JSON.parse(text));
  } catch {
    return null;
  }
}
