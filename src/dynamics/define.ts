/** A user's own dynamics: an entry that is not in the catalogue, checked in form. Its promises: flow/examine.ts. */
import { z } from 'zod';
import { COUPLING_KINDS } from '../attention/coupling.ts';
import type { Interaction } from '../attention/interaction.ts';
import type { AttentionWeights } from '../attention/scores.ts';
import { checkDimension } from '../geometry/catalogue.ts';
import { InputError } from '../numerics/errors.ts';
import type { Matrix } from '../numerics/matrix.ts';
import { parseOptions } from '../numerics/options.ts';
import type { ChoiceParameter, NumberParameter } from '../numerics/parameters.ts';
import type {
  Dynamics,
  MatrixParameter,
  Parameter,
  ParameterValues,
  Properties,
} from './dynamics.ts';
import { checkWeights } from './from-weights.ts';
import { betaOf, completeParameters } from './parameters.ts';

/** T with only the keys K needed. */
type Brief<T, K extends keyof T> = Pick<T, K> & Partial<T>;

export type ParameterDefinition =
  | Brief<NumberParameter, 'type' | 'name' | 'default' | 'minimum' | 'maximum'>
  | Brief<ChoiceParameter, 'type' | 'name' | 'default' | 'choices'>
  | Brief<MatrixParameter, 'type' | 'name'>;

/** An interaction as a user writes it: softmax attention with β = 4 is { coupling: 'softmax', beta: [4] }. */
export type InteractionDefinition = Brief<Interaction, 'coupling' | 'beta'>;

/** An entry as a user writes it: only a name and a velocity or an interaction are needed. */
export interface DynamicsDefinition
  extends Partial<Omit<Dynamics, 'name' | 'parameters' | 'properties' | 'interaction'>> {
  /** snake_case */
  readonly name: string;
  readonly parameters?: readonly ParameterDefinition[];
  /** What is promised; nothing by default. */
  readonly properties?: Partial<Properties>;
  readonly interaction?: (
    parameters: ParameterValues,
    d: number,
    time: number,
  ) => InteractionDefinition;
}

const text = (example: string) => z.string(`expected text, such as ${example}`);

const identifier = text('my_dynamics').regex(
  /^[a-z][a-z0-9_]*$/,
  'expected lower-case letters, digits and _, such as my_dynamics',
);

const number = z.number('expected a finite number');
const flag = z.boolean('expected true or false');

const object = z.custom<object>(
  (value) => typeof value === 'object' && value !== null,
  'expected an object',
);

const callable = <F>() =>
  z.custom<F>((value) => typeof value === 'function', 'expected a function').optional();

const described = {
  name: identifier,
  title: text('Strength').default(''),
  help: text('How strong it is.').default(''),
  unit: text('rad').default(''),
};

const PARAMETERS = {
  number: z.strictObject({
    ...described,
    type: z.literal('number'),
    default: number,
    minimum: number,
    maximum: number,
    integer: flag.default(false),
  }),
  choice: z.strictObject({
    ...described,
    type: z.literal('choice'),
    default: text('one of the choices'),
    choices: z.array(text('sa'), 'expected a list of texts').min(1),
  }),
  matrix: z.strictObject({
    ...described,
    type: z.literal('matrix'),
    default: z.custom<MatrixParameter['default']>().default('identity'),
    blocks: text('heads').optional(),
    pairedWith: text('key').optional(),
  }),
};

const TYPED = z.looseObject({
  type: z.enum(['number', 'choice', 'matrix'], 'expected number, choice or matrix'),
  name: identifier,
});

const PROPERTIES = z.strictObject({
  rotationEquivariant: flag.default(false),
  permutationEquivariant: flag.default(false),
  energy: z
    .enum(['increases', 'decreases'], 'expected increases, decreases or null')
    .nullable()
    .default(null),
  keepsCones: flag.default(false),
  causal: flag.default(false),
  conservesMean: flag.default(false),
});

const DEFINITION = z.strictObject({
  name: identifier,
  title: text('My dynamics').default(''),
  help: text('What it does.').default(''),
  citation: text('arXiv 2312.10794').default(''),
  space: z.enum(['sphere', 'euclidean'], 'expected sphere or euclidean').default('sphere'),
  dimension: number.optional(),
  parameters: z.array(object, 'expected a list of parameters').default([]),
  properties: object.default({}),
  interaction: callable<NonNullable<DynamicsDefinition['interaction']>>(),
  timeDependent: flag.optional(),
  scheme: z.string('expected the name of a scheme').optional(),
  energyBeta: callable<NonNullable<Dynamics['energyBeta']>>(),
  velocity: callable<NonNullable<Dynamics['velocity']>>(),
  reaction: callable<NonNullable<Dynamics['reaction']>>(),
  normalisation: callable<NonNullable<Dynamics['normalisation']>>(),
  breakpoints: callable<NonNullable<Dynamics['breakpoints']>>(),
  checkStart: callable<NonNullable<Dynamics['checkStart']>>(),
  noise: callable<NonNullable<Dynamics['noise']>>(),
  view: callable<NonNullable<Dynamics['view']>>(),
});

