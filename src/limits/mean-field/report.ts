/** A mean field as a table and a figure. Not its numbers. */

import type { Line, Point } from '../../figures/figure.ts';
import type { Report } from '../../figures/report.ts';
import { counted } from '../../numerics/counted.ts';
import { argmax } from '../../numerics/vectors.ts';
import type { DensityLimit } from './density.ts';

export function densityReport(limit: DensityLimit): Report {
  const { settings, times, angles, densities, resultants, degrees, growthRates } = limit;
  const { attention, beta, kappa } = settings;
  const noise = kappa === undefined ? 'no noise' : `noise κ = ${kappa}`;
  const fastest = argmax(growthRates);
  return {
    title: 'The mean field on the circle',
    settings: `${attention}, β = ${beta}, ${noise} · Fourier–Galerkin, up to ${Math.max(...degrees)} modes`,
    columns: [
      { name: 'angle', values: angles },
      ...times.map((time, t) => ({ name: `density_t${time}`, values: densities[t] })),
    ],
    findings: [
      ...times.map(
        (time, t) =>
          `t = ${time}: mean resultant ${resultants[t].toFixed(6)}, ${counted(degrees[t], 'mode')}`,
      ),
      `from the uniform law mode ${fastest + 1} grows fastest, at the rate ${growthRates[fastest].toPrecision(6)}`,
      `the uniform law is stable below κ = ${limit.criticalKappa.toPrecision(6)}`,
    ],
    figure: {
      title: 'The mean field on the circle',
      caption: `Density of the law that n → ∞ particles follow; ${attention}, β = ${beta}, ${noise}.`,
      panels: [
        {
          x: { label: 'angle, radians' },
          y: { label: 'density' },
          series: times.map(
            (time, t): Line => ({
              kind: 'line',
              name: `t = ${time}`,
              points: angles.map((angle, g): Point => [angle, densities[t][g]]),
            }),
          ),
        },
      ],
    },
  };
}
