/**
 * Tries a release before there is one: packs the package, installs it into an empty folder as a stranger
 * would, and runs the README's programs and its first command there. Publishes nothing.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from './sources.js';

const folder = mkdtempSync(join(tmpdir(), 'schmetterling-release-'));
const inFolder = { cwd: folder, encoding: 'utf8', maxBuffer: 1 << 26 };
const npm = (...words) => execFileSync('npm', words, inFolder);

try {
  const [{ filename, size, unpackedSize, entryCount }] = JSON.parse(
    npm('pack', root, '--json', '--pack-destination', folder),
  );
  console.log(
    `${filename}: ${megabytes(size)} packed, ${megabytes(unpackedSize)} in ${entryCount} files`,
  );
  writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }\n');
  npm('install', `./${filename}`, '--no-audit', '--no-fund', '--omit=dev');
  console.log(
    `installed with its dependencies: ${execFileSync('du', ['-sh', 'node_modules'], inFolder).split('\t')[0]}`,
  );

  const readme = readFileSync(join(root, 'README.md'), 'utf8');
  const programs = [...readme.matchAll(/```js\n([\s\S]*?)```/g)].map(([, program]) => program);
  programs.forEach((program, i) => {
    writeFileSync(join(folder, `program-${i}.js`), program);
    console.log(execFileSync(process.execPath, [`program-${i}.js`], inFolder).trim());
  });
  const predicted = execFileSync(
    'npx',
    ['schmetterling', 'predict', 'Mein Lieblingstier ist __'],
    inFolder,
  );
  if (!predicted.includes('der Schmetterling')) throw new Error(`predict says:\n${predicted}`);
  console.log(
    `${programs.length} programs of the README and its first command run in an empty folder`,
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function megabytes(bytes) {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
