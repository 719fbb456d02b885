/**
 * The benchmarks of speed, one after another: `npm run build && npm run bench`; or one, with what it takes:
 * `npm run bench NAME …`, which is `node bench/NAME.js …`.
 */
import { existsSync } from 'node:fs';

const ALL = [
  'kernels',
  'field',
  'spectral',
  'inference',
  'sweep',
  'sweep-files',
  'training',
  'trace',
];
const [node, script, name, ...rest] = process.argv;

if (name && !existsSync(new URL(`${name}.js`, import.meta.url))) {
  console.error(
    `there is no benchmark "${name}": expected the name of a file of bench/, such as ${ALL.join(', ')}`,
  );
  process.exit(2);
}
// what the word was is no argument of theirs
process.argv = [node, script, ...rest];
for (const one of name ? [name] : ALL) {
  console.log(`\n── ${one}`);
  await import(`./${one}.js`);
}
