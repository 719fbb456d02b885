/** Data that a caller brings: a snapshot, observations, frames of tokens; and what too few of them leave open. */
import { beforeAll, describe, expect, it } from 'vitest';
import { resolveMatrix } from '../../src/dynamics/matrices.ts';
import { simulate } from '../../src/flow/simulation.ts';
import { type Matrix, matrix, product, row, transposed } from '../../src/numerics/matrix.ts';
import { normalQuantile } from '../../src/numerics/quantile.ts';
import { random } from '../../src/numerics/random.ts';
import { levelsOf } from '../../src/reduction/families/family.ts';
import { familySnapshot } from '../../src/reduction/families/snapshot.ts';
import { snapshotReport } from '../../src/reduction/families/snapshot-report.ts';
import { type FitOptions, fitSnapshot } from '../../src/reduction/inverse/fit.ts';
import { fitReport } from '../../src/reduction/inverse/fit-report.ts';
import { attentionFromData } from '../../src/reduction/inverse/matrices-data.ts';
import { attentionReport } from '../../src/reduction/inverse/matrices-data-report.ts';
import { type RecoverOptions, recoverMeasure } from '../../src/reduction/inverse/recover.ts';
import { recoverReport } from '../../src/reduction/inverse/recover-report.ts';
import '../matchers.ts';

describe('the forward problem', () => {
  it('a snapshot has the quantiles of its law', async () => {
    const { quantiles, levels, values } = await familySnapshot({
      family: 'gaussian',
      at: [1, 2],
      levels: 5,
    });
    expect(values).toEqual({ mean: 1, deviation: 2 });
    expect(quantiles).toBeAllClose(levels.map((level) => 1 + 2 * normalQuantile(level)));
  });

  it('of Burgers’ equation at time 0 is the box, and is told with its moments', async () => {
    const found = await familySnapshot({ family: 'burgers', at: [0, 2, 1.5], levels: 300 });
    expect(found.quantiles).toBeAllClose(found.levels.map((level) => 1.5 * level));
    // the variance of N midpoints of a box: width² (1 − 1/N²) / 12
    expect(snapshotReport(found).findings[0]).toMatch(/^mean 0\.75\d*, deviation 0\.43301/);
  });

  it('by default is in the middle of the ranges', async () => {
    expect((await familySnapshot({ family: 'scalings' })).values).toEqual({ deviation: 1.25 });
  });

  it.each([
    [{ family: 'gaussian', at: [1] }, /1 values are given: expected 2, of mean, deviation/],
    [{ family: 'gaussian', at: [1, 0] }, /deviation is 0: expected a number from 0.000001/],
    [{ family: 'gausian' }, /did you mean "gaussian"/],
  ])('%j is refused', async (options, message) => {
    await expect(familySnapshot(options)).rejects.toThrow(message);
  });
});

