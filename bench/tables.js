/**
 * Tables of numbers in five dialects, which we are not told and pandas is: read alike, refused, or misread. Run by
 * `node bench/tables.js [COUNT [SEED]]` after a build, with pandas in the python3 of the path.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readTable } from '../dist/host/tables.js';
import { InputError } from '../dist/numerics/errors.js';
import { toRows } from '../dist/numerics/matrix.js';

const [count = '200', seed = '1'] = process.argv.slice(2);
const script = fileURLToPath(new URL('./peers/tables.py', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'schmetterling-tables-'));

/** What becomes of one table. */
function outcome({ file, rows }) {
  try {
    const found = toRows(readTable(file, 'files').values);
    return JSON.stringify(found) === JSON.stringify(rows) ? 'alike' : 'misread';
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return 'refused';
  }
}

const counts = {};
try {
  const args = [script, count, seed, folder];
  const lines = execFileSync('python3', args, { encoding: 'utf8', maxBuffer: 1 << 30 });
  for (const table of lines
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))) {
    const found = outcome(table);
    counts[table.dialect] ??= { alike: 0, refused: 0, misread: 0 };
    counts[table.dialect][found]++;
    if (found === 'misread') console.log(`misread: ${JSON.stringify(table)}`);
  }
} finally {
  rmSync(folder, { recursive: true });
}
console.table(counts);
process.exitCode = Object.values(counts).some(({ misread }) => misread > 0) ? 1 : 0;
