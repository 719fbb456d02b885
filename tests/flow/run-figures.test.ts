/** Figures of runs: what stands on the axes by space and dimension, wrapped angles, logarithmic times. */
import { describe, expect, it } from 'vitest';
import { diagnosticsFigure, waysFigure } from '../../src/flow/run-figures.ts';
import { fromRows, onCircle, scattered } from '../diagnostics/configurations.ts';

const run = { title: 'Self-attention', space: 'sphere' as const, times: [0, 1, 2] };

describe('trajectories', () => {
  it('are angles in time on the circle, and do not cross the figure where they pass π', () => {
    const frames = [3, 3.1, 3.3].map((angle) => onCircle([angle, 0.5]));
    const { panels } = waysFigure(run, frames, '');
    const [turning, resting] = panels[0].series.map((one) => ('points' in one ? one.points : []));
    expect(panels[0].y.domain).toEqual([-Math.PI, Math.PI]);
    expect(turning.map(([time]) => time)).toEqual([0, 1, 2, 2]);
    expect(turning[2][1]).toBeNaN();
    expect(turning[3][1]).toBeCloseTo(3.3 - 2 * Math.PI, 14);
    expect(resting.map(([, angle]) => angle)).toBeAllClose([0.5, 0.5, 0.5]);
  });

  it('are places in time on the line, themselves in the plane, and projected in more dimensions', () => {
    const euclidean = { ...run, space: 'euclidean' as const };
    const line = waysFigure(euclidean, [fromRows([[1], [2]]), fromRows([[3], [4]])], '');
    expect(line.panels[0].series).toMatchObject([
      {
        points: [
          [0, 1],
          [1, 3],
        ],
      },
      {
        points: [
          [0, 2],
          [1, 4],
        ],
      },
    ]);
    const plane = waysFigure(euclidean, [fromRows([[1, 5]]), fromRows([[2, 7]])], '');
    expect(plane.panels[0]).toMatchObject({
      equalUnits: true,
      x: { label: 'x₁' },
      series: [
        {
          kind: 'path',
          points: [
            [1, 5],
            [2, 7],
          ],
        },
      ],
    });
    const space = waysFigure(run, [scattered(9, 3, 1), scattered(9, 3, 2)], '');
    expect(space.panels[0].x.unit).toMatch(/% of the variance/);
    expect(space.panels[0].series).toHaveLength(9);
  });
});

describe('diagnostics in time', () => {
  const values = { title: 'Mean cosine', unit: '', values: [null, 0.5, 1] };

  it('have a panel each, without those that no frame defines', () => {
    const none = { title: 'Nothing', unit: '', values: [null, null, null] };
    const figure = diagnosticsFigure(run, [values, none], '');
    expect(figure?.panels.map(({ y }) => y.label)).toEqual(['Mean cosine']);
    expect(figure?.panels[0].series).toMatchObject([
      {
        points: [
          [0, Number.NaN],
          [1, 0.5],
          [2, 1],
        ],
      },
    ]);
    expect(diagnosticsFigure(run, [none], '')).toBeNull();
  });

  it('have logarithmic times where the frames have', () => {
    const times = [0, 1e-2, 1e-1, 1, 10, 100, 1e3];
    const all = { ...values, values: times };
    const [{ x, series }] = diagnosticsFigure({ ...run, times }, [all], '')?.panels ?? [];
    expect(x.ticks?.map(({ label }) => label)).toEqual([
      '10⁻²',
      '10⁻¹',
      '10⁰',
      '10¹',
      '10²',
      '10³',
    ]);
    const [line] = series;
    const places = 'points' in line ? line.points.map(([place]) => place) : [];
    expect(places[0]).toBeNaN();
    expect(places.slice(1)).toBeAllClose([-2, -1, 0, 1, 2, 3]);
    const even = { ...run, times: [0, 1, 2, 3, 4, 5, 6] };
    expect(diagnosticsFigure(even, [all], '')?.panels[0].x.ticks).toBeUndefined();
  });
});
