/** All benchmarks, one after another: `npm run build && npm run bench`, or one with `node bench/NAME.js`. */
for (const name of [
  'kernels',
  'field',
  'spectral',
  'inference',
  'sweep',
  'sweep-files',
  'training',
  'trace',
]) {
  console.log(`\n── ${name}`);
  await import(`./${name}.js`);
}
