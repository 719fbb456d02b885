/** `reduce gaussians`: the barycentre of Gaussians with the moments of measures in files. */
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
  schmetterling reduce gaussians a.csv b.csv
  schmetterling reduce gaussians a.npy b.npy c.npy --weights 0.5,0.25,0.25 --out runs/gaussians

${MEASURES_HELP}
Each is taken for the Gaussian of its mean and covariance; their Bures–Wasserstein barycentre is a Gaussian again.
--out writes gaussians.json, .csv and .svg.`;

interface Flags extends MeasureFlags {
  readonly weights?: string;
}

export const gaussiansCommand = () =>
  withOutput(
    measuresCommand('gaussians', 'the barycentre of the Gaussians of files’ means and covariances'),
    HELP,
  ).action(showGaussians);

async function showGaussians(
  files: readonly string[],
  { weights, ...flags }: Flags,
): Promise<void> {
  const { gaussianMean } = await import('../../reduction/barycentre/gaussians.ts');
  const { gaussiansReport } = await import('../../reduction/barycentre/gaussians-report.ts');
  const options = given({ weights: listed(weights) });
  await deliverMeasures(
    'gaussians',
    files,
    flags,
    (measures) => gaussianMean(measures, options),
    gaussiansReport,
  );
}
