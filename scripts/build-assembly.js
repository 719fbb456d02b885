/**
 * Compiles assembly/ into src/engines/tensorflow/training-kernels.generated.ts: the binary as base64.
 * The same sources give the same bytes; nothing is written when the stamp in the file is current.
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './sources.js';

const target = join(root, 'src/engines/tensorflow/training-kernels.generated.ts');
const OPTIONS = [
  'assembly/training.ts',
  ...['--outFile', 'training.wasm', '--runtime', 'stub', '--importMemory', '--enable', 'simd'],
  ...['-O3', '--converge', '--noAssert', '--initialMemory', '0', '--baseDir', root],
];

function stamp() {
  const hash = createHash('sha256').update(readFileSync(join(root, 'package-lock.json')));
  hash.update(readFileSync(new URL(import.meta.url)));
  const files = readdirSync(join(root, 'assembly')).filter((name) => name.endsWith('.ts'));
  for (const name of files.sort()) hash.update(name).update(readSource(`assembly/${name}`));
  return `// ${hash.digest('hex')}\n`;
}

const readSource = (path) => readFileSync(join(root, path), 'utf8');

/** Linter and editor take no decorator on a function, so the sources carry it as a comment. */
function readDecorated(path) {
  if (!existsSync(join(root, path))) return null;
  return readSource(path).replace(/^\/\/ @inline$/gm, '@inline');
}

async function compile() {
  const { default: asc } = await import('assemblyscript/asc');
  let binary;
  const { error, stderr } = await asc.main(OPTIONS, {
    readFile: readDecorated,
    listFiles: () => [],
    writeFile: (_, contents) => {
      binary = contents;
    },
  });
  if (error || !binary) throw new Error(`the kernels do not compile: ${error}\n${stderr}`);
  return Buffer.from(binary).toString('base64');
}

const current = stamp();
if (!existsSync(target) || !readFileSync(target, 'utf8').startsWith(current)) {
  writeFileSync(target, `${current}export const trainingKernels =\n  '${await compile()}';\n`);
}
