import { describe, expect, it } from 'vitest';
import {
  clusterHistory,
  clusterMasses,
  clustersAt,
  clusterTolerances,
  countsByTolerance,
  dendrogram,
  describeChange,
} from '../../src/diagnostics/clusters.ts';
import { clusterPlateau, timePlateau } from '../../src/diagnostics/plateau.ts';
import { angle } from '../../src/geometry/sphere.ts';
import { type Matrix, row } from '../../src/numerics/matrix.ts';
import { fromRows, onCircle, permuted, rotated, scattered } from './configurations.ts';

/** Connected components of the graph of angles ≤ tolerance, by flooding. */
function components(positions: Matrix, tolerance: number): number[][] {
  const seen = new Set<number>();
  const found: number[][] = [];
  for (let start = 0; start < positions.rows; start++) {
    if (seen.has(start)) continue;
    const members = [start];
    seen.add(start);
    for (const i of members)
      for (let j = 0; j < positions.rows; j++)
        if (!seen.has(j) && angle(row(positions, i), row(positions, j)) <= tolerance) {
          seen.add(j);
          members.push(j);
        }
    found.push(members.sort((a, b) => a - b));
  }
  return found;
}

describe('the dendrogram', () => {
  it.each([1, 2, 3, 4])('gives the connected components at every tolerance (seed %i)', (seed) => {
    const positions = scattered(40, 3, seed, 0.7);
    const tree = dendrogram(positions);
    for (const tolerance of [0, ...clusterTolerances, Math.PI])
      expect(clustersAt(tree, tolerance)).toEqual(components(positions, tolerance));
  });

  it('merges at rising heights until one cluster is left', () => {
    const { merges } = dendrogram(scattered(30, 8, 5));
    const heights = merges.map(({ height }) => height);
    expect(heights).toEqual(heights.toSorted((a, b) => a - b));
    expect(merges.at(-1)?.size).toBe(30);
  });

  it('names the clusters that merge', () => {
    const { merges } = dendrogram(onCircle([0, 1, 0.1, 1.3]));
    expect(merges.map(({ a, b }) => [a, b])).toEqual([
      [0, 2],
      [1, 3],
      [4, 5],
    ]);
    expect(merges.map(({ height }) => height)).toBeAllClose([0.1, 0.3, 0.9], { absolute: 1e-14 });
  });

  it('exists for one particle and for equal ones', () => {
    expect(dendrogram(onCircle([1]))).toEqual({ size: 1, merges: [] });
    expect(clustersAt(dendrogram(onCircle([1, 1, 1])), 0)).toEqual([[0, 1, 2]]);
  });

  it('has the heights of the rotated and of the permuted particles', () => {
    const positions = scattered(20, 4, 6);
    const heights = (points: Matrix) => dendrogram(points).merges.map(({ height }) => height);
    const order = Array.from({ length: 20 }, (_, i) => (7 * i) % 20);
    expect(heights(rotated(positions, 1))).toBeAllClose(heights(positions));
    expect(heights(permuted(positions, order))).toBeAllClose(heights(positions));
  });
});

