/** `reduce barycentre`: of measures in files. */
import { numberIfOne } from '../flags.ts';
import { given, listed } from '../limits/values.ts';
import {
  deliverMeasures,
  MEASURES_HELP,
  type MeasureFlags,
  measuresCommand,
  withOutput,
} from './measures.ts';

const HELP = `
Examples:
  schmetterling reduce barycentre a.csv b.csv
  schmetterling reduce barycentre a.csv b.csv c.csv --weights 0.5,0.25,0.25 --masses --out runs/barycentre
  schmetterling reduce barycentre one.npy two.npy --space circle
  schmetterling reduce barycentre a.csv b.csv --method fixed --support grid.csv --epsilon 0.01

${MEASURES_HELP}
One column is a line, where the barycentre is exact, as it is for equally many angles on the circle. Method free
moves points to a local minimum, as in R^d; fixed puts masses on given points (entropic).
--out writes barycentre.json, .csv and .svg.`;

interface Flags extends MeasureFlags {
  readonly weights?: string;
  readonly space?: string;
  readonly method?: string;
  readonly epsilon?: string;
  readonly support?: string;
  readonly debiased?: boolean;
}

export const barycentreCommand = () =>
  withOutput(
    measuresCommand('barycentre', 'the Wasserstein barycentre of measures in files')
      .option('--space <name>', 'line, circle or euclidean (default: by the columns)')
      .option('--method <name>', 'exact, free or fixed (default: exact where it is, else free)')
      .option('--epsilon <ε>', 'of entropic plans (default: a hundredth of the mean cost)')
      .option('--support <file>', 'fixed: where masses may lie (default: on all the points)')
      .option('--debiased', 'fixed: takes back the spread by entropy'),
    HELP,
  ).action(showBarycentre);

async function showBarycentre(
  files: readonly string[],
  { weights, space, method, epsilon, support, debiased, ...flags }: Flags,
): Promise<void> {
  const { measureBarycentre } = await import('../../reduction/barycentre/barycentre.ts');
  const { barycentreReport } = await import('../../reduction/barycentre/report.ts');
  const { readTable } = await import('../../host/tables.ts');
  const { toRows } = await import('../../numerics/matrix.ts');
  const options = {
    ...given({ weights: listed(weights), space, method, epsilon: numberIfOne(epsilon) }),
    ...(debiased && { debiased }),
  };
  await deliverMeasures(
    'barycentre',
    files,
    flags,
    (measures, accounts) => {
      if (support === undefined) return measureBarycentre(measures, options);
      const { columns } = measures[0].points;
      const { values, account } = readTable(support, 'support', { columns });
      accounts.push(account);
      return measureBarycentre(measures, { ...options, support: toRows(values) });
    },
    barycentreReport,
  );
}