describe('parameters of a snapshot', () => {
  it('are those that made it, in any order of its points', async () => {
    const { quantiles } = await familySnapshot({ family: 'flow', at: [4, 0.7], levels: 15 });
    const data = quantiles.toReversed();
    const { estimate } = await fitSnapshot({ family: 'flow', data });
    expect(estimate.values).toBeAllClose([4, 0.7], { absolute: 1e-6 });
    expect(estimate.atEnd).toEqual([false, false]);
  });

  it('of normal points: least squares on their quantiles in closed form, with its intervals', async () => {
    const { gaussian } = random(3);
    const data = Array.from({ length: 40 }, () => 0.5 + 1.2 * gaussian());
    const found = await fitSnapshot({ family: 'gaussian', data });
    const rising = data.toSorted((a, b) => a - b);
    const z = Array.from(levelsOf(40), normalQuantile);
    const total = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);
    const mean = total(rising) / 40;
    const deviation = total(rising.map((x, k) => x * z[k])) / total(z.map((one) => one ** 2));
    expect(found.estimate.values).toBeAllClose([mean, deviation], { absolute: 1e-9 });
    const square = total(rising.map((x, k) => (x - mean - deviation * z[k]) ** 2)) / 38;
    expect(found.estimate.deviation).toBeCloseTo(Math.sqrt(square), 9);
    // t with 38 degrees of freedom: 2.0244
    const reach = (2.0244 * Math.sqrt(square)) / Math.sqrt(40);
    expect(found.estimate.high[0]).toBeCloseTo(mean + reach, 3);
    expect(fitReport(found).columns[1].values).toEqual(found.estimate.values);
  });

  it('beyond where they are sought are told', async () => {
    const found = await fitSnapshot({ family: 'translations', low: [0], high: [1], data: [9] });
    expect(found.estimate.values).toBeAllClose([2], { absolute: 1e-9 });
    expect(found.estimate.atEnd).toEqual([true]);
    expect(fitReport(found).findings.join('\n')).toMatch(/mean lies at the end of where/);
  });

  it('fewer data than parameters: it says so, and takes the answer of least norm', async () => {
    // height · time and the width: of three parameters two are felt by points, and only one by one moment
    const options = { family: 'burgers', domain: [0, 3], levels: 50 };
    const truth = await familySnapshot({ family: 'burgers', at: [1, 1, 1], levels: 50 });
    const middle = truth.quantiles.reduce((sum, x) => sum + (x - 1.5) / 1.5 / 50, 0);
    const found = await fitSnapshot({ ...options, observe: 'moments', data: [middle] });
    const { nullSpace, values, low } = found.estimate;
    expect(nullSpace).toHaveLength(2);
    expect(low).toEqual([null, null, null]);
    // it fits, and from the middle of the ranges it went at right angles to all that is open
    const again = await familySnapshot({ family: 'burgers', at: [...values], levels: 50 });
    expect(again.quantiles.reduce((sum, x) => sum + (x - 1.5) / 1.5 / 50, 0)).toBeCloseTo(
      middle,
      9,
    );
    const ranges = [3, 1.5, 1];
    const way = values.map((value, i) => (value - [1.5, 1.25, 1][i]) / ranges[i]);
    expect(Math.hypot(...way)).toBeGreaterThan(0.01);
    for (const open of nullSpace) {
      const unit = open.map((part, i) => part / ranges[i]);
      const along = unit.reduce((sum, part, i) => sum + part * way[i], 0) / Math.hypot(...unit);
      // as good as central differences over the deviation that draws it there
      expect(Math.abs(along)).toBeLessThan(1e-4);
    }
    expect(fitReport(found).findings.join('\n')).toMatch(
      /underdetermined: 1 data for 3 unknowns; .* the answer is the one of least norm/,
    );
  });

  it.each<[object, RegExp]>([
    [{ data: [] }, /expected one number at least/],
    [{}, /option data is missing/],
    [{ data: [Number.NaN, 1] }, /data/],
    [{ data: [1, 2], levels: 3 }, /2 data are given: expected 3 finite numbers/],
    [{ data: [1], observe: 'moments', domain: [1, 1] }, /domain is 1, 1: expected two numbers/],
  ])('%j is refused', async (options, message) => {
    await expect(fitSnapshot({ family: 'gaussian', ...options } as FitOptions)).rejects.toThrow(
      message,
    );
  });
});