describe('counts', () => {
  const tree = dendrogram(onCircle([0, 1, 0.1, 1.3, 1.3]));

  it('are given at all tolerances at once', () => {
    const { tolerances, counts } = countsByTolerance(tree);
    expect(tolerances).toBeAllClose([0, 0.1, 0.3, 0.9], { absolute: 1e-14 });
    expect(counts).toEqual([4, 3, 2, 1]);
    tolerances.forEach((tolerance, k) => {
      expect(clustersAt(tree, tolerance)).toHaveLength(counts[k]);
    });
  });

  it('weigh clusters by mass', () => {
    const masses = [0.1, 0.2, 0.3, 0.15, 0.25];
    expect(clusterMasses(clustersAt(tree, 0.31), masses)).toBeAllClose([0.4, 0.6]);
  });

  it('off the sphere go by distance', () => {
    const line = fromRows([[0], [3], [10], [12]]);
    const heights = dendrogram(line, 'euclidean').merges.map(({ height }) => height);
    expect(heights).toEqual([2, 3, 7]);
    expect(clusterHistory([line], [2.5, 5], 'euclidean').clusters[0]).toEqual([
      { tolerance: 2.5, members: [[0], [1], [2, 3]] },
      {
        tolerance: 5,
        members: [
          [0, 1],
          [2, 3],
        ],
      },
    ]);
  });

  it.each<[string, number[], number]>([
    ['tight triples far apart', [0, 1e-7, 2e-7, 0.7, 0.7001, 0.7002], 2],
    ['an even polygon', [0, 1, 2, 3, 4, 5].map((k) => (k * Math.PI) / 3), 6],
    ['one point', [1, 1, 1, 1], 1],
    ['one particle', [1], 1],
    ['a chain', Array.from({ length: 500 }, (_, k) => (2 * Math.PI * k) / 500), 1],
  ])('the longest plateau of %s', (_, angles, count) => {
    expect(clusterPlateau(dendrogram(onCircle(angles))).count).toBe(count);
  });

  it('the longest plateau in log time', () => {
    const times = [0, 1, 2, 4, 8, 1000, 1500];
    expect(timePlateau(times, [9, 5, 5, 3, 3, 1, 1])).toEqual({ count: 3, from: 4, to: 1000 });
    expect(() => timePlateau([0, 1], [2, 2])).toThrow('needs two frames');
  });

  it('of many particles are read from a sample, the same in all frames', () => {
    const angles = Array.from({ length: 5001 }, (_, i) => (i % 3) * 2 + 1e-6 * i);
    const { clusters, merges, notes } = clusterHistory([onCircle(angles), onCircle(angles)], [0.1]);
    const [[{ members }]] = clusters;
    expect(members).toHaveLength(3);
    expect(members.flat()).toHaveLength(2000);
    for (const cluster of members) expect(new Set(cluster.map((i) => i % 3)).size).toBe(1);
    expect(merges).toEqual([]);
    expect(notes.clusters).toMatch('read from 2,000 of 5,001 particles');
  });
});

describe('changes from layer to layer', () => {
  // Layer 0: three apart; 1: the first two join; 2: all one; 3: the last leaves again.
  const frames = [
    [0, 1, 2.5],
    [0.3, 0.35, 2.5],
    [0.3, 0.35, 0.4],
    [0.3, 0.35, 2],
  ].map(onCircle);

  it('reports which groups join and which part', () => {
    const { merges, splits } = clusterHistory(frames, [0.1]);
    expect(merges).toEqual([
      { layer: 1, tolerance: 0.1, groups: [[0], [1]] },
      { layer: 2, tolerance: 0.1, groups: [[0, 1], [2]] },
    ]);
    expect(splits).toEqual([{ layer: 3, tolerance: 0.1, groups: [[0, 1], [2]] }]);
  });

  it('says them in words', () => {
    const { merges, splits } = clusterHistory(frames, [0.1]);
    const labels = [' Lieblings', 'tier', ''];
    expect(describeChange(merges[0], labels)).toBe('Lieblings and tier merge at layer 1');
    expect(describeChange(merges[1], labels)).toBe('{Lieblings, tier} and #2 merge at layer 2');
    expect(describeChange(splits[0], labels, 'part')).toMatch(/part at layer 3$/);
  });

  it('collects all tolerances, by layer', () => {
    const history = clusterHistory(frames, [0.01, 0.1, 3]);
    expect(history.clusters).toHaveLength(4);
    expect(history.clusters[1].map(({ members }) => members.length)).toEqual([3, 2, 1]);
    expect(history.merges.map(({ layer, tolerance }) => [layer, tolerance])).toEqual([
      [1, 0.1],
      [2, 0.1],
    ]);
    expect(history.splits).toHaveLength(1);
  });

  it('sees an exchange as a merge and a split', () => {
    const exchange = [onCircle([0, 0, 2]), onCircle([0, 2, 2])];
    const { merges, splits } = clusterHistory(exchange, [0.1]);
    expect(merges.map(({ groups }) => groups)).toEqual([[[1], [2]]]);
    expect(splits.map(({ groups }) => groups)).toEqual([[[0], [1]]]);
  });
});
