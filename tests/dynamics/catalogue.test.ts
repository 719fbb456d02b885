/** The catalogue: every entry complete, parameters checked, and what each makes of them. Its promises: properties.test.ts. */
import { describe, expect, it } from 'vitest';
import type { Interaction } from '../../src/attention/interaction.ts';
import { dynamics, dynamicsNamed } from '../../src/dynamics/catalogue.ts';
import type { Dynamics, ParameterValues } from '../../src/dynamics/dynamics.ts';
import { completeParameters, matrixValueOf, numberOf } from '../../src/dynamics/parameters.ts';
import { equalMasses } from '../../src/geometry/catalogue.ts';
import { matrix, toRows } from '../../src/numerics/matrix.ts';
import { checkSimple, show } from '../../src/numerics/parameters.ts';
import { refusal } from './refusal.ts';

const DIMENSIONS = [2, 3, 7];
const entries = dynamics.map((entry): [string, Dynamics] => [entry.name, entry]);

/** The interaction of an entry for given parameters at time 0. */
function interactionOf(
  name: string,
  given: Readonly<Record<string, unknown>> = {},
  d = 2,
): Interaction {
  const entry = dynamicsNamed(name);
  const found = entry.interaction?.(completeParameters(entry, given, d), d, 0);
  if (!found) throw new Error(`${name} has no interaction`);
  return found;
}

describe('the catalogue', () => {
  it('has the dynamics that are promised, each under one name', () => {
    const names = dynamics.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names).toEqual(
      expect.arrayContaining([
        ...['sa', 'usa', 'hardmax', 'causal_sa', 'causal_usa', 'linear', 'multi_head'],
        ...['no_projection', 'normalised', 'noisy', 'kuramoto', 'repulsion'],
        ...['sinkhorn', 'residual', 'sinkhorn_residual', 'birth_death', 'kl_descent'],
        ...['svgd', 'svgd_sphere', 'resnet'],
      ]),
    );
  });

  it('finds an entry by name, and the nearest to a wrong one', () => {
    expect(dynamicsNamed('usa').title).toBe('Unnormalised self-attention');
    const { field, message } = refusal(() => dynamicsNamed('causal-sa'));
    expect(field).toBe('dynamics');
    expect(message).toContain('unknown dynamics "causal-sa": did you mean "causal_sa"?');
  });

  describe.each(entries)('%s', (_, entry) => {
    it('is described and cites its source', () => {
      expect(entry.name).toMatch(/^[a-z][a-z_]*$/);
      expect(entry.title).not.toBe('');
      expect(entry.help).toMatch(/\.$/);
      expect(entry.citation).toMatch(/^arXiv \d{4}\.\d{5}/);
      for (const { name, title, help } of entry.parameters) {
        expect(name).toMatch(/^[a-z][a-z_]*$/);
        expect(title).not.toBe('');
        expect(help).toMatch(/\.$/);
      }
    });

    it('has one field, different parameters, and defaults in range', () => {
      expect((entry.velocity === undefined) !== (entry.interaction === undefined)).toBe(true);
      const names = entry.parameters.map(({ name }) => name);
      expect(new Set(names).size).toBe(names.length);
      for (const parameter of entry.parameters)
        if (parameter.type !== 'matrix') checkSimple(parameter, parameter.default);
    });

    const { dimension, velocity } = entry;
    const taken = DIMENSIONS.filter((d) => dimension === undefined || dimension === d);

    it.each(DIMENSIONS.filter((d) => !taken.includes(d)))('refuses d = %d', (d) => {
      expect(refusal(() => completeParameters(entry, {}, d)).field).toBe('d');
    });

    it.each(velocity ? taken : [])('moves particles of d = %d at its defaults', (d) => {
      const n = 4;
      const positions = Float64Array.from({ length: n * d }, (_, at) => Math.cos(at + 1));
      const out = new Float64Array(n * d);
      const state = { n, d, positions, masses: equalMasses(n) };
      velocity?.(state, completeParameters(entry, {}, d), 0, out);
      expect(out.every(Number.isFinite)).toBe(true);
      expect(out.some((coordinate) => coordinate !== 0)).toBe(true);
    });

    it.each(velocity ? [] : taken)('gives an interaction of d = %d at its defaults', (d) => {
      const { beta, weights } = interactionOf(entry.name, {}, d);
      expect(beta.every(Number.isFinite)).toBe(true);
      if (!weights) return expect(beta).toHaveLength(1);
      for (const name of ['query', 'key', 'value'] as const)
        expect(weights[name]).toMatchObject({ rows: d, columns: d * beta.length });
      expect(weights.output).toMatchObject({ rows: d * beta.length, columns: d });
    });
  });

  it('brings velocities of its own, and one that is made for the plane', () => {
    const namesOf = (some: Dynamics[]) => some.map(({ name }) => name);
    expect(namesOf(dynamics.filter(({ velocity }) => velocity))).toEqual([
      ...['kl_descent', 'svgd', 'svgd_sphere', 'resnet'],
    ]);
    expect(namesOf(dynamics.filter(({ dimension }) => dimension))).toEqual(['kuramoto']);
  });

  it('does not promise what contradicts itself', () => {
    for (const { name, properties } of dynamics)
      if (properties.causal)
        expect([name, properties.permutationEquivariant]).toEqual([name, false]);
  });
});