describe('a measure from observations', () => {
  const options = {
    family: 'gaussian',
    levels: 40,
    training: 12,
    components: 2,
    domain: [-4, 4],
    observe: 'moments' as const,
  };

  /** ∫ (x/4)^k dμ of the quantiles. */
  const moments = (quantiles: readonly number[], count: number) =>
    Array.from(
      { length: count },
      (_, k) => quantiles.reduce((sum, x) => sum + (x / 4) ** (k + 1), 0) / quantiles.length,
    );

  it('is found where there are as many as unknowns', async () => {
    const { quantiles } = await familySnapshot({ family: 'gaussian', at: [-0.7, 1.3], levels: 40 });
    const found = await recoverMeasure({ ...options, data: moments(quantiles, 2) });
    expect(found.quantiles).toBeAllClose(quantiles, { absolute: 1e-9 });
    expect(found.nullSpace).toEqual([]);
    expect(found.misfit).toBeAllClose([0, 0], { absolute: 1e-12 });
  });

  it('with fewer it is the one of least norm, and what is open is told', async () => {
    const found = await recoverMeasure({ ...options, data: [0.1] });
    expect(found.nullSpace).toHaveLength(1);
    const [open] = found.nullSpace;
    const along = open.reduce((sum, part, k) => sum + part * found.coordinates[k], 0);
    expect(along).toBeCloseTo(0, 9);
    // the open direction does not move the mean
    const moved = found.directions[0].map(
      (_, l) => open[0] * found.directions[0][l] + open[1] * found.directions[1][l],
    );
    expect(moved.reduce((sum, x) => sum + x, 0) / 40).toBeCloseTo(0, 12);
    const { findings, figure } = recoverReport(found);
    expect(findings.join('\n')).toMatch(
      /underdetermined: 1 data for 2 unknowns; .* least norm, seen from the mean measure/,
    );
    expect(findings.join('\n')).toMatch(/not identifiable: [+−]\d\.\d{3} z1/);
    expect(figure.panels[0].series).toHaveLength(3);
  });

  it('with noise is drawn to the mean measure', async () => {
    const [exact, noisy] = await Promise.all(
      [0, 0.3].map((noise) => recoverMeasure({ ...options, data: [0.2, 0.3], noise })),
    );
    expect(Math.hypot(...noisy.coordinates)).toBeLessThan(Math.hypot(...exact.coordinates));
    expect(noisy.expected).toBeGreaterThan(exact.expected);
  });

  it.each<[object, RegExp]>([
    [{ data: [] }, /0 observations of 0 functions are given: .* one at least/],
    [{ data: [1], noise: -1 }, /option noise is -1/],
    [{ data: [1], domain: [2] }, /domain is 2: expected two numbers/],
    [{}, /option data is missing/],
  ])('%j is refused', async (data, message) => {
    await expect(recoverMeasure({ ...options, ...data } as RecoverOptions)).rejects.toThrow(
      message,
    );
  });
});

