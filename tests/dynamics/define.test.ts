/** Dynamics of one's own: definitions refused in form, promises that are broken, and the documented example. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { dynamics } from '../../src/dynamics/catalogue.ts';
import { type DynamicsDefinition, defineDynamics } from '../../src/dynamics/define.ts';
import type { Dynamics, Properties } from '../../src/dynamics/dynamics.ts';
import { completeParameters } from '../../src/dynamics/parameters.ts';
import { checkProperties } from '../../src/dynamics/properties.ts';
import { matrix } from '../../src/numerics/matrix.ts';
import { refusal } from './refusal.ts';

type Velocity = NonNullable<Dynamics['velocity']>;

/** Every particle goes to the mean: v_i = Σ_j w_j x_j − x_i, which on the sphere is attention at β = 0. */
const toMean: Velocity = ({ n, d, positions, masses }, _, __, out) => {
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++)
      for (let k = 0; k < d; k++)
        out[i * d + k] += masses[j] * (positions[j * d + k] - positions[i * d + k]);
};

const mean = { name: 'mean', velocity: toMean } satisfies DynamicsDefinition;

describe('a definition', () => {
  it('needs only a name and a velocity; nothing is promised then', () => {
    const entry = defineDynamics(mean);
    expect(entry).toMatchObject({ name: 'mean', title: 'mean', space: 'sphere', parameters: [] });
    expect(Object.values(entry.properties).some(Boolean)).toBe(false);
    expect(entry.velocity).toBe(toMean);
  });

  it('has titles, help and units of parameters filled in', () => {
    const { parameters } = defineDynamics({
      ...mean,
      parameters: [
        { type: 'number', name: 'reach', default: 1, minimum: 0, maximum: 2 },
        { type: 'choice', name: 'kind', default: 'a', choices: ['a', 'b'] },
        { type: 'matrix', name: 'value' },
      ],
    });
    expect(parameters).toEqual([
      {
        type: 'number',
        name: 'reach',
        title: 'reach',
        help: '',
        unit: '',
        default: 1,
        minimum: 0,
        maximum: 2,
        integer: false,
      },
      {
        type: 'choice',
        name: 'kind',
        title: 'kind',
        help: '',
        unit: '',
        default: 'a',
        choices: ['a', 'b'],
      },
      { type: 'matrix', name: 'value', title: 'value', help: '', unit: '', default: 'identity' },
    ]);
  });

  it('may be what was defined before, and every entry of the catalogue', () => {
    const entry = defineDynamics(mean);
    expect(defineDynamics(entry)).toEqual(entry);
    for (const known of dynamics) expect(defineDynamics(known).name).toBe(known.name);
  });

  it.each<[string, unknown, string, string]>([
    ['no object', 7, 'options', 'options are 7: expected an object'],
    ['an unknown key', { ...mean, velocty: 1 }, 'velocty', 'did you mean "velocity"?'],
    ['no name', { velocity: toMean }, 'name', 'option name is missing: expected text'],
    ['a bad name', { ...mean, name: 'My dyn' }, 'name', 'expected lower-case letters'],
    ['no field', { name: 'mean' }, 'velocity', 'neither velocity nor interaction'],
    ['both', { ...mean, interaction: () => null }, 'velocity', 'the dynamics have both of them'],
    ['no function', { ...mean, velocity: 1 }, 'velocity', 'expected a function'],
    ['a bad space', { ...mean, space: 'circle' }, 'space', 'expected sphere or euclidean'],
    ['a bad dimension', { ...mean, dimension: 2.5 }, 'd', 'dimension: d is 2.5'],
    ['a sphere of d = 1', { ...mean, dimension: 1 }, 'd', 'expected a whole number from 2'],
    [
      'a promise that there is not',
      { ...mean, properties: { keepCones: true } },
      'keepCones',
      'properties: unknown option "keepCones": did you mean "keepsCones"?',
    ],
    [
      'a promise that is neither kept nor broken',
      { ...mean, properties: { energy: 'rises' } },
      'energy',
      'expected increases, decreases or null',
    ],
    [
      'radii off the sphere',
      { ...mean, space: 'euclidean', normalisation: () => ({}) },
      'normalisation',
      'expected space sphere',
    ],
  ])('is refused with %s', (_, definition, field, message) => {
    const found = refusal(() => defineDynamics(definition as DynamicsDefinition));
    expect(found.field).toBe(field);
    expect(found.message).toContain(message);
  });

  const reach = { type: 'number', name: 'reach', default: 1, minimum: 0, maximum: 2 };
  it.each<[unknown[], string, string]>([
    [[{ ...reach, default: 3 }], 'reach', 'reach is 3: expected a number from 0 to 2'],
    [[{ ...reach, integer: true, default: 0.5 }], 'reach', 'expected a whole number'],
    [[{ ...reach, maximum: undefined }], 'maximum', 'parameter reach: option maximum is missing'],
    [[{ ...reach, minimun: 0 }], 'minimun', 'did you mean "minimum"?'],
    [[{ ...reach, type: 'nmber' }], 'type', 'parameter 1: option type is "nmber": expected number'],
    [[{ ...reach, name: 'Reach' }], 'name', 'parameter 1: option name is "Reach"'],
    [[reach, reach], 'parameters', 'two parameters are named "reach"'],
    [[7], 'parameters', 'option parameters.0 is 7: expected an object'],
    [[{ type: 'choice', name: 'kind', default: 'c', choices: ['a', 'b'] }], 'kind', 'one of a, b'],
    [[{ type: 'matrix', name: 'value', default: 'ginibr:1' }], 'value', 'did you mean "ginibre"?'],
    [[{ type: 'matrix', name: 'value', default: { ensembl: 1 } }], 'value', 'expected "identity"'],
  ])('is refused with the parameters %j', (parameters, field, message) => {
    const definition = { ...mean, parameters } as DynamicsDefinition;
    const found = refusal(() => defineDynamics(definition));
    expect(found.field).toBe(field);
    expect(found.message).toContain(message);
  });

  it('may have a diagonal as default where its dimension is said', () => {
    const value = { type: 'matrix', name: 'value', default: { diagonal: [1, 2, 3] } } as const;
    const entry = defineDynamics({ ...mean, dimension: 3, parameters: [value] });
    expect(completeParameters(entry, {}, 3).value).toEqual({ diagonal: [1, 2, 3] });
    expect(refusal(() => defineDynamics({ ...mean, parameters: [value] })).field).toBe('value');
  });
});

