/** `reduce barycentre`: of measures in files. */
import { basename } from 'node:path';
import { Command } from 'commander';
import { given, listed } from '../limits/values.ts';

const HELP = `
Examples:
  schmetterling reduce barycentre a.csv b.csv
  schmetterling reduce barycentre a.csv b.csv c.csv --weights 0.5,0.25,0.25 --masses --out runs/barycentre
  schmetterling reduce barycentre one.npy two.npy --space circle

A file has a point a row, .csv or .npy [n, d]; with --masses the last number of a row is the point's mass. One
column is a line, where the barycentre is exact, as it is for equally many angles on the circle; in R^d it is a
local minimum. --out writes barycentre.json, .csv and .svg.`;

interface Flags {
  readonly weights?: string;
  readonly space?: string;
  readonly masses?: boolean;
  readonly out?: string;
  readonly json?: boolean;
}

export const barycentreCommand = () =>
  new Command('barycentre')
    .description('the Wasserstein barycentre of measures in files')
    .argument('<files...>', '.csv or .npy, a point a row')
    .option('--weights <list>', 'of the measures, of sum 1 (default: equal)')
    .option('--space <name>', 'line, circle or euclidean (default: by the columns)')
    .option('--masses', 'the last number of a row is a mass')
    .option('--out <folder>', 'write numbers, table and figure into this folder')
    .option('--json', 'print one JSON document and nothing else')
    .addHelpText('after', HELP)
    .action(showBarycentre);

async function showBarycentre(
  files: readonly string[],
  { weights, space, masses, ...output }: Flags,
): Promise<void> {
  const begun = performance.now();
  const { deliver, prepare } = await import('../limits/output.ts');
  const { readPositions } = await import('../simulation-input.ts');
  const { checkPositions } = await import('../../geometry/given.ts');
  const { measureBarycentre, withMasses } = await import(
    '../../reduction/barycentre/barycentre.ts'
  );
  const { barycentreReport } = await import('../../reduction/barycentre/report.ts');
  const measures = files.map((path) => {
    const place = { space: 'euclidean', normalise: false, source: path } as const;
    const rows = checkPositions(readPositions(path, 'files'), place);
    return masses ? withMasses(rows) : { points: rows };
  });
  const record = measureBarycentre(measures, given({ weights: listed(weights), space }));
  prepare(output);
  const names = files.map((path) => basename(path));
  const report = barycentreReport({ ...record, measures, names });
  const seconds = (performance.now() - begun) / 1000;
  deliver({ command: 'reduce', name: 'barycentre', record, report, seconds }, output);
}
