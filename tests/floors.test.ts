/** The floors of the house: a file imports from its own folder or from a lower floor. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const SOURCE = join(import.meta.dirname, '..', 'src');

/** As CONTRIBUTING.md says: a row of its table is a floor, its folders and what lives there. */
const PAGE = readFileSync(join(SOURCE, '..', 'CONTRIBUTING.md'), 'utf8');
const FLOORS: Record<string, number> = Object.fromEntries(
  [...PAGE.matchAll(/^\| (\d) \| (.+?) \|/gm)].flatMap(([, floor, folders]) =>
    [...folders.matchAll(/`(\w+)`/g)].map(([, folder]) => [folder, Number(floor)]),
  ),
);
/** host/ is handed down to the other faces of its floor. */
const FACES = new Set(['cli', 'server']);

function files(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) return files(path);
    return path.endsWith('.ts') ? [path] : [];
  });
}

function imports(file: string): string[] {
  const text = readFileSync(file, 'utf8');
  const pattern = /(?:from\s+|import\s*\(\s*|import\s+)['"]([^'"]+)['"]/g;
  return [...text.matchAll(pattern)].map((match) => match[1]);
}

const folderOf = (file: string) => relative(SOURCE, file).split('/')[0];

/** Why an import is not allowed, or null. */
function fault(file: string, specifier: string): string | null {
  const from = folderOf(file);
  const where = `${relative(SOURCE, file)} → ${specifier}`;
  if (specifier.startsWith('.')) {
    const target = resolve(dirname(file), specifier);
    if (relative(SOURCE, target).startsWith('..')) return null;
    const to = folderOf(target);
    if (from === 'index.ts' || from === to) return null;
    if (!(to in FLOORS)) return `${where}: no such floor`;
    if (FLOORS[to] < FLOORS[from] || (to === 'host' && FACES.has(from))) return null;
    return `${where}: ${from} (floor ${FLOORS[from]}) may not import ${to} (floor ${FLOORS[to]})`;
  }
  if (specifier.startsWith('node:') && (FLOORS[from] ?? 0) < 9)
    return `${where}: Node built-ins live in the faces`;
  if (specifier.startsWith('@tensorflow/') && !file.includes('/engines/tensorflow/'))
    return `${where}: only engines/tensorflow imports tfjs`;
  return null;
}

/** Here numbers are drawn, not computed: a last digit moves no pixel. */
const DRAWING = /^(?:figures|web\/(?!lab\/(?:law|measure)\/))/;
/** Of these every engine has its own last digit. Exactly rounded everywhere: sqrt, floor, max and the like. */
const ENGINES_OWN =
  /\bMath\.(a?(?:cos|sin|tan)h?|atan2|cbrt|exp|expm1|hypot|log|log10|log1p|log2|pow)\b/g;
/** Rounded once everywhere: `x ** 2`, and `2 ** k` for a whole k. */
const POWER = /([\w.)\]]+) \*\* ([-\w.(]+)/g;

/** What in a source has digits of the engine's own, each with its replacement. */
function engineDigits(source: string): string[] {
  const code = source.replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '');
  const calls = [...code.matchAll(ENGINES_OWN)].map(
    ([call, name]) => `${call}: take ${name} of numerics/elementary`,
  );
  const powers = [...code.matchAll(POWER)]
    .filter(([, base, exponent]) => exponent !== '2' && base !== '2')
    .map(([power]) => `${power}: take pow of numerics/elementary, or multiply`);
  return [...calls, ...powers];
}

describe('the floors', () => {
  it('every folder has its floor', () => {
    const folders = readdirSync(SOURCE).filter((name) =>
      statSync(join(SOURCE, name)).isDirectory(),
    );
    expect(Object.keys(FLOORS).sort()).toEqual(folders.sort());
  });

  it('no import runs upward or sideways', () => {
    const faults = files(SOURCE).flatMap((file) =>
      imports(file).flatMap((specifier) => fault(file, specifier) ?? []),
    );
    expect(faults).toEqual([]);
  });

  it('notices an upward import, tfjs outside its engine, and a Node built-in below', () => {
    const file = join(SOURCE, 'attention', 'step.ts');
    expect(fault(file, '../language/tokenizer.ts')).toMatch('may not import language');
    expect(fault(file, '@tensorflow/tfjs')).toMatch('only engines/tensorflow');
    expect(fault(file, 'node:fs')).toMatch('faces');
  });

  it('only numerics/random makes random numbers', () => {
    const makers = files(SOURCE).filter((file) =>
      readFileSync(file, 'utf8').includes('Math.random'),
    );
    expect(makers).toEqual([]);
  });

  it('what is computed has the same digits in every engine', () => {
    const faults = files(SOURCE)
      .filter((file) => !DRAWING.test(relative(SOURCE, file)))
      .flatMap((file) =>
        engineDigits(readFileSync(file, 'utf8')).map(
          (found) => `${relative(SOURCE, file)}: ${found}`,
        ),
      );
    expect(faults).toEqual([]);
  });

  it('notices functions and powers that engines round differently, and no others', () => {
    expect(engineDigits('Math.exp(x) + xs.map(Math.tanh)')).toEqual([
      'Math.exp: take exp of numerics/elementary',
      'Math.tanh: take tanh of numerics/elementary',
    ]);
    for (const power of [
      'ratio ** -0.2',
      'f(x) ** p',
      'x[0] ** 3',
      '10 ** k',
      'x ** 2.5',
      'x ** (1 / p)',
    ])
      expect(engineDigits(power), power).toHaveLength(1);
    const exact = 'x ** 2 + 2 ** k + Math.sqrt(Math.max(x, Math.PI)) // Math.exp, x ** 3';
    expect(engineDigits(`/** Math.log */ ${exact}`)).toEqual([]);
  });
});
