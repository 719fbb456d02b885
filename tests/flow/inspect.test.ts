/** Diagnostics of hidden states that somebody brings. */
import { describe, expect, it } from 'vitest';
import { runDiagnostics } from '../../src/diagnostics/catalogue.ts';
import { clusterHistory } from '../../src/diagnostics/clusters.ts';
import { survey } from '../../src/diagnostics/survey/survey.ts';
import {
  type ArrayOfShape,
  type InspectOptions,
  inspectFrames,
  inspectionToJson,
} from '../../src/flow/inspect.ts';
import { InputError } from '../../src/numerics/errors.ts';
import { type Matrix, matrix } from '../../src/numerics/matrix.ts';
import { fromRows, scattered } from '../diagnostics/configurations.ts';

const states = Array.from({ length: 4 }, (_, layer) => scattered(5, 3, layer));

function stacked(frames: readonly Matrix[]): ArrayOfShape {
  const { rows, columns } = frames[0];
  const data = Float64Array.from(frames.flatMap(({ data: values }) => [...values]));
  return { shape: [frames.length, rows, columns], data };
}

/** Uniform attention of two heads. */
const uniform = (layers: number, n = 5): ArrayOfShape => ({
  shape: [layers, 2, n, n],
  data: new Float32Array(layers * 2 * n * n).fill(1 / n),
});

describe('inspecting hidden states', () => {
  it('is diagnosing them as frames of a flow', () => {
    const found = inspectFrames(stacked(states));
    const expected = runDiagnostics(states.map((positions) => ({ positions })));
    for (const name of ['energy', 'effective_rank', 'cone_min', 'displacement'])
      expect(found.diagnostics[name].map(Number)).toBeAllClose(expected[name].map(Number));
    const { clusters, merges, splits } = clusterHistory(states);
    expect(found).toMatchObject({ shape: [4, 5, 3], space: 'sphere', clusters, merges, splits });
    expect(found.notes).toEqual({});
  });

  it('brings rows to the sphere and reports their lengths', () => {
    const longer = states.map(({ rows, columns, data }, layer) =>
      matrix(
        rows,
        columns,
        data.map((value) => (layer + 2) * value),
      ),
    );
    const found = inspectFrames(stacked(longer));
    expect(found.diagnostics.radius_mean.map(Number)).toBeAllClose([2, 3, 4, 5]);
    const plain = inspectFrames(stacked(states));
    expect(found.diagnostics.energy.map(Number)).toBeAllClose(plain.diagnostics.energy.map(Number));
  });

  it('leaves the numbers that it was given as they are', () => {
    const given = stacked([fromRows([[3, 4]])]);
    inspectFrames(given);
    expect(given.data).toEqual(Float64Array.of(3, 4));
  });

  it('takes them as they are off the sphere', () => {
    const line = stacked([fromRows([[0], [1], [10]]), fromRows([[4], [4], [10]])]);
    const found = inspectFrames(line, null, { space: 'euclidean', tolerances: [2] });
    expect(found.clusters.map(([{ members }]) => members)).toEqual([
      [[0, 1], [2]],
      [[0, 1], [2]],
    ]);
    expect(found.diagnostics.displacement).toEqual([null, expect.closeTo(7 / 3, 14)]);
    expect(found.diagnostics.hull_distance).toEqual([0, 0]);
  });

  it('scales its tolerances off the sphere to the first frame', () => {
    const [one, thousand] = [1, 1000].map((scale) =>
      stacked([fromRows([[0], [scale], [10 * scale]])]),
    );
    const counts = [one, thousand].map((given) =>
      inspectFrames(given, null, { space: 'euclidean' }).clusters[0].map(
        ({ members }) => members.length,
      ),
    );
    expect(counts[0]).toEqual(counts[1]);
    expect(new Set(counts[0]).size).toBeGreaterThan(1);
  });

  it('gives the attentions of each layer to the frame after it, or to its own', () => {
    const after = inspectFrames(stacked(states), uniform(3)).diagnostics.attention_entropy;
    expect(after).toEqual([null, ...Array(3).fill(expect.closeTo(Math.log(5), 6))]);
    const own = inspectFrames(stacked(states), uniform(4)).diagnostics.attention_leaders;
    expect(own).toEqual([3, 3, 3, 3]);
  });

  it('says what it read of many tokens', () => {
    const many = { shape: [1, 5001, 2], data: new Float32Array(10_002).fill(1) };
    const { notes, clusters } = inspectFrames(many);
    expect(notes.clusters).toMatch('2,000 of 5,001');
    expect(notes.energy).toBe(notes.clusters);
    expect(clusters[0][0].members[0]).toHaveLength(2000);
  });
});

