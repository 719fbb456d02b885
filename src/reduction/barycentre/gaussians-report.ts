/** A barycentre of Gaussians as a table and a figure. Not its numbers. */
import type { Line, Panel, Point } from '../../figures/figure.ts';
import type { Report } from '../../figures/report.ts';
import { cos, exp, sin } from '../../numerics/elementary.ts';
import type { GaussianMean, GaussianRecord } from './gaussians.ts';

/** `names`: of the measures, in their order. */
export function gaussiansReport(
  found: GaussianMean & { readonly names: readonly string[] },
): Report {
  const { mean, covariance, weights, distances, gaussians, names } = found;
  return {
    title: `Barycentre of ${names.length} Gaussians`,
    settings: `weights ${weights.map((weight) => weight.toPrecision(3)).join(', ')}`,
    columns: [
      { name: 'coordinate', heading: '', values: mean.map((_, c) => `x${c + 1}`) },
      { name: 'mean', heading: 'mean', values: mean },
      ...mean.map((_, c) => ({
        name: `covariance${c + 1}`,
        heading: c === 0 ? 'covariance' : '',
        values: covariance.map((entries) => entries[c]),
      })),
    ],
    findings: distances.map((distance, k) => `W2 to ${names[k]}: ${distance.toPrecision(6)}`),
    figure: {
      title: 'Barycentre of Gaussians',
      caption: `Gaussians of the moments of ${names.join(', ')}, and their Bures–Wasserstein barycentre.`,
      panels: [panelOf([...gaussians, found], [...names, 'barycentre'])],
    },
  };
}

const POINTS = 121;

function panelOf(gaussians: readonly GaussianRecord[], names: readonly string[]): Panel {
  const flat = gaussians[0].mean.length > 1;
  const lines = gaussians.map(
    (one, k): Line => ({ kind: 'line', name: names[k], points: flat ? ellipse(one) : bell(one) }),
  );
  return flat
    ? { x: { label: 'x₁' }, y: { label: 'x₂' }, equalUnits: true, series: lines }
    : { x: { label: 'x' }, y: { label: 'density' }, series: lines };
}

/** One standard deviation around the mean in the first two coordinates: m + L (cos t, sin t), S = LLᵀ. */
function ellipse({ mean, covariance: [[a, b], [, c]] }: GaussianRecord): Point[] {
  const first = Math.sqrt(Math.max(0, a));
  const across = first > 0 ? b / first : 0;
  const second = Math.sqrt(Math.max(0, c - across ** 2));
  return Array.from({ length: POINTS }, (_, k): Point => {
    const t = (2 * Math.PI * k) / (POINTS - 1);
    const [cosine, sine] = [cos(t), sin(t)];
    return [mean[0] + first * cosine, mean[1] + across * cosine + second * sine];
  });
}

function bell({ mean: [mean], covariance: [[variance]] }: GaussianRecord): Point[] {
  const deviation = Math.sqrt(variance);
  return Array.from({ length: POINTS }, (_, k): Point => {
    const s = (8 * k) / (POINTS - 1) - 4;
    return [mean + s * deviation, exp(-(s ** 2) / 2) / (Math.sqrt(2 * Math.PI) * deviation)];
  });
}