describe('an interaction of one’s own', () => {
  const returning = (interaction: unknown) =>
    defineDynamics({ name: 'own', interaction: () => interaction } as DynamicsDefinition);

  it('is completed', () => {
    expect(returning({ coupling: 'softmax', beta: [4] }).interaction?.({}, 3, 0)).toEqual({
      coupling: 'softmax',
      beta: [4],
      causal: false,
      weights: null,
      sign: 1,
      tie: 0,
      relative: false,
      gaussian: false,
    });
  });

  it('keeps its weights as they are', () => {
    const [square, flat] = [matrix(3, 3), matrix(3, 3)];
    const weights = { query: square, key: flat, value: square, output: flat };
    const found = returning({ coupling: 'softmax', beta: [1], weights }).interaction?.({}, 3, 0);
    expect(found?.weights).toBe(weights);
  });

  const small = matrix(2, 2);
  it.each<[unknown, string]>([
    [undefined, 'interaction: option coupling is missing: expected one of softmax'],
    [{ coupling: 'softmix', beta: [1] }, 'coupling is "softmix": expected one of softmax'],
    [{ coupling: 'softmax', beta: 1 }, 'expected a list of finite numbers, one a head'],
    [{ coupling: 'softmax', beta: [Number.NaN] }, 'expected a list of finite numbers'],
    [{ coupling: 'softmax', beta: [1], sign: 2 }, 'expected 1 or -1'],
    [{ coupling: 'softmax', beta: [1], sgn: 1 }, 'did you mean "sign"?'],
    [{ coupling: 'hardmax', beta: [1], tie: -1 }, 'expected 0 or more'],
    [{ coupling: 'sinkhorn', beta: [1], balancing: { sweeps: 0 } }, 'balancing.sweeps is 0'],
    [{ coupling: 'softmax', beta: [1, 2] }, '2 heads without weights: expected one β, or weights'],
    [
      {
        coupling: 'softmax',
        beta: [1],
        weights: { query: small, key: small, value: small, output: small },
      },
      'weights for d = 2: expected d = 3',
    ],
  ])('is refused when asked for %j', (interaction, message) => {
    const entry = returning(interaction);
    expect(refusal(() => entry.interaction?.({}, 3, 0)).message).toContain(message);
  });
});

/** A velocity that breaks exactly the promises named, on the sphere unless said. */
const broken: [keyof Properties, DynamicsDefinition][] = [
  ['rotationEquivariant', { name: 'wind', velocity: (_, __, ___, out) => void out.fill(1, 0, 1) }],
  [
    'permutationEquivariant',
    {
      name: 'ranks',
      velocity: (particles, parameters, time, out) => {
        toMean(particles, parameters, time, out);
        for (let at = 0; at < out.length; at++) out[at] *= Math.floor(at / particles.d);
      },
    },
  ],
  [
    'energy',
    {
      name: 'away',
      properties: { energy: 'increases' },
      velocity: (particles, parameters, time, out) => {
        toMean(particles, parameters, time, out);
        for (let at = 0; at < out.length; at++) out[at] = -out[at];
      },
    },
  ],
  [
    'keepsCones',
    {
      name: 'away',
      velocity: (particles, parameters, time, out) => {
        toMean(particles, parameters, time, out);
        for (let at = 0; at < out.length; at++) out[at] = -out[at];
      },
    },
  ],
  ['causal', { name: 'all', velocity: toMean }],
  [
    'conservesMean',
    {
      name: 'unweighted',
      space: 'euclidean',
      velocity: ({ n, d, positions, masses: _ }, __, ___, out) => {
        const masses = new Float64Array(n).fill(1 / n);
        toMean({ n, d, positions, masses }, {}, 0, out);
      },
    },
  ],
];

