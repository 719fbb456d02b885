/** What code and pages refer to exists: files that links lead to, and the sections that comments name. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');
const LEFT_OUT = new Set(['node_modules', 'dist', 'coverage', 'test-results', 'generated', '.git']);

function files(folder: string, ending: RegExp): string[] {
  return readdirSync(folder).flatMap((name) => {
    if (LEFT_OUT.has(name)) return [];
    const path = join(folder, name);
    if (statSync(path).isDirectory()) return files(path, ending);
    return ending.test(name) ? [path] : [];
  });
}

const read = (path: string) => readFileSync(path, 'utf8');

/** The anchors of a page: ids, and headings as GitHub makes them. */
function anchorsOf(page: string): Set<string> {
  const ids = [...page.matchAll(/<a id="([^"]+)"/g)].map(([, id]) => id);
  const headings = [...page.matchAll(/^#+ +(.+)$/gm)].map(([, heading]) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );
  return new Set([...ids, ...headings]);
}

/** Links of a page into the repository that lead nowhere. */
function deadLinks(path: string): string[] {
  const page = read(path).replace(/```[\s\S]*?```/g, '');
  const links = [...page.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => link);
  return links.filter((link) => {
    if (/^[a-z]+:/.test(link)) return false;
    const [file, anchor] = link.split('#');
    const target = file === '' ? path : join(dirname(path), file);
    if (!existsSync(target)) return true;
    return anchor !== undefined && !anchorsOf(read(target)).has(anchor);
  });
}

/** What a source refers to in docs/ that is not there: pages, and sections such as §4.1 of them. */
function deadReferences(path: string): string[] {
  const references = [...read(path).matchAll(/(?:^|[^\w/])(docs\/[\w/-]+\.md)(?: §([\d.]*\d))?/g)];
  return references.flatMap(([, page, section]) => {
    if (!existsSync(join(root, page))) return [page];
    const known = section === undefined || anchorsOf(read(join(root, page))).has(section);
    return known ? [] : [`${page} §${section}`];
  });
}

it.each(files(root, /\.md$/).map((path) => relative(root, path)))('%s has no dead link', (path) => {
  expect(deadLinks(join(root, path))).toEqual([]);
});

it('sources refer to pages and sections that exist', () => {
  const sources = ['src', 'tests', 'bench', 'scripts', 'assembly'].flatMap((folder) =>
    files(join(root, folder), /\.(ts|js|py)$/),
  );
  const dead = sources.flatMap((path) =>
    deadReferences(path).map((reference) => `${relative(root, path)}: ${reference}`),
  );
  expect(dead).toEqual([]);
});

it('no source names a document in capitals, which only its writer has', () => {
  const named = ['src', 'tests'].flatMap((folder) =>
    files(join(root, folder), /\.ts$/).flatMap((path) =>
      [...read(path).matchAll(/\b(THEORY|INTERFACE|DESIGN|STYLE)(\.md|:| §| \d)/g)].map(
        ([text]) => `${relative(root, path)}: ${text}`,
      ),
    ),
  );
  expect(named).toEqual([]);
});
