/** CONTRIBUTING.md is true: every path, script, command and name in backticks exists. Its floors: floors.test.ts. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { GROUPS, operationNames } from '../src/operations/catalogue.ts';

const root = join(import.meta.dirname, '..');
const read = (...path: string[]) => readFileSync(join(root, ...path), 'utf8');

function files(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) return files(path);
    return /\.(ts|js)$/.test(name) ? [path] : [];
  });
}

const sources = ['src', 'tests', 'bench'].flatMap((folder) => files(join(root, folder)));
const code = sources
  .filter((path) => path !== import.meta.filename)
  .map((path) => readFileSync(path, 'utf8'))
  .join('\n');

const scripts = (...folder: string[]) =>
  Object.keys(JSON.parse(read(...folder, 'package.json')).scripts);
const isWritten = (path: string) => /^(site\/)?dist\b/.test(path);
const exists = (path: string) => isWritten(path) || existsSync(join(root, path));
const isFolderOfSource = (path: string) =>
  existsSync(join(root, 'src', path)) || existsSync(join(root, 'src', `${path}.ts`));

/** The commands that a page may give, each with what has to exist for it. */
const COMMANDS: readonly (readonly [RegExp, (...found: string[]) => boolean])[] = [
  [/^npm (?:run )?(test|start|[\w:-]+)$/, (name) => name === 'ci' || scripts().includes(name)],
  [/^npm --prefix (\w+) run ([\w:]+)$/, (folder, name) => scripts(folder).includes(name)],
  [/^npx vitest run (\S+)$/, (path) => exists(path)],
  [
    /^node (\S+\.js)(?: --(\w+))?(?: NODE…)?$/,
    (path, flag = '') => exists(path) && read(path).includes(flag),
  ],
  [
    /^experiment (\w+)(?: all)?$/,
    (name) => read('src', 'cli', 'commands', 'experiment.ts').includes(`'${name}`),
  ],
];

/** Why something in backticks is not true, or null. */
function fault(quoted: string): string | null {
  for (const [form, holds] of COMMANDS) {
    const found = form.exec(quoted);
    if (found) return holds(...found.slice(1)) ? null : `${quoted}: there is no such command`;
  }
  if (/^[\w@.-]+(\/[\w.-]+)*\/?$/.test(quoted) && /[/.]/.test(quoted) && !/^Math\./.test(quoted))
    return exists(quoted) || isFolderOfSource(quoted) ? null : `${quoted}: there is no such file`;
  const name = /^(\w+)(?:\(…\))?$/.exec(quoted)?.[1];
  if (name === undefined) return null;
  const operation = Object.keys(GROUPS).includes(name);
  const known = operation || new RegExp(`\\b${name}\\b`).test(code) || isFolderOfSource(name);
  return known ? null : `${quoted}: no code has that name`;
}

describe('CONTRIBUTING.md', () => {
  const page = read('CONTRIBUTING.md');
  const quotes = [...page.matchAll(/`([^`\n]+)`/g)].map(([, quoted]) => quoted);

  it('names nothing that is not there', () => {
    expect(quotes.length).toBeGreaterThan(60);
    expect(quotes.flatMap((quoted) => fault(quoted) ?? [])).toEqual([]);
  });

  it('would not go unnoticed with a path, a script, a command or a name of yesterday', () => {
    for (const gone of [
      'tests/gone.test.ts',
      'src/gone/',
      'numerics/gone',
      'npm run gone',
      'npx vitest run tests/gone.test.ts',
      'node bench/gone.js',
      'experiment gone',
      'certifyGone(…)',
    ])
      expect(fault(gone), gone).not.toBeNull();
    for (const there of ['numerics/random', 'npm test', 'x ** y', 'Math.exp', 'Algebra'])
      expect(fault(there), there).toBeNull();
  });

  it('is right that an operation with the name of its group is a command of its own', () => {
    expect(operationNames('transport')).toEqual(['transport']);
  });
});