describe('a promise', () => {
  it.each(broken)('%s that is broken is reported', (promise, definition) => {
    const entry = defineDynamics({ properties: { [promise]: true }, ...definition });
    const [found, ...more] = checkProperties(entry);
    expect(more).toEqual([]);
    expect(found.promise).toBe(promise);
    expect(found.measured).toBeGreaterThan(1e3 * found.allowed);
    expect(found.message).toContain(`dynamics ${entry.name} promise`);
    expect(found.message).toContain('correct the velocity or withdraw the promise');
    expect(found.message).not.toContain('\n');
  });

  it.each(broken)('%s that is not made is not tested', (_, { properties: __, ...definition }) => {
    expect(checkProperties(defineDynamics(definition))).toEqual([]);
  });

  it('a falling energy where a rising one is promised is told from the other way round', () => {
    const rising = defineDynamics({ ...mean, properties: { energy: 'decreases' } });
    expect(checkProperties(rising)[0].message).toContain('promise energy decreases');
  });

  it('all that is true is believed, for any n, d and seed', () => {
    const properties = {
      rotationEquivariant: true,
      permutationEquivariant: true,
      energy: 'increases' as const,
      keepsCones: true,
    };
    const sphere = defineDynamics({ ...mean, properties });
    const flat = defineDynamics({
      ...mean,
      space: 'euclidean',
      properties: { ...properties, energy: null, conservesMean: true },
    });
    const first = defineDynamics({
      name: 'first',
      properties: { causal: true, rotationEquivariant: true, keepsCones: true },
      velocity: ({ d, positions }, _, __, out) => {
        for (let at = 0; at < out.length; at++) out[at] = positions[at % d];
      },
    });
    for (const entry of [sphere, flat, first])
      for (const [n, d, seed] of [
        [1, 2, 1],
        [2, 3, 2],
        [30, 2, 3],
        [5, 40, 4],
      ])
        expect(checkProperties(entry, undefined, seed, { n, d })).toEqual([]);
  });

  it('of a normalised flow is about the speed that it regulates', () => {
    const entry = defineDynamics({
      ...mean,
      properties: { energy: 'increases', rotationEquivariant: true },
      normalisation: () => ({ scheme: 'ngpt', initialRadius: 2, alpha: 0.1, switchTime: 0 }),
    });
    expect(checkProperties(entry)).toEqual([]);
  });

  it('of an interaction needs velocities of an engine', () => {
    const entry = defineDynamics({
      name: 'own',
      interaction: () => ({ coupling: 'softmax', beta: [1] }),
    });
    const { field, message } = refusal(() => checkProperties(entry));
    expect(field).toBe('velocityOf');
    expect(message).toContain('expected a second argument');
  });
});

describe('a velocity that is none', () => {
  let calls = 0;
  it.each<[string, Velocity, string]>([
    ['NaN', (_, __, ___, out) => void out.fill(Number.NaN), 'has NaN at entry 0: expected finite'],
    [
      'other each time',
      (_, __, ___, out) => void out.fill(calls++),
      'asked again 1: expected the same',
    ],
    [
      'a change of the particles',
      ({ positions }) => void positions.fill(0),
      'changes the particles that it is given',
    ],
  ])('%s', (_, velocity, message) => {
    const entry = defineDynamics({ name: 'odd', velocity });
    const found = refusal(() => checkProperties(entry));
    expect(found.field).toBe('velocity');
    expect(found.message).toContain(message);
  });

  it('a wrong length', () => {
    const { message } = refusal(() =>
      checkProperties(defineDynamics(mean), () => new Float64Array(3)),
    );
    expect(message).toContain('has 3 numbers: expected n · d = 28');
  });
});

describe('the documented example', () => {
  const root = join(import.meta.dirname, '..', '..');
  const example = join(root, 'examples', 'own-dynamics.mjs');
  const page = readFileSync(join(root, 'docs', 'own-dynamics.md'), 'utf8');
  const [listing, ...snippets] = [...page.matchAll(/```js\n([\s\S]*?)```/g)].map(
    ([, code]) => code,
  );

  it('is the file', () => {
    expect(listing).toBe(readFileSync(example, 'utf8'));
    expect(listing.split('\n').length).toBeLessThan(26);
  });

  it('keeps its promises, four of them', async () => {
    const module: { default: DynamicsDefinition } = await import(pathToFileURL(example).href);
    const entry = defineDynamics(module.default);
    expect(Object.values(entry.properties).filter(Boolean)).toHaveLength(4);
    for (const seed of [1, 2, 3])
      expect(checkProperties(entry, undefined, seed, { parameters: { reach: 0.3 } })).toEqual([]);
  });

  it('runs as the page shows', { tags: 'slow' }, () => {
    const outputs = snippets.map((code) =>
      execFileSync(process.execPath, ['--input-type=module', '-e', code], {
        cwd: root,
        encoding: 'utf8',
      }),
    );
    expect(outputs).toEqual(['[]\n50\n', '500\n', '30.0\n']);
  });
});
