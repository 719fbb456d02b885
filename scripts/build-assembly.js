/**
 * Compiles assembly/ into modules that hold the binary as base64: the trainer's kernels, the simulator's, those
 * of heads and matrices, and the elementary functions. The same sources give the same bytes; nothing is written when a file's stamp is
 * current.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root } from './sources.js';

const COMMON = [
  ...['--outFile', 'kernels.wasm', '--runtime', 'stub', '--importMemory', '--enable', 'simd'],
  ...['-O3', '--converge', '--noAssert', '--initialMemory', '0', '--baseDir', root],
];

const BINARIES = [
  {
    entry: 'assembly/training.ts',
    target: 'src/engines/tensorflow/training-kernels.generated.ts',
    name: 'trainingKernels',
    options: [],
  },
  {
    entry: 'assembly/field.ts',
    target: 'src/engines/wasm/field-kernels.generated.ts',
    name: 'fieldKernels',
    options: ['--enable', 'threads', '--sharedMemory', '--maximumMemory', '65536'],
  },
  {
    entry: 'assembly/network.ts',
    target: 'src/engines/float32/network-kernels.generated.ts',
    name: 'networkKernels',
    options: ['--enable', 'threads', '--sharedMemory', '--maximumMemory', '65536'],
  },
  {
    entry: 'assembly/matrices.ts',
    target: 'src/numerics/matrix-kernels.generated.ts',
    name: 'matrixKernels',
    options: [],
  },
  {
    entry: 'assembly/heads.ts',
    target: 'src/engines/head-kernels.generated.ts',
    name: 'headKernels',
    options: ['--initialMemory', '1'],
  },
  {
    entry: 'assembly/elementary.ts',
    target: 'src/numerics/elementary-functions.generated.ts',
    name: 'elementaryFunctions',
    options: ['--initialMemory', '1'],
  },
];

function stamp() {
  const hash = createHash('sha256').update(readFileSync(join(root, 'package-lock.json')));
  hash.update(readFileSync(new URL(import.meta.url)));
  const files = readdirSync(join(root, 'assembly')).filter((name) => name.endsWith('.ts'));
  for (const name of files.sort()) hash.update(name).update(readSource(`assembly/${name}`));
  return `// ${hash.digest('hex')}\n`;
}

const readSource = (path) => readFileSync(join(root, path), 'utf8');

/**
 * What linter and editor want and AssemblyScript does not know: a decorator on a function stands in a
 * comment, and classes are imported as types.
 */
function readDecorated(path) {
  if (!existsSync(join(root, path))) return null;
  return readSource(path)
    .replace(/^\/\/ @inline$/gm, '@inline')
    .replace(/^import type /gm, 'import ');
}

async function compile({ entry, options }) {
  const { default: asc } = await import('assemblyscript/asc');
  let binary;
  const { error, stderr } = await asc.main([entry, ...COMMON, ...options], {
    readFile: readDecorated,
    listFiles: () => [],
    writeFile: (_, contents) => {
      binary = contents;
    },
  });
  if (error || !binary) throw new Error(`${entry} does not compile: ${error}\n${stderr}`);
  return Buffer.from(binary).toString('base64');
}

const current = stamp();
for (const binary of BINARIES) {
  const target = join(root, binary.target);
  if (existsSync(target) && readFileSync(target, 'utf8').startsWith(current)) continue;
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, `${current}export const ${binary.name} =\n  '${await compile(binary)}';\n`);
}
