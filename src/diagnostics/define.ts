/** A user's own diagnostic: a number of the particles that is not in the catalogue, checked in form. */
import { z } from 'zod';
import { InputError } from '../numerics/errors.ts';
import type { Matrix } from '../numerics/matrix.ts';
import { parseOptions } from '../numerics/options.ts';
import { show } from '../numerics/parameters.ts';
import { diagnostics } from './catalogue.ts';
import { type Diagnostic, type PreparedFrame, prepareFrame, type Space } from './diagnostic.ts';

/** What a diagnostic of one's own measures; every array is its own copy, [n, d] ones row by row. */
export interface MeasuredParticles {
  readonly n: number;
  readonly d: number;
  /** x_i, [n, d]. */
  readonly positions: Float64Array;
  /** w_i, [n], of sum 1. */
  readonly masses: Float64Array;
  /** ẋ_i, [n, d]; null where the flow shows other positions than it moves. */
  readonly velocity: Float64Array | null;
  /** Of the first frame, [n, d]. */
  readonly initial: Float64Array | null;
  /** Of the frame before, [n, d]; null in the first. */
  readonly previous: Float64Array | null;
  readonly space: Space;
  /** β of the energy. */
  readonly beta: number;
  /** δ of the share of pairs that are together. */
  readonly delta: number;
}

/** A diagnostic as a user writes it: only a name and `measure` are needed. */
export interface DiagnosticDefinition {
  /** snake_case */
  readonly name: string;
  readonly title?: string;
  readonly unit?: string;
  readonly help?: string;
  readonly citation?: string;
  /** Returns a number, or null where these particles have none. */
  readonly measure: (particles: MeasuredParticles) => number | null;
}

/** Columns of tables and keys of records that stand beside diagnostics. */
const TAKEN = [
  ...['frame', 'time', 'layer', 'particles', 'steps', 'rejected', 'merge_error', 'noise_error'],
  ...['cell', 'seed', 'status', 'end_time', 'error'],
];

const text = (example: string) => z.string(`expected text, such as ${example}`);

const DEFINITION = z.strictObject({
  name: text('spread').regex(
    /^[a-z][a-z0-9_]*$/,
    'expected lower-case letters, digits and _, such as spread',
  ),
  title: text('Spread').default(''),
  unit: text('rad').default(''),
  help: text('How far they are apart.').default(''),
  citation: text('arXiv 2312.10794').default(''),
  measure: z.custom<DiagnosticDefinition['measure']>(
    (value) => typeof value === 'function',
    'expected a function of the particles',
  ),
});

const own = new WeakSet<Diagnostic>();

/** Whether it is of the catalogue or of `defineDiagnostic`. */
export const isDiagnostic = (value: Diagnostic): boolean =>
  own.has(value) || diagnostics.includes(value);

/**
 * A diagnostic of one's own, to stand among `diagnostics` of a simulation. Throws InputError for an unknown key, for
 * what has the wrong form, and for a name that is taken. What `measure` throws, or returns that is neither a number
 * nor null, is an InputError (field `diagnostics`) when it is computed; a number that is not finite is null, and noted.
 */
export function defineDiagnostic(definition: DiagnosticDefinition): Diagnostic {
  const { measure, ...described } = parseOptions(DEFINITION, definition);
  const { name } = described;
  if (TAKEN.includes(name) || diagnostics.some((known) => known.name === name))
    throw new InputError(
      'name',
      `option name is "${name}", which is taken: expected another name, such as my_${name}`,
    );
  const title = described.title || name;
  const compute = (frame: PreparedFrame) => measured(name, () => measure(particlesOf(frame)));
  const entry: Diagnostic = { ...described, title, kind: 'scalar', compute };
  own.add(entry);
  return entry;
}

function measured(name: string, measure: () => unknown): number | null {
  let value: unknown;
  try {
    value = measure();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw fault(`diagnostic ${name} does not run (${reason}): correct its measure`);
  }
  if (typeof value === 'number' || value === null) return value;
  throw fault(
    `diagnostic ${name} is ${show(value)}: expected a number, or null where there is none; correct its measure`,
  );
}

const fault = (message: string) => new InputError('diagnostics', message);

function particlesOf(frame: PreparedFrame): MeasuredParticles {
  const { positions, weights, velocity, initial, previous, space, beta, delta } = frame;
  const copy = (points?: Matrix | null) => (points ? Float64Array.from(points.data) : null);
  return {
    n: positions.rows,
    d: positions.columns,
    positions: Float64Array.from(positions.data),
    masses: Float64Array.from(weights),
    velocity: copy(velocity),
    initial: copy(initial),
    previous: copy(previous),
    space,
    beta,
    delta,
  };
}

/**
 * Measures the start twice, at rest, so that what cannot be measured, or is another number each time, is refused
 * before any work. Throws InputError (field `diagnostics`); only diagnostics of one's own are asked.
 */
export function checkDiagnostics(
  chosen: readonly Diagnostic[],
  frame: { positions: Matrix; masses: Float64Array; space: Space; beta: number; delta: number },
): void {
  const { positions } = frame;
  const velocity = { ...positions, data: new Float64Array(positions.data.length) };
  const prepared = prepareFrame({ ...frame, velocity, initial: positions });
  for (const entry of chosen.filter((one) => own.has(one))) {
    const [first, second] = [entry.compute(prepared), entry.compute(prepared)];
    if (Object.is(first, second)) continue;
    throw fault(
      `diagnostic ${entry.name} is ${first} and then ${second} of the same particles: expected one number, leave out what is random or kept from before`,
    );
  }
}
