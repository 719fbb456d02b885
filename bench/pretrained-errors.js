/**
 * The table of errors of docs/pretrained.md: by how much states, attentions, parts and logits differ from those of
 * the reference library in double precision, the most over all texts and fixtures of an architecture, in units of the
 * largest entry of the reference. `node bench/pretrained-errors.js` after `npm run build`; or with FOLDER … for those
 * of real models, into which `python3 bench/peers/pretrained.py --real FOLDER …` has written references.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readNetwork } from '../dist/host/pretrained.js';
import { readHeader } from '../dist/pretrained/safetensors.js';
import { readStored, wideVector } from '../dist/pretrained/stored.js';

const FIXTURES = fileURLToPath(new URL('../tests/pretrained/fixtures', import.meta.url));
const PRECISIONS = ['float32', 'float64'];

const given = process.argv.slice(2);
const folders =
  given.length > 0 ? given : readdirSync(FIXTURES).map((name) => join(FIXTURES, name));
const rows = new Map();
for (const folder of folders)
  for (const precision of PRECISIONS) {
    const network = readNetwork(folder, { precision });
    const name = given.length > 0 ? folder : network.architecture.family;
    const row = rows.get(name) ?? { folders: new Set(), float32: 0, float64: 0 };
    rows.set(name, row);
    row.folders.add(folder);
    for (const reference of references(folder))
      row[precision] = Math.max(row[precision], worst(network, reference));
  }
console.log('| architecture | folders | float32 | float64 |\n|---|---|---|---|');
for (const [name, { folders: own, float32, float64 }] of [...rows].sort())
  console.log(
    `| ${name} | ${own.size} | ${float32.toExponential(1)} | ${float64.toExponential(1)} |`,
  );

/** Tensors of each text of a folder, by name. */
function references(folder) {
  const files = readdirSync(folder).filter((file) => /^reference.*\.safetensors$/.test(file));
  return files.sort().map((name) => {
    const bytes = readFileSync(join(folder, name));
    const read = (from, to) => Uint8Array.prototype.slice.call(bytes, from, to);
    return readHeader({ name, size: bytes.length, read }).entries;
  });
}

function worst(network, entries) {
  const whole = (name) => {
    const entry = entries.get(name);
    return entry && [...new Int32Array(entry.source.read(entry.from, entry.to).buffer)];
  };
  const run = network.run(whole('ids'), { typeIds: whole('types'), attentions: true, parts: true });
  const { states, attentions, parts } = run;
  const last = states.length - 1;
  const found = {
    last: states[last],
    ...Object.fromEntries(states.map((state, k) => [`hidden.${k}`, state])),
    [`hidden.${last}`]: network.finished(states[last]),
    ...Object.fromEntries(attentions.map((one, k) => [`attention.${k}`, one])),
    ...Object.fromEntries(parts.map((one, k) => [`parts.${k}`, one])),
    ...(entries.has('logits') ? { logits: network.logits(states[last]) } : {}),
  };
  const errors = Object.entries(found).flatMap(([name, { data }]) =>
    entries.has(name) ? [relative(data, wideVector(readStored(entries.get(name))))] : [],
  );
  return Math.max(...errors);
}

function relative(data, wanted) {
  let [most, largest] = [0, 0];
  for (let i = 0; i < wanted.length; i++) {
    most = Math.max(most, Math.abs(data[i] - wanted[i]));
    largest = Math.max(largest, Math.abs(wanted[i]));
  }
  return most / largest;
}