describe('attention from frames', () => {
  const times = [0, 0.4, 1.6];
  const value = [
    [1, 0.3],
    [-0.2, 0.8],
  ];
  let positions: Matrix[];
  let first: Matrix;
  let longer: Matrix;
  beforeAll(async () => {
    const { frames } = await simulate({
      dynamics: 'sa',
      parameters: { beta: 1.5, value: { rows: value } },
      n: 8,
      d: 2,
      seed: 4,
      scheme: 'dopri5',
      tolerance: 1e-10,
      time: 1.6,
      saveAt: times,
      diagnostics: [],
    });
    positions = frames.map((frame) => frame.positions);
    first = positions[0];
    longer = matrix(
      8,
      2,
      first.data.map((coordinate) => 1.1 * coordinate),
    );
  });

  it('of frames that are no unit vectors is refused, in every frame', async () => {
    const longer = positions.map(({ rows, columns, data }, k) =>
      matrix(
        rows,
        columns,
        k === 1 ? data.map((value, at) => (at < 2 ? 1.2 * value : value)) : data,
      ),
    );
    await expect(attentionFromData(longer, { times })).rejects.toThrow(
      /token 0 of frame 1 has length 1\.2\d*: expected 1, off by 0\.10 at most; divide by it/,
    );
  });

  it('is that of the flow', async () => {
    const found = await attentionFromData(positions, { times, tolerance: 1e-9 });
    expect(found.horizon).toBe(1.6);
    expect(found.b.flat()).toBeAllClose([1.5, 0, 0, 1.5], { absolute: 1e-5 });
    expect(found.tv.flat()).toBeAllClose([1.6, 0.48, -0.32, 1.28], { absolute: 1e-6 });
    expect(found.deviation).toBeLessThan(1e-8);
    const { columns, figure } = attentionReport(found);
    expect(columns[0].values).toHaveLength(8);
    expect(figure.panels).toHaveLength(2);
  });

  it('is the same of measures, whose tokens are in no order', async () => {
    const [first, ...later] = positions;
    const mixed = later.map(({ rows, columns, data }, k) => ({
      rows,
      columns,
      data: Float64Array.from(data, (_, at) => data[(at + 2 * (k + 3)) % data.length]),
    }));
    const found = await attentionFromData([first, ...mixed], {
      times,
      tolerance: 1e-9,
      unlabelled: true,
    });
    expect(found.b.flat()).toBeAllClose([1.5, 0, 0, 1.5], { absolute: 1e-5 });
    expect(found.tv.flat()).toBeAllClose([1.6, 0.48, -0.32, 1.28], { absolute: 1e-6 });
  });

  it.each([3, 6, 9, 12])(
    'is that of matrices drawn at random, far from where any search would begin (ginibre:%i, …)',
    async (seed) => {
      const draw = (k: number) => ({ ensemble: 'ginibre' as const, seed: seed + k });
      const [query, key, value] = [draw(0), draw(1), draw(2)];
      const { frames } = await simulate({
        dynamics: 'sa',
        parameters: { beta: 1.7, query, key, value },
        n: 20,
        d: 3,
        seed: 1,
        time: 1,
        saveAt: [0, 0.5, 1],
        scheme: 'dopri5',
        tolerance: 1e-10,
        diagnostics: [],
      });
      const found = await attentionFromData(
        frames.map(({ positions }) => positions),
        { times: [0, 0.5, 1], tolerance: 1e-7 },
      );
      // names tell the draws of one seed apart
      const [q, k, v] = Object.entries({ query, key, value }).map(([name, one]) =>
        resolveMatrix(one, 3, name),
      );
      const b = product(transposed(q), k).data.map((entry) => 1.7 * entry);
      expect(found.fits).toBe(true);
      expect(found.b.flat()).toBeAllClose(b, { absolute: 1e-4 });
      expect(found.tv.flat()).toBeAllClose(v.data, { absolute: 1e-4 });
      for (const { low, high } of found.intervals)
        expect(Number(high) - Number(low)).toBeLessThan(1e-4);
    },
  );

  it('is none of noisy frames that are said to be exact, and is found where their noise is said', async () => {
    const { gaussian } = random(8);
    const noisy = positions.map((frame, k) =>
      matrix(
        frame.rows,
        frame.columns,
        frame.data.map((value) => value + (k === 0 ? 0 : 1e-3 * gaussian())),
      ),
    );
    const options = { times, tolerance: 1e-6 };
    const wrong = await attentionFromData(noisy, options);
    expect(wrong.fits).toBe(false);
    expect(wrong.misfit).toBeGreaterThan(3e-4);
    expect(wrong.intervals.every(({ low, high }) => low === null && high === null)).toBe(true);
    expect(attentionReport(wrong).findings[0]).toMatch(
      /no matrices explain the frames: .* more than noise 0.000001 leaves; give the frames' noise/,
    );
    const found = await attentionFromData(noisy, { ...options, noise: 1e-3 });
    expect(found.fits).toBe(true);
    [1.6, 0.48, -0.32, 1.28].forEach((truth, k) => {
      const { low, high } = found.intervals[4 + k];
      expect(Number(high) - Number(low)).toBeLessThan(0.1);
      expect(Math.abs(found.intervals[4 + k].value - truth)).toBeLessThan(0.05);
    });
  });

  it('of too few tokens is underdetermined, and the answer fits', async () => {
    const few = positions.map((frame) => matrix(2, 2, frame.data.slice(0, 4)));
    const alone = await simulate({
      dynamics: 'sa',
      parameters: { beta: 1.5 },
      init: few[0],
      scheme: 'dopri5',
      tolerance: 1e-10,
      time: 1,
      saveAt: [0, 1],
      diagnostics: [],
    });
    const found = await attentionFromData(
      alone.frames.map((frame) => frame.positions),
      { tolerance: 1e-9 },
    );
    expect(found.data).toBe(4);
    expect(found.nullSpace).toHaveLength(6);
    expect(found.intervals.every(({ low }) => low === null)).toBe(true);
    expect(found.deviation ?? 0).toBeLessThan(1e-8);
    expect(attentionReport(found).findings.join('\n')).toMatch(
      /underdetermined: 4 data for 8 unknowns/,
    );
  });

  it.each<[string, () => Promise<unknown>, RegExp]>([
    ['one frame', () => attentionFromData([first]), /1 frames are given: expected two at least/],
    [
      'other tokens',
      () => attentionFromData([first, matrix(1, 2, row(first, 0))]),
      /frame 1 is 1 × 2 and frame 0 is 8 × 2/,
    ],
    ['a start off the sphere', () => attentionFromData([longer, first]), /frame 0/],
    [
      'times that fall',
      () => attentionFromData(positions, { times: [0, 2, 1] }),
      /times are 0, 2, 1: expected 3 rising numbers/,
    ],
    [
      'too many coordinates',
      () => attentionFromData([matrix(2, 9), matrix(2, 9)]),
      /9 coordinates, which are 162 unknowns: expected at most 8/,
    ],
  ])('refuses %s', async (_, run, message) => {
    await expect(run()).rejects.toThrow(message);
  });
});