describe('completing parameters', () => {
  const sa = dynamicsNamed('sa');

  it('fills in defaults and reads short forms', () => {
    expect(completeParameters(sa, { value: '-1', beta: 4 }, 3)).toEqual({
      beta: 4,
      query: 'identity',
      key: 'identity',
      value: { scalar: -1 },
    });
  });

  it.each<[string, Record<string, unknown>, string, string]>([
    ['sa', { bta: 1 }, 'bta', 'dynamics sa has no parameter "bta": did you mean "beta"?'],
    // As JSON writes NaN.
    ['sa', { beta: null }, 'beta', 'beta is null: expected a number'],
    ['sa', { value: null }, 'value', 'value is null'],
    ['multi_head', { heads: null }, 'heads', 'heads is null'],
    ['kuramoto', { beta: 1 }, 'beta', 'it has none, leave it out'],
    ['linear', { beta: -1 }, 'beta', 'beta is -1: expected a number from 0 to 1000000, such as 1'],
    ['usa', { beta: -701 }, 'beta', 'beta is -701: expected a number from -700 to 700, such as 1'],
    ['usa', { beta: 701 }, 'beta', 'beta is 701: expected a number from -700 to 700'],
    ['sa', { beta: Number.NaN }, 'beta', 'beta is NaN'],
    ['sa', { beta: Number.POSITIVE_INFINITY }, 'beta', 'beta is Infinity'],
    ['sa', { beta: '4' }, 'beta', 'beta is "4": expected a number'],
    ['sa', { beta: 4n }, 'beta', 'beta is 4: expected a number'],
    ['multi_head', { heads: 2.5 }, 'heads', 'heads is 2.5: expected a whole number from 1 to 64'],
    ['noisy', { attention: 'ussa' }, 'attention', 'did you mean "usa"?'],
    ['noisy', { kappa: 0 }, 'kappa', 'kappa is 0: expected a number from 0.000001'],
    ['sa', { query: [[1, 2, 3]] }, 'query', 'query is 1 × 3: expected a 2 × 2 matrix'],
    ['sa', { key: 'diagonal:1,2,3' }, 'key', 'key has 3 numbers on its diagonal: expected d = 2'],
  ])('%s refuses %o', (name, given, field, message) => {
    const found = refusal(() => completeParameters(dynamicsNamed(name), given, 2));
    expect(found.field).toBe(field);
    expect(found.message).toContain(message);
  });

  it('refuses a d that the entry is not made for', () => {
    const { field, message } = refusal(() => completeParameters(dynamicsNamed('kuramoto'), {}, 3));
    expect(field).toBe('d');
    expect(message).toContain('d is 3: expected 2 for dynamics kuramoto');
  });

  it('takes stacked rows for as many heads as are asked for', () => {
    const value = [
      [1, 0],
      [0, 1],
      [3, 0],
      [0, 3],
    ];
    const twice = { heads: 2, value };
    const { weights } = interactionOf('multi_head', twice);
    expect(weights && toRows(weights.value)).toEqual([
      [1, 0, 3, 0],
      [0, 1, 0, 3],
    ]);
    expect(refusal(() => interactionOf('multi_head', { value })).message).toContain('or 8 × 2');
  });

  it('reads back what is there, and says what is not', () => {
    const values: ParameterValues = { beta: 2, choice: 'sa' };
    expect(numberOf(values, 'beta')).toBe(2);
    expect(matrixValueOf(values, 'value')).toBe('identity');
    expect(() => numberOf(values, 'kappa')).toThrow(RangeError);
    expect(() => matrixValueOf(values, 'beta')).toThrow(RangeError);
  });

  it('shows any value in a message', () => {
    const circular: Record<string, unknown> = {};
    circular.self = circular;
    expect(show(circular)).toBe('[object Object]');
    expect(show(undefined)).toBe('missing');
    expect(show('x'.repeat(100))).toHaveLength(58);
  });
});