describe('inspecting refuses', () => {
  const good = stacked(states);
  const altered = (at: number, value: number) => ({
    ...good,
    data: good.data.map((old, i) => (i === at ? value : old)),
  });
  const signed = uniform(3);
  signed.data[60] = -0.1;

  it.each<[string, ArrayOfShape, ArrayOfShape | null, string, RegExp]>([
    ['a batch', { ...good, shape: [4, 1, 5, 3] }, null, 'frames', /\(4, 1, 5, 3\).*array\[:, 0\]/],
    [
      'one layer',
      { ...good, shape: [20, 3] },
      null,
      'frames',
      /expected \(layers, tokens, width\)/,
    ],
    ['no tokens', { shape: [4, 0, 3], data: new Float64Array(0) }, null, 'frames', /at least one/],
    [
      'missing numbers',
      { ...good, shape: [4, 5, 4] },
      null,
      'frames',
      /hold 60 numbers, expected 80/,
    ],
    ['NaN', altered(34, Number.NaN), null, 'frames', /hold NaN at layer 2, token 1/],
    [
      'a zero row',
      stacked([
        fromRows([
          [1, 0],
          [0, 0],
        ]),
      ]),
      null,
      'frames',
      /layer 0, token 1.*euclidean/,
    ],
    [
      'foreign attentions',
      good,
      uniform(3, 6),
      'attentions',
      /\(3, 2, 6, 6\), expected \(3 or 4, heads, 5, 5\)/,
    ],
    ['too few attentions', good, uniform(2), 'attentions', /\(2, 2, 5, 5\)/],
    ['negative attention', good, signed, 'attentions', /hold -0\.1\d* at layer 1.*softmax/],
  ])('%s', (_, frames, attentions, field, message) => {
    const inspect = () => inspectFrames(frames, attentions);
    expect(inspect).toThrow(InputError);
    expect(inspect).toThrow(message);
    expect(inspect).toThrow(expect.objectContaining({ field }));
  });

  it.each<[InspectOptions, RegExp]>([
    [{ beta: -1 }, /beta is -1: expected a number from 0 on/],
    [{ tolerances: [] }, /at least one tolerance/],
    [JSON.parse('{"space":"torus"}'), /space is "torus": expected sphere or euclidean/],
    [JSON.parse('{"betta":2}'), /"betta".*"beta"/],
  ])('the options %j', (options, message) => {
    expect(() => inspectFrames(good, null, options)).toThrow(message);
  });
});

describe('a survey of hidden states', () => {
  const many = Array.from({ length: 3 }, (_, layer) => scattered(12, 5, layer));
  // one token dwarfs the others
  for (const { data } of many) for (let k = 0; k < 5; k++) data[k] *= 50;
  const surveyed = { survey: { surrogates: 3 } };

  it('is that of the frames, and leaves the rest as it is', () => {
    const { survey: found, ...rest } = inspectFrames(stacked(many), uniform(2, 12), surveyed);
    const heads = [matrix(12, 12, new Float64Array(144).fill(Math.fround(1 / 12)))];
    const wanted = survey(
      many.map((states, k) => ({ states, heads: k === 0 ? null : [...heads, ...heads] })),
      { surrogates: 3 },
    );
    expect(found).toEqual(wanted);
    expect(found?.frames.map(({ sinks }) => sinks.map(({ token }) => token))).toEqual([
      [0],
      [0],
      [0],
    ]);
    expect(rest).toEqual(inspectFrames(stacked(many), uniform(2, 12)));
    const record = inspectionToJson({ ...rest, survey: found });
    expect(record.survey?.frames[1].norm_ratio).toBe(found?.frames[1].normRatio);
  });

  it('is centred by the states of another text', () => {
    const others = Array.from({ length: 3 }, (_, layer) => scattered(2, 5, 20 + layer));
    const options = { survey: { surrogates: 0, reference: stacked(others) } };
    const { survey: found } = inspectFrames(stacked(many), null, options);
    const wanted = survey(
      many.map((states, k) => ({ states, heads: null, reference: others[k] })),
      { surrogates: 0 },
    );
    expect(found).toEqual(wanted);
    expect(found?.centre).toBe('reference');
  });

  it.each<[string, Matrix[], InspectOptions, RegExp]>([
    ['one token', [scattered(1, 3, 1)], surveyed, /1 token has no pairs/],
    ['off the sphere', many, { ...surveyed, space: 'euclidean' }, /a survey is of directions/],
    [
      'an empty reference',
      many,
      { survey: { reference: { shape: [3, 0, 5], data: new Float64Array() } } },
      /reference has the shape \(3, 0, 5\), expected \(3, tokens, 5\)/,
    ],
    [
      'a reference of another depth',
      many,
      { survey: { reference: stacked(many.slice(1)) } },
      /shape \(2, 12, 5\), expected \(3, tokens, 5\)/,
    ],
    [
      'a reference that is no number',
      many,
      { survey: { reference: { shape: [3, 1, 5], data: new Float64Array(15).fill(Number.NaN) } } },
      /does not hold 15 finite numbers/,
    ],
    ['no surrogates below 0', many, { survey: { surrogates: -1 } }, /surrogates/],
  ])('refuses %s', (_, states, options, message) => {
    expect(() => inspectFrames(stacked(states), null, options)).toThrow(InputError);
    expect(() => inspectFrames(stacked(states), null, options)).toThrow(message);
  });
});
