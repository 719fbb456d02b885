/** The flow of given weights: which θ it reads when, and which weights it refuses. */
import { describe, expect, it } from 'vitest';
import type { AttentionWeights } from '../../src/attention/scores.ts';
import { fromWeights } from '../../src/dynamics/from-weights.ts';
import { completeParameters } from '../../src/dynamics/parameters.ts';
import { type Matrix, matrix } from '../../src/numerics/matrix.ts';
import { refusal } from './refusal.ts';

/** Two heads of width 2 in R^4; the query's first entry is t. */
function theta(t: number): AttentionWeights<Matrix> {
  const query = matrix(4, 4);
  query.data[0] = t;
  return { query, key: matrix(4, 4), value: matrix(4, 4), output: matrix(4, 4) };
}

const settings = { beta: [1, 2], horizon: 8, knots: 3 };

describe('fromWeights', () => {
  const entry = fromWeights(theta, settings);

  it.each([
    [-1, 0],
    [0, 0],
    [2, 0.25],
    [8, 1],
    [100, 1],
  ])('at time %d of 8 it reads θ(%d)', (time, t) => {
    const found = entry.interaction?.({}, 4, time);
    expect(found?.weights?.query.data[0]).toBe(t);
    expect(found?.beta).toEqual([1, 2]);
  });

  it('is of one dimension, without parameters, and depends on time', () => {
    expect(entry.dimension).toBe(4);
    expect(entry.timeDependent).toBe(true);
    expect(completeParameters(entry, {}, 4)).toEqual({});
    expect(refusal(() => completeParameters(entry, {}, 3)).message).toContain('expected 4');
  });

  it('breaks at its knots', () => {
    expect(entry.breakpoints?.({})).toEqual([0, 4, 8]);
    expect(fromWeights(theta, { ...settings, knots: 1 }).breakpoints?.({})).toEqual([0]);
  });

  it('promises the order of the particles to matter where it is causal', () => {
    expect(entry.properties).toMatchObject({ causal: false, permutationEquivariant: true });
    const causal = fromWeights(theta, { ...settings, causal: true, name: 'model' });
    expect(causal.properties).toMatchObject({ causal: true, permutationEquivariant: false });
    expect(causal.interaction?.({}, 4, 0).causal).toBe(true);
    expect(causal.name).toBe('model');
  });

  it.each([
    [{ horizon: 0 }, 'horizon', 'horizon is 0: expected a positive time'],
    [{ horizon: Number.POSITIVE_INFINITY }, 'horizon', 'horizon is Infinity'],
    [{ knots: 0 }, 'knots', 'knots is 0: expected a whole number from 1'],
    [{ knots: 1.5 }, 'knots', 'knots is 1.5'],
    [{ beta: [] }, 'beta', 'beta is []: expected one finite number a head'],
    [{ beta: [1, 1, 1] }, 'beta', 'a divisor of 4 many'],
    [{ beta: [1, Number.NaN] }, 'beta', 'beta is [1, NaN]'],
  ])('refuses %j', (changed, field, message) => {
    const found = refusal(() => fromWeights(theta, { ...settings, ...changed }));
    expect(found.field).toBe(field);
    expect(found.message).toContain(message);
  });

  it.each(['query', 'key', 'value', 'output'] as const)('refuses a %s of another shape', (name) => {
    const wrong = () => ({ ...theta(0), [name]: matrix(3, 2) });
    const { field, message } = refusal(() => fromWeights(wrong, settings));
    expect(field).toBe('weights');
    expect(message).toContain(`${name} ${name === 'query' ? 'is ' : ''}3 × 2`);
  });
});
