/** `reduce distance`: between two measures in files, whose masses may differ. */
import { Command } from 'commander';
import { numberIfOne } from '../flags.ts';
import { given, listed } from '../limits/values.ts';
import { deliverMeasures, MEASURES_HELP, type MeasureFlags, withOutput } from './measures.ts';

const HELP = `
Examples:
  schmetterling reduce distance a.csv b.csv --masses
  schmetterling reduce distance a.csv b.csv --metric spherical --space sphere --times 0,0.5,1 --out runs/hk

Hellinger–Kantorovich: mass moves, grows and fades at the cost ∫ (|v|² + g²/4), never further than π/2.
${MEASURES_HELP}
The measures at --times on the geodesic are in distance.json, which --out writes with .csv and .svg.`;

interface Flags extends MeasureFlags {
  readonly metric?: string;
  readonly space?: string;
  readonly epsilon?: string;
  readonly tolerance?: string;
  readonly times?: string;
}

export const distanceCommand = () =>
  withOutput(
    new Command('distance')
      .description(
        'the Hellinger–Kantorovich distance of two measures in files, and their geodesic',
      )
      .argument('<first>', '.csv or .npy, a point a row')
      .argument('<second>', 'the same')
      .option('--metric <name>', 'hk, or spherical: of masses brought to the sum 1 (default: hk)')
      .option('--space <name>', 'euclidean or sphere (default: euclidean)')
      .option('--epsilon <number>', 'entropy of the plan, of the squared distance (default: 1e-6)')
      .option('--tolerance <number>', 'error of the sums of the plan (default: 1e-9)')
      .option('--times <list>', 'on the geodesic, from 0 to 1 (default: 0,0.25,0.5,0.75,1)')
      .option('--masses', 'the last number of a row is a mass'),
    HELP,
  ).action(showDistance);

async function showDistance(
  first: string,
  second: string,
  { metric, space, epsilon, tolerance, times, ...flags }: Flags,
): Promise<void> {
  const { measureDistance } = await import('../../reduction/distance/distance.ts');
  const { distanceReport } = await import('../../reduction/distance/report.ts');
  const numbers = { epsilon: numberIfOne(epsilon), tolerance: numberIfOne(tolerance) };
  const options = given({ metric, space, ...numbers, times: listed(times) });
  await deliverMeasures(
    'distance',
    [first, second],
    flags,
    ([x, y]) => measureDistance(x, y, options),
    distanceReport,
  );
}