describe('what entries make of their parameters', () => {
  it('no matrices at all where they are the identity, whatever d', () => {
    const { weights } = interactionOf('sa', { value: 1, query: 'diagonal:1,1' });
    expect(weights).toBeNull();
    expect(interactionOf('usa', {}, 100_000).weights).toBeNull();
    expect(refusal(() => interactionOf('usa', { value: 2 }, 100_000)).message).toContain(
      'expected d up to 5792',
    );
    expect(refusal(() => interactionOf('multi_head', {}, 5000)).field).toBe('heads');
  });

  it('row-vector weights: Q of the papers, transposed', () => {
    const query = [
      [1, 2],
      [3, 4],
    ];
    const { weights } = interactionOf('sa', { query });
    expect(weights && toRows(weights.query)).toEqual([
      [1, 3],
      [2, 4],
    ]);
  });

  it('another draw for every head, and a mean over the heads', () => {
    const { weights, beta } = interactionOf('multi_head', { heads: 2, beta: 3 });
    expect(beta).toEqual([3, 3]);
    const [first, second] = toRows(weights?.query ?? matrix(0, 0)).map((row) => [
      row.slice(0, 2),
      row.slice(2),
    ]);
    expect(first).not.toEqual(second);
    expect(weights && toRows(weights.output)).toEqual([
      [0.5, 0],
      [0, 0.5],
      [0.5, 0],
      [0, 0.5],
    ]);
  });

  it.each<[string, Record<string, unknown>, Partial<Interaction>]>([
    ['sa', { beta: 4 }, { coupling: 'softmax', beta: [4], causal: false, sign: 1 }],
    ['usa', {}, { coupling: 'exponential' }],
    ['causal_sa', {}, { coupling: 'softmax', causal: true }],
    ['causal_usa', {}, { coupling: 'exponential', causal: true }],
    ['hardmax', { tie: 0.1 }, { coupling: 'hardmax', beta: [1], tie: 0.1 }],
    ['linear', {}, { coupling: 'linear' }],
    ['no_projection', {}, { coupling: 'softmax' }],
    ['noisy', {}, { coupling: 'exponential' }],
    ['noisy', { attention: 'sa' }, { coupling: 'softmax' }],
    ['kuramoto', {}, { coupling: 'softmax', beta: [0] }],
    ['repulsion', {}, { coupling: 'softmax', sign: -1 }],
    ['repulsion', { attention: 'usa' }, { coupling: 'exponential', sign: -1 }],
    ['sinkhorn', {}, { coupling: 'sinkhorn' }],
    ['residual', { kernel: 'gaussian' }, { coupling: 'softmax', relative: true, gaussian: true }],
    [
      'sinkhorn_residual',
      { direction: 'away' },
      { coupling: 'sinkhorn', relative: true, sign: -1 },
    ],
  ])('%s with %j', (name, given, expected) => {
    expect(interactionOf(name, given)).toMatchObject(expected);
  });

  it('noise has the strength √(2/κ)', () => {
    const noisy = dynamicsNamed('noisy');
    expect(noisy.noise?.(completeParameters(noisy, { kappa: 0.5 }, 2))).toBe(2);
    expect(dynamics.filter(({ noise }) => noise)).toHaveLength(1);
  });

  it('without projection one looks at z = e^{−tV} x', () => {
    const entry = dynamicsNamed('no_projection');
    const parameters = completeParameters(entry, { value: 'diagonal:1,-0.5' }, 2);
    const z = entry.view?.(matrix(1, 2, Float64Array.of(1, 1)), 2, parameters);
    expect(z?.data).toBeAllClose([Math.exp(-2), Math.exp(1)], { absolute: 1e-14 });
    const turning = completeParameters(
      entry,
      {
        value: [
          [0, -1],
          [1, 0],
        ],
      },
      2,
    );
    // V turns by +90° a unit of time, so the view turns back.
    const back = entry.view?.(matrix(1, 2, Float64Array.of(0, 1)), Math.PI / 2, turning);
    expect(back?.data).toBeAllClose([1, 0], { absolute: 1e-14 });
  });
});
