/** What every entry of the catalogue promises holds on random particles; what none should promise is caught. */
import { describe, expect, it } from 'vitest';
import { dynamics, dynamicsNamed } from '../../src/dynamics/catalogue.ts';
import type { Dynamics, Properties } from '../../src/dynamics/dynamics.ts';
import { examineDynamics } from '../../src/flow/examine.ts';

const entries = dynamics.map((entry): [string, Dynamics] => [entry.name, entry]);

/** Every choice that an entry offers, one at a time. */
function choices({ parameters }: Dynamics): Record<string, unknown>[] {
  return parameters.flatMap((parameter) =>
    parameter.type === 'choice'
      ? parameter.choices.map((choice) => ({ [parameter.name]: choice }))
      : [],
  );
}

/** The defaults, β from none to sharp, and every choice. */
function settings(entry: Dynamics): Record<string, unknown>[] {
  const beta = entry.parameters.find(({ name }) => name === 'beta');
  const signed = beta?.type === 'number' && beta.minimum < 0 ? [-0.1, -5, -30] : [];
  const betas = beta ? [0, 0.1, 5, 30, ...signed].map((value) => ({ beta: value })) : [];
  return [{}, ...betas, ...choices(entry)];
}

describe.each(entries)('%s keeps its promises', (_, entry) => {
  it('at its defaults, for any number of particles and dimensions', () => {
    const dimensions = entry.dimension ? [entry.dimension] : [2, 3, 4, 16];
    for (const d of dimensions)
      for (const n of [1, 2, 7, 33])
        expect(examineDynamics(entry, 10 * n + d, { n, d, trials: 3 })).toEqual([]);
  });

  it('for any β and any choice', () => {
    for (const parameters of settings(entry))
      for (const seed of [1, 2])
        expect([parameters, examineDynamics(entry, seed, { parameters })]).toEqual([
          parameters,
          [],
        ]);
  });
});

describe('weights that are not the identity', () => {
  const general = { query: 'ginibre:1', key: 'wigner:2', value: 'ginibre:3', beta: 2 };

  it.each(entries)('%s keeps what does not depend on them', (_, entry) => {
    const names = entry.parameters.map(({ name }) => name);
    const given = Object.entries(general).filter(([name]) => names.includes(name));
    const broken = examineDynamics(entry, 4, { parameters: Object.fromEntries(given) });
    const kept = ['causal', 'permutationEquivariant', 'rotationEquivariant'];
    expect(broken.filter(({ promise }) => kept.includes(promise))).toEqual([]);
  });

  it('keeps cones with V = I and any Q and K, and leaves them with V = −I', () => {
    const free = { beta: 3, query: 'ginibre:5', key: 'ginibre:6' };
    for (const name of ['sa', 'usa', 'causal_sa', 'no_projection']) {
      const only = { ...dynamicsNamed(name), properties: promising('keepsCones') };
      expect(examineDynamics(only, 5, { parameters: free })).toEqual([]);
      const [broken] = examineDynamics(only, 5, { parameters: { ...free, value: -1 } });
      expect(broken.promise).toBe('keepsCones');
    }
  });
});

/** Nothing but one promise. */
function promising(promise: keyof Properties, value: unknown = true): Properties {
  const none = { rotationEquivariant: false, permutationEquivariant: false, energy: null };
  return { ...none, keepsCones: false, causal: false, conservesMean: false, [promise]: value };
}

describe('a promise that an entry does not make', () => {
  it.each<[string, keyof Properties, unknown]>([
    ['sa', 'causal', true],
    ['sa', 'conservesMean', true],
    ['sa', 'energy', 'decreases'],
    ['usa', 'causal', true],
    ['usa', 'energy', 'decreases'],
    ['hardmax', 'causal', true],
    ['causal_sa', 'permutationEquivariant', true],
    ['causal_usa', 'permutationEquivariant', true],
    ['linear', 'keepsCones', true],
    ['linear', 'causal', true],
    ['multi_head', 'causal', true],
    ['no_projection', 'conservesMean', true],
    ['no_projection', 'energy', 'decreases'],
    ['normalised', 'energy', 'decreases'],
    ['noisy', 'causal', true],
    ['noisy', 'energy', 'decreases'],
    ['resnet', 'conservesMean', true],
    ['resnet', 'rotationEquivariant', true],
    ['resnet', 'keepsCones', true],
    ['kuramoto', 'conservesMean', true],
    ['kuramoto', 'energy', 'decreases'],
    ['repulsion', 'keepsCones', true],
    ['repulsion', 'energy', 'increases'],
    ['sinkhorn', 'conservesMean', true],
    ['residual', 'conservesMean', true],
    ['sinkhorn_residual', 'causal', true],
  ])('%s: %s would be found broken', (name, promise, value) => {
    const liar = { ...dynamicsNamed(name), properties: promising(promise, value) };
    const [broken, ...more] = examineDynamics(liar, 1, { parameters: {} });
    expect([broken.promise, more]).toEqual([promise, []]);
    expect(broken.measured).toBeGreaterThan(1e6 * broken.allowed);
  });
});
