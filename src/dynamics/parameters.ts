/** Checks and completes the parameters of an entry, reads them back, and holds those that entries share. */
import { InputError } from '../numerics/errors.ts';
import {
  type ChoiceParameter,
  checkNumber,
  checkSimple,
  completeValues,
  type NumberParameter,
  orDefault,
} from '../numerics/parameters.ts';
import type {
  Dynamics,
  MatrixParameter,
  MatrixValue,
  Parameter,
  ParameterValues,
} from './dynamics.ts';
import { readMatrixValue, rowCount } from './matrices.ts';

/**
 * The entry's parameters for dimension d: those given, checked, and defaults for the others. `runSeed`: that of
 * matrices that are drawn with the seed of the run.
 * Throws InputError (field: the parameter's name) for an unknown name with the nearest one, a number
 * out of range or not finite, an unknown choice, and a matrix of a wrong form or shape; and (field
 * `d`) where the entry is made for another d.
 */
export function completeParameters(
  entry: Pick<Dynamics, 'name' | 'parameters' | 'dimension'>,
  given: Readonly<Record<string, unknown>>,
  d: number,
  runSeed?: number,
): ParameterValues {
  if (entry.dimension !== undefined && d !== entry.dimension)
    throw new InputError(
      'd',
      `d is ${d}: expected ${entry.dimension} for dynamics ${entry.name}, set d or choose other dynamics`,
    );
  const shapesOf = (parameter: MatrixParameter) => ({
    heads: headsOf(parameter, entry.parameters, given),
    narrow: parameter.pairedWith !== undefined,
  });
  const check = (parameter: Parameter, value: unknown) =>
    parameter.type === 'matrix'
      ? readMatrixValue(parameter.name, value, d, shapesOf(parameter), runSeed)
      : checkSimple(parameter, value);
  const values = completeValues(`dynamics ${entry.name}`, entry.parameters, given, check);
  for (const parameter of entry.parameters)
    if (parameter.type === 'matrix') checkPair(parameter, values, d);
  return values;
}

function checkPair(
  { name, pairedWith }: MatrixParameter,
  values: ParameterValues,
  d: number,
): void {
  if (pairedWith === undefined) return;
  const [own, other] = [name, pairedWith].map((one) => rowCount(matrixValueOf(values, one), d));
  if (own < other)
    throw new InputError(
      name,
      `${name} is ${own} × ${d} and ${pairedWith} ${other} × ${d}: expected as many rows, for scores are inner products of what both give; give both with ${own} or with ${other} rows`,
    );
}

/** How many blocks the rows of a matrix may be stacked from. */
function headsOf(
  { blocks }: MatrixParameter,
  parameters: readonly Parameter[],
  given: Readonly<Record<string, unknown>>,
): number {
  const counter = parameters.find(({ name }) => name === blocks);
  if (counter?.type !== 'number') return 1;
  return checkNumber(counter, orDefault(counter, given));
}

/** A number among checked values. Throws RangeError where the entry has no such number. */
export function numberOf(values: ParameterValues, name: string): number {
  const value = values[name];
  if (typeof value !== 'number') throw new RangeError(`there is no number parameter "${name}"`);
  return value;
}

/** A choice among checked values. Throws RangeError where the entry has no such choice. */
export function choiceOf(values: ParameterValues, name: string): string {
  const value = values[name];
  if (typeof value !== 'string') throw new RangeError(`there is no choice parameter "${name}"`);
  return value;
}

/** A matrix value among checked values; the identity where the entry has no such parameter. */
export function matrixValueOf(values: ParameterValues, name: string): MatrixValue {
  const value = values[name] ?? 'identity';
  if (typeof value === 'object' || value === 'identity') return value;
  throw new RangeError(`parameter "${name}" is no matrix`);
}

/** β with its usual range; softmax is safe at every β. */
export const BETA: NumberParameter = {
  type: 'number',
  name: 'beta',
  title: 'Inverse temperature β',
  help: 'Scores are β⟨Qx_i, Kx_j⟩: 0 listens to all alike, large β to the nearest only, β far below 0 to what is opposite only.',
  unit: '',
  default: 1,
  minimum: 0,
  maximum: 1e6,
  integer: false,
};

/** β among checked values. */
export const betaOf = (values: ParameterValues): number => numberOf(values, 'beta');

/** β where e^β itself is computed: e^700 is just below the largest Float64. */
export const EXPONENTIAL_BETA: NumberParameter = { ...BETA, maximum: 700 };

/** β of either sign: below 0 a token listens to what is opposite. */
const signed = (beta: NumberParameter): NumberParameter => ({ ...beta, minimum: -beta.maximum });

export const SIGNED_BETA = signed(BETA);
export const SIGNED_EXPONENTIAL_BETA = signed(EXPONENTIAL_BETA);

/** Softmax or exponential attention. */
export const ATTENTION: ChoiceParameter = {
  type: 'choice',
  name: 'attention',
  title: 'Attention',
  help: 'sa: softmax, rows of A sum to 1; usa: A_ij = w_j e^{β⟨x_i, x_j⟩}, not normalised.',
  unit: '',
  default: 'sa',
  choices: ['sa', 'usa'],
};

export const QUERY: MatrixParameter = {
  ...matrixParameter('query', 'Query Q', 'What a token looks for is Qx.'),
  pairedWith: 'key',
};
export const KEY: MatrixParameter = {
  ...matrixParameter('key', 'Key K', 'What a token is found by is Kx.'),
  pairedWith: 'query',
};
export const VALUE = matrixParameter('value', 'Value V', 'What a token passes on is Vx.');

/** A d × d matrix, the identity unless given. */
export function matrixParameter(name: string, title: string, help: string): MatrixParameter {
  return { type: 'matrix', name, title, help, unit: '', default: 'identity' };
}
