/** What the package exports is described where it is declared; not whether the description is true. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';

const source = join(import.meta.dirname, '..', 'src');
const EXPORTS = /^export (?:type )?\{([^}]*)\} from '(\.[^']+)';$/gm;

interface Exported {
  readonly name: string;
  readonly file: string;
}

/** The names that a file of re-exports alone hands on, with the files that declare them. */
function exportsOf(path: string): Exported[] {
  const text = readFileSync(path, 'utf8');
  return [...text.matchAll(EXPORTS)].flatMap(([, names, file]) =>
    names
      .split(',')
      .map((name) => name.trim().replace(/^type /, ''))
      .filter((name) => name !== '')
      .map((name) => ({ name, file: join(dirname(path), file) })),
  );
}

/** The text of the docstring that ends in the line before the declaration; null where there is none. */
function docstringOf({ name, file }: Exported): string | null {
  const text = readFileSync(file, 'utf8');
  const kind = '(?:abstract class|(?:async )?function\\*?|class|const|interface|type)';
  const declared = new RegExp(`^export ${kind} ${name}\\b`, 'm').exec(text);
  if (!declared) throw new Error(`${file} does not declare ${name}: export it from where it is`);
  const [, docstring] =
    /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\n$/.exec(text.slice(0, declared.index)) ?? [];
  return docstring?.replace(/^ *\* ?/gm, '').trim() ?? null;
}

describe.each(['index.ts', 'host/library.ts'])('src/%s', (entry) => {
  const path = join(source, entry);

  it('consists of re-exports that this test follows, each name once', () => {
    const rest = readFileSync(path, 'utf8')
      .replace(EXPORTS, '')
      .replace(/\/\*\*[\s\S]*?\*\//g, '');
    expect(rest.trim()).toBe('');
    const names = exportsOf(path).map(({ name }) => name);
    expect(names.length).toBeGreaterThan(4);
    expect(new Set(names).size).toBe(names.length);
  });

  it('exports nothing without a docstring', () => {
    const bare = exportsOf(path).filter((exported) => {
      const docstring = docstringOf(exported);
      return docstring === null || docstring.split(/\s+/).length < 3;
    });
    expect(bare).toEqual([]);
  });
});
