/** What an install brings, and when tfjs is loaded: by what trains, and by nothing that is merely started. */
import { readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');
const read = (...path: string[]) => readFileSync(join(root, ...path), 'utf8');

describe('docs/dependencies.md', () => {
  const page = read('docs', 'dependencies.md');
  const { dependencies, devDependencies } = JSON.parse(read('package.json'));

  it('has a reason for every dependency, and names no other', () => {
    const named = [...page.matchAll(/^\| (`.*?) +\|/gm)].flatMap(([, cell]) =>
      [...cell.matchAll(/`([^`]+)`/g)].map(([, name]) => name),
    );
    const site = Object.keys(JSON.parse(read('site', 'package.json')).devDependencies);
    const types = (name: string) => name.startsWith('@types/');
    const all = Object.keys({ ...dependencies, ...devDependencies });
    expect(all.filter((name) => !types(name) && !named.includes(name))).toEqual([]);
    const known = new Set([...all, ...site, '@types/*']);
    expect(named.filter((name) => !known.has(name))).toEqual([]);
  });

  it('says how many packages a production install has', () => {
    const { packages } = JSON.parse(read('package-lock.json')) as {
      packages: Record<string, { dev?: boolean }>;
    };
    const installed = Object.entries(packages).filter(([path, { dev }]) => path !== '' && !dev);
    expect(page).toContain(`A production install has ${installed.length} packages`);
  });
});

/** What a module imports when it is loaded, and what it may load later: modules and threads. */
interface Edges {
  readonly now: readonly string[];
  readonly later: readonly string[];
}

describe('tfjs', () => {
  const dist = join(root, 'dist');
  const known = new Map<string, Edges>();

  function edgesOf(file: string): Edges {
    const before = known.get(file);
    if (before) return before;
    const code = readFileSync(file, 'utf8').replace(/\/\*[\s\S]*?\*\//g, '');
    const found = (pattern: RegExp) =>
      [...code.matchAll(pattern)].map(([, name]) =>
        name.startsWith('.') ? join(dirname(file), name) : name,
      );
    const edges = {
      now: found(/^(?:import|export|\}).*?['"]([^'"]+)['"];?$/gm),
      later: [
        ...found(/\bimport\(\s*['"]([^'"]+)['"]\s*\)/g),
        ...found(/new URL\(\s*['"](\.[^'"]+\.js)['"],\s*import\.meta\.url\s*\)/g),
      ],
    };
    known.set(file, edges);
    return edges;
  }

  const isOurs = (name: string) => name.startsWith(dist);

  /** All that is loaded with a module, packages by their names. */
  function loadedWith(entry: string, seen = new Set<string>()): Set<string> {
    if (seen.has(entry)) return seen;
    seen.add(entry);
    if (isOurs(entry)) for (const name of edgesOf(entry).now) loadedWith(name, seen);
    return seen;
  }

  const bringsTfjs = (entry: string) =>
    [...loadedWith(entry)].some((name) => name.startsWith('@tensorflow/'));

  /** The ways by which what is started may come to tfjs: who loads what. */
  function waysFrom(entries: readonly string[]): string[] {
    const open = [...entries];
    const seen = new Set<string>();
    const ways: string[] = [];
    for (let entry = open.pop(); entry !== undefined; entry = open.pop())
      for (const file of [...loadedWith(entry)].filter(isOurs)) {
        if (seen.has(file)) continue;
        seen.add(file);
        for (const later of edgesOf(file).later.filter(isOurs))
          if (bringsTfjs(later)) ways.push(`${relative(dist, file)} → ${relative(dist, later)}`);
          else open.push(later);
      }
    return ways.sort();
  }

  const entries = ['index.js', 'host/library.js', 'cli/main.js', 'server/start.js'].map((name) =>
    join(dist, name),
  );

  const bundled = entries.map((entry) => join(dist, 'run', relative(dist, entry)));

  it.each([...entries, ...bundled].map((entry) => relative(dist, entry)))(
    'is not loaded with %s',
    (entry) => {
      const loaded = loadedWith(join(dist, entry));
      expect([...loaded].filter(isOurs).length).toBeGreaterThan(5);
      expect([...loaded].filter((name) => name.startsWith('@tensorflow/'))).toEqual([]);
    },
  );

  it('is loaded by what trains alone: the command train, and limit resnet, which trains a network', () => {
    expect(waysFrom(entries)).toEqual([
      'cli/commands/train.js → host/training/run.js',
      'host/engines.js → engines/tensorflow/engine.js',
    ]);
    expect(bringsTfjs(join(dist, 'host', 'training', 'worker.js'))).toBe(true);
  });
});
