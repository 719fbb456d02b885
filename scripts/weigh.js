/**
 * What the package costs those who install it: the packages of a production install and their bytes on disk,
 * from the lockfile and node_modules as they are, and the packed package. Nothing is installed or sent.
 */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { root } from './sources.js';

/** Of the lockfile, what is not for development alone: the folders that `npm ci --omit=dev` fills. */
const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
const installed = Object.keys(packages).filter((path) => path !== '' && !packages[path].dev);

const weights = installed.map((path) => ({ name: basename(path), bytes: bytesOf(path) }));
const heaviest = weights.toSorted((a, b) => b.bytes - a.bytes).slice(0, 5);
const all = weights.reduce((sum, { bytes }) => sum + bytes, 0);
const names = heaviest.map(({ name, bytes }) => `${name} ${megabytes(bytes)}`);
console.log(
  `production install: ${installed.length} packages, ${megabytes(all)}, of which ${names.join(', ')}`,
);

const listing = ['pack', '--dry-run', '--json', '--ignore-scripts'];
const [packed] = JSON.parse(
  execFileSync('npm', listing, { cwd: root, encoding: 'utf8', maxBuffer: 1 << 26 }),
);
console.log(
  `packed package: ${megabytes(packed.size)}, unpacked ${megabytes(packed.unpackedSize)} in ${packed.entryCount} files`,
);

/** Bytes of the files of a package, without the packages inside it. */
function bytesOf(path) {
  const folder = join(root, path);
  const files = readdirSync(folder, { withFileTypes: true, recursive: true }).filter(
    (entry) => entry.isFile() && !entry.parentPath.slice(folder.length).includes('node_modules'),
  );
  return files.reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}

function megabytes(bytes) {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
