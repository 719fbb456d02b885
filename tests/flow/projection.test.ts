import { describe, expect, it } from 'vitest';
import { trajectoriesFigure } from '../../src/flow/figures.ts';
import { projection } from '../../src/flow/projection.ts';
import { angle } from '../../src/geometry/sphere.ts';
import { row } from '../../src/numerics/matrix.ts';
import { fromRows, rotated, scattered } from '../diagnostics/configurations.ts';

describe('the projection of a flow', () => {
  it('has one point a layer and token, with three coordinates', () => {
    const { points, explained } = projection([scattered(5, 16, 1), scattered(5, 16, 2)]);
    expect(points.map((layer) => layer.map((point) => point.length))).toEqual([
      [3, 3, 3, 3, 3],
      [3, 3, 3, 3, 3],
    ]);
    expect(explained.reduce((a, b) => a + b)).toBeLessThan(1);
  });

  it('keeps all distances when the particles live in three dimensions, across layers too', () => {
    const frames = [scattered(6, 3, 3), scattered(6, 3, 4)];
    const { points, explained } = projection(frames);
    const flat = Math.hypot(...points[0][1].map((value, k) => value - points[1][4][k]));
    const chord = 2 * Math.sin(angle(row(frames[0], 1), row(frames[1], 4)) / 2);
    expect(flat).toBeCloseTo(chord, 12);
    expect(explained.reduce((a, b) => a + b)).toBeCloseTo(1, 12);
  });

  it('explains the same after a rotation', () => {
    const frames = [scattered(6, 7, 5), scattered(6, 7, 6)];
    const turned = frames.map((frame) => rotated(frame, 1));
    expect(projection(turned).explained).toBeAllClose(projection(frames).explained);
  });

  it.each([
    ['one token', [fromRows([[0, 1]])]],
    ['equal tokens', [fromRows(Array(4).fill([0.6, 0.1, Math.sqrt(0.63), 0]))]],
  ])('gives zeros beyond the rank: %s', (_, frames) => {
    const { points, explained } = projection(frames);
    expect(points.flat(2).every((value) => value === 0)).toBe(true);
    expect(explained).toEqual([0, 0, 0]);
  });

  it('becomes a figure of paths named by the tokens', () => {
    const seen = projection([scattered(3, 8, 1), scattered(3, 8, 2)]);
    const [panel] = trajectoriesFigure(seen, ['', 'Mein', ' tier']).panels;
    expect(panel.series.map(({ name }) => name)).toEqual(['', 'Mein', 'tier']);
    expect(panel.x.unit).toBe(`${(100 * seen.explained[0]).toFixed(1)} % of the variance`);
  });
});
