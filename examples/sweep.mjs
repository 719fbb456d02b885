/**
 * A sweep: into how many clusters sixty tokens on the circle have gone by the time 50, over β and starts. It
 * runs the command, which uses all cores and goes on where it was interrupted, and reads the table that it
 * leaves: there are about √β of them (arXiv 2312.10794, section 6). An argument names the folder.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = process.argv[2] ?? 'runs/sweep';
const schmetterling = fileURLToPath(new URL('../bin/schmetterling.js', import.meta.url));
const command = `sweep --dynamics sa --grid beta=4,9,16,25,36 --seeds 4 --n 60 --d 2
  --scheme dopri5 --tol 1e-5 --time 50 --diagnostics cluster_count --out`;
execFileSync(process.execPath, [schmetterling, ...command.split(/\s+/), folder]);

const [header, ...lines] = readFileSync(join(folder, 'cells.csv'), 'utf8').trim().split('\n');
const names = header.split(',');
const cells = lines.map((line) => {
  const values = line.split(',');
  return Object.fromEntries(names.map((name, k) => [name, values[k]]));
});

console.log('β   clusters, mean of the starts   over √β');
for (const beta of new Set(cells.map((cell) => cell.beta))) {
  const counts = cells
    .filter((cell) => cell.beta === beta)
    .map((cell) => Number(cell.cluster_count));
  const mean = counts.reduce((sum, count) => sum + count, 0) / counts.length;
  console.log(beta.padEnd(3), mean.toFixed(2).padEnd(28), (mean / Math.sqrt(beta)).toFixed(2));
}
