/** A user's own dynamics: an entry that is not in the catalogue, checked in form. Its promises: properties.ts. */
import { z } from 'zod';
import { InputError } from '../numerics/errors.ts';
import { parseOptions } from '../numerics/options.ts';
import type { Dynamics, MatrixValue } from './dynamics.ts';
import { readMatrixValue } from './matrices.ts';
import { completeParameters } from './parameters.ts';

const identifier = z
  .string()
  .regex(/^[a-z][a-z0-9_]*$/, 'expected lower-case letters, digits and _, such as my_dynamics');

const described = {
  name: identifier,
  title: z.string().default(''),
  help: z.string().default(''),
  unit: z.string().default(''),
};

const callable = <F>() =>
  z.custom<F>((value) => value === undefined || typeof value === 'function', 'expected a function');

const matrixDefault = z.custom<MatrixValue>(
  (value) => typeof value === 'string' || (typeof value === 'object' && value !== null),
  'expected a matrix, such as identity',
);

const PARAMETER = z.discriminatedUnion('type', [
  z.strictObject({
    ...described,
    type: z.literal('number'),
    default: z.number(),
    minimum: z.number(),
    maximum: z.number(),
    integer: z.boolean().default(false),
  }),
  z.strictObject({
    ...described,
    type: z.literal('choice'),
    default: z.string(),
    choices: z.array(z.string()).min(1),
  }),
  z.strictObject({
    ...described,
    type: z.literal('matrix'),
    default: matrixDefault.default('identity'),
    blocks: z.string().optional(),
  }),
]);

const PROPERTIES = z.strictObject({
  rotationEquivariant: z.boolean().default(false),
  permutationEquivariant: z.boolean().default(false),
  energy: z.enum(['increases', 'decreases']).nullable().default(null),
  keepsCones: z.boolean().default(false),
  causal: z.boolean().default(false),
  conservesMean: z.boolean().default(false),
});

const DEFINITION = z.strictObject({
  name: identifier,
  title: z.string().default(''),
  help: z.string().default(''),
  citation: z.string().default(''),
  space: z.enum(['sphere', 'euclidean']).default('sphere'),
  dimension: z.int().min(1).optional(),
  parameters: z.array(PARAMETER).default([]),
  properties: PROPERTIES.prefault({}),
  interaction: callable<NonNullable<Dynamics['interaction']> | undefined>().optional(),
  timeDependent: z.boolean().optional(),
  velocity: callable<NonNullable<Dynamics['velocity']> | undefined>().optional(),
  normalisation: callable<NonNullable<Dynamics['normalisation']> | undefined>().optional(),
  breakpoints: callable<NonNullable<Dynamics['breakpoints']> | undefined>().optional(),
  noise: callable<NonNullable<Dynamics['noise']> | undefined>().optional(),
  view: callable<NonNullable<Dynamics['view']> | undefined>().optional(),
});

/** An entry as a user writes it: only a name and a velocity or an interaction are needed. */
export type DynamicsDefinition = z.input<typeof DEFINITION>;

/**
 * An entry from its definition: titles, help and units may be left out, and so may promises.
 * Throws InputError for an unknown key with the nearest one, for what has the wrong form, for
 * defaults outside their range, and unless there is one of `velocity` and `interaction`.
 */
export function defineDynamics(definition: DynamicsDefinition): Dynamics {
  const parsed = parseOptions(DEFINITION, definition);
  checkOneField(parsed.velocity, parsed.interaction);
  const parameters = parsed.parameters.map((parameter) => ({
    ...parameter,
    title: parameter.title || parameter.name,
  }));
  checkNames(parameters.map(({ name }) => name));
  const entry: Dynamics = { ...parsed, title: parsed.title || parsed.name, parameters };
  checkDefaults(entry);
  return entry;
}

function checkOneField(velocity: unknown, interaction: unknown): void {
  if ((velocity === undefined) !== (interaction === undefined)) return;
  const found = velocity === undefined ? 'neither velocity nor interaction' : 'both of them';
  throw new InputError(
    'velocity',
    `the dynamics have ${found}: expected one of velocity and interaction, give one`,
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

/** Numbers and choices by the entry's own ranges; matrices of a fixed shape only where d is known. */
function checkDefaults(entry: Dynamics): void {
  if (entry.dimension !== undefined) completeParameters(entry, {}, entry.dimension);
  const parameters = entry.parameters.filter(({ type }) => type !== 'matrix');
  completeParameters({ name: entry.name, parameters }, {}, 2);
  for (const parameter of entry.parameters)
    if (parameter.type === 'matrix' && typeof parameter.default === 'string')
      readMatrixValue(parameter.name, parameter.default, 2);
}
