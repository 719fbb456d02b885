/** What lies in a folder, to be compared with another. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';

function filesIn(folder) {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? filesIn(path) : [path];
  });
}

/** Entries of JSON that no other run has: how long it took, and the sums in which that is. */
const OWN = /"(seconds|sha256|minutes)": ?("[^"]*"|[\d.e+-]+)/g;

/** The files by name, without what is of the run alone. */
export function contents(folder) {
  const entries = filesIn(folder).map((path) => {
    const text = readFileSync(path, 'latin1');
    const name = relative(folder, path);
    return [name, /\.(json|md)$/.test(name) ? text.replace(OWN, '') : text];
  });
  return new Map(entries.sort());
}

/** The first file that is another, in words; null where all are the same. */
export function difference(found, expected) {
  for (const name of new Set([...expected.keys(), ...found.keys()])) {
    if (!found.has(name)) return `${name} is missing`;
    if (!expected.has(name)) return `${name} is left over`;
    if (found.get(name) !== expected.get(name)) return `${name} is another`;
  }
  return null;
}