const INTERACTION = z.strictObject({
  coupling: z.enum(COUPLING_KINDS, `expected one of ${COUPLING_KINDS.join(', ')}`),
  causal: flag.default(false),
  beta: z.custom<readonly number[]>(
    (value) => Array.isArray(value) && value.length > 0 && value.every(Number.isFinite),
    'expected a list of finite numbers, one a head',
  ),
  weights: object
    .transform((weights) => weights as AttentionWeights<Matrix>)
    .nullable()
    .default(null),
  sign: z.literal([1, -1], 'expected 1 or -1').default(1),
  tie: number.min(0, 'expected 0 or more').default(0),
  relative: flag.default(false),
  gaussian: flag.default(false),
  balancing: z
    .strictObject(
      { tolerance: number.positive().optional(), sweeps: z.int().positive().optional() },
      'expected an object such as { sweeps: 1000 }',
    )
    .optional(),
});

/**
 * An entry from its definition: titles, help and units may be left out, and so may promises.
 * Throws InputError for an unknown key with the nearest one, for what has the wrong form, for
 * defaults outside their range, and unless there is one of `velocity` and `interaction`. What the
 * interaction returns is checked in the same way whenever it is asked for.
 */
export function defineDynamics(definition: DynamicsDefinition): Dynamics {
  const { interaction, ...parsed } = parseOptions(DEFINITION, definition);
  checkOneField(parsed.velocity, interaction);
  const entry: Dynamics = {
    ...parsed,
    title: parsed.title || parsed.name,
    parameters: parsed.parameters.map(readParameter),
    properties: within('properties', () => parseOptions(PROPERTIES, parsed.properties)),
    energyBeta: parsed.energyBeta ?? usualEnergyBeta(parsed.parameters),
    ...(interaction && { interaction: checkedInteraction(interaction) }),
  };
  checkSpace(entry);
  checkNames(entry.parameters.map(({ name }) => name));
  checkDefaults(entry);
  own.add(entry);
  return entry;
}

/** The parameter called beta, or 0 without one. */
function usualEnergyBeta(parameters: readonly object[]): NonNullable<Dynamics['energyBeta']> {
  return parameters.some((one) => 'name' in one && one.name === 'beta') ? betaOf : () => 0;
}

const own = new WeakSet<Dynamics>();

/** Whether an entry is a user's own, whose promises no test of the catalogue has held against it. */
export const isOwn = (entry: Dynamics): boolean => own.has(entry);

/** A refusal within says where it was. */
function within<T>(place: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new InputError(error.field, `${place}: ${error.message}`);
  }
}

function readParameter(given: object, index: number): Parameter {
  const { type, name } = within(`parameter ${index + 1}`, () => parseOptions(TYPED, given));
  const parameter = within(`parameter ${name}`, () => parseOptions(PARAMETERS[type], given));
  return { ...parameter, title: parameter.title || name };
}

function checkOneField(velocity: unknown, interaction: unknown): void {
  if ((velocity === undefined) !== (interaction === undefined)) return;
  const found = velocity === undefined ? 'neither velocity nor interaction' : 'both of them';
  throw new InputError(
    'velocity',
    `the dynamics have ${found}: expected one of velocity and interaction, give one`,
  );
}

function checkSpace({ space, dimension, normalisation, reaction }: Dynamics): void {
  if (normalisation && reaction)
    throw new InputError(
      'reaction',
      'the dynamics have a normalisation and a reaction: expected one of them, leave the other out',
    );
  if (dimension !== undefined) within('dimension', () => checkDimension(space, dimension));
  if (normalisation && space !== 'sphere')
    throw new InputError(
      'normalisation',
      'a normalisation is of particles r θ with θ on the sphere: expected space sphere, change it or leave the normalisation out',
    );
}

function checkNames(names: readonly string[]): void {
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined)
    throw new InputError(
      'parameters',
      `two parameters are named "${twice}": expected different names, rename one`,
    );
}

/** A default diagonal or default rows fit one d only, so they need a `dimension`; without, d = 2 stands for all. */
function checkDefaults(entry: Dynamics): void {
  completeParameters(entry, {}, entry.dimension ?? 2);
}

function checkedInteraction(
  given: NonNullable<DynamicsDefinition['interaction']>,
): NonNullable<Dynamics['interaction']> {
  return (parameters, d, time) => {
    const found = within('interaction', () =>
      parseOptions(INTERACTION, given(parameters, d, time) ?? {}),
    );
    checkHeads(found, d);
    return found;
  };
}

function checkHeads({ weights, beta }: Interaction, d: number): void {
  if (weights && checkWeights(weights, beta) === d) return;
  if (!weights && beta.length === 1) return;
  const found = weights ? `weights for d = ${weights.query.rows}` : `${beta.length} heads`;
  throw new InputError(
    'interaction',
    `the interaction has ${found}${weights ? '' : ' without weights'}: expected ${weights ? `d = ${d}` : 'one β, or weights'}, correct it`,
  );
}
