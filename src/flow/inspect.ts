/**
 * Every diagnostic on the hidden states of any transformer, seen as particles that flow from layer to
 * layer. Not a model and not its files: the caller brings the arrays.
 *
 * L frames, n tokens, d width, H heads. By default the rows are brought to the sphere, as a layer's
 * normalisation would, and their lengths are reported as `radius_mean`; with `space: 'euclidean'` they
 * stay as they are.
 */

import { z } from 'zod';
import { type DiagnosticNotes, type DiagnosticRecord, diagnose } from '../diagnostics/catalogue.ts';
import {
  type ClusterChange,
  type ClusterLevel,
  clusterHistory,
  clusterTolerances,
} from '../diagnostics/clusters.ts';
import type { DiagnosticFrame, Space } from '../diagnostics/diagnostic.ts';
import { spread } from '../diagnostics/spread.ts';
import { checkPairs, type Survey, survey, surveySchema } from '../diagnostics/survey/survey.ts';
import { counted } from '../numerics/counted.ts';
import { InputError } from '../numerics/errors.ts';
import { type Matrix, matrix, row } from '../numerics/matrix.ts';
import { parseOptions } from '../numerics/options.ts';
import { resultToJson } from '../numerics/result-json.ts';
import { norm } from '../numerics/vectors.ts';

/** Numbers in row-major order with their shape. */
export interface ArrayOfShape {
  readonly shape: readonly number[];
  readonly data: Float32Array | Float64Array;
}

const notNegative = { error: 'expected a number from 0 on' };

const isArray = (value: unknown): value is ArrayOfShape =>
  typeof value === 'object' && value !== null && 'shape' in value && 'data' in value;

/** How frames are read, whatever they are of. */
export const readingSchema = z.strictObject({
  /** `sphere`: angles between directions; `euclidean`: distances between the rows as they are. */
  space: z
    .enum(['sphere', 'euclidean'], { error: 'expected sphere or euclidean' })
    .default('sphere'),
  /** β of the energy. */
  beta: z.number(notNegative).min(0, notNegative).default(1),
  /** Of the clusters: radians, or distances; by default twelve, off the sphere scaled to the first frame. */
  tolerances: z
    .array(z.number(notNegative).min(0, notNegative))
    .min(1, { error: 'expected at least one tolerance' })
    .optional(),
});

const inspectSchema = readingSchema.extend({
  /** A survey of the directions, too; `reference` [L, m, d] are states of another text, by whose mean they are centred. */
  survey: surveySchema
    .extend({
      reference: z
        .custom<ArrayOfShape>(isArray, { error: 'expected an array with its shape' })
        .optional(),
    })
    .optional(),
});

/**
 * How hidden states are read: on the sphere or in R^d, β of energy and coupling, the tolerances of the clusters
 * (radians, or distances), and what a survey of them is given.
 */
export type InspectOptions = z.input<typeof inspectSchema>;

/** Diagnostics and clusters of the frames of any transformer: plain data, the record of `inspect --json`. */
export interface Inspection {
  readonly space: Space;
  readonly beta: number;
  /** [L, n, d] */
  readonly shape: readonly [number, number, number];
  /** By name, one entry a frame. */
  readonly diagnostics: DiagnosticRecord;
  /** Per frame, one entry a tolerance. */
  readonly clusters: ClusterLevel[][];
  readonly merges: ClusterChange[];
  readonly splits: ClusterChange[];
  /** By name, what a reader must know, such as that not all tokens were read. */
  readonly notes: DiagnosticNotes;
  /** Where it was asked for. */
  readonly survey?: Survey;
}

/** The options with their defaults. Throws InputError for unknown names and wrong values. */
export const inspectSettings = (options?: InspectOptions) => parseOptions(inspectSchema, options);

/**
 * The inspection of hidden states [L, n, d]. `attentions` [layers, H, n, n], where there are any, has a
 * matrix for every frame, or for every frame but the first, which is then the embedding.
 * Throws InputError (field `frames`, `attentions`, or the option's name) for shapes that do not fit,
 * numbers that are not finite, negative attention, and on the sphere rows without a direction; for a survey off the
 * sphere or of one token.
 */
export function inspectFrames(
  frames: ArrayOfShape,
  attentions?: ArrayOfShape | null,
  options?: InspectOptions,
): Inspection {
  const { space, beta, tolerances, survey: asked } = inspectSettings(options);
  const shape = checkFrames(frames);
  if (attentions) checkAttentions(attentions, shape);
  const surveyed = asked && surveyArrays(frames, attentions, shape, space, asked);
  const states = split(frames.data, shape);
  const radii = space === 'sphere' ? states.map(bringToSphere) : null;
  const scale = space === 'sphere' ? 1 : spread(states[0]) || 1;
  const levels = tolerances ?? clusterTolerances.map((tolerance) => tolerance * scale);
  const { notes, ...history } = clusterHistory(states, levels, space);
  // Read frame by frame: all heads of all layers together may be large.
  function* read(): Generator<DiagnosticFrame> {
    for (const [layer, positions] of states.entries()) {
      const couplings = attentions ? headsAt(attentions, layer, shape[0]) : null;
      yield { positions, space, beta, radii: radii?.[layer], couplings };
    }
  }
  const found = diagnose(read());
  return {
    ...{ space, beta, shape, ...found, ...history, notes: { ...found.notes, ...notes } },
    ...(surveyed && { survey: surveyed }),
  };
}

/** The record of `inspect --json`. */
export const inspectionToJson = ({ survey: found, ...inspection }: Inspection) => ({
  ...inspection,
  ...(found && { survey: resultToJson(found) }),
});

function surveyArrays(
  frames: ArrayOfShape,
  attentions: ArrayOfShape | null | undefined,
  shape: readonly [number, number, number],
  space: Space,
  { reference, ...settings }: NonNullable<z.output<typeof inspectSchema>['survey']>,
): Survey {
  checkDirections(space);
  checkPairs(shape[1], 'frames');
  const others = reference && checkReference(reference, shape);
  return survey(
    split(frames.data, shape).map((states, layer) => ({
      states,
      heads: attentions ? headsAt(attentions, layer, shape[0]) : null,
      ...(others && { reference: others[layer] }),
    })),
    settings,
  );
}

/** Throws InputError for a survey in R^d. */
export function checkDirections(space: Space): void {
  if (space === 'sphere') return;
  throw new InputError(
    'survey',
    'a survey is of directions, and the space is euclidean: expected one of the two, leave out the survey or the space',
  );
}

/** States of a reference text, a matrix a frame. */
function checkReference(
  { shape, data }: ArrayOfShape,
  [layers, , d]: readonly [number, number, number],
): Matrix[] {
  const [count, m, width] = shape;
  if (shape.length !== 3 || count !== layers || width !== d || !(m > 0))
    throw new InputError(
      'reference',
      `the reference has the shape (${shape.join(', ')}), expected (${layers}, tokens, ${d}) with one token at least: give the states of a text in the same model`,
    );
  if (data.length !== count * m * width || !data.every(Number.isFinite))
    throw new InputError(
      'reference',
      `the reference of the shape (${shape.join(', ')}) does not hold ${count * m * width} finite numbers: give what the model has computed`,
    );
  return split(data, [count, m, width]);
}

function checkFrames({ shape, data }: ArrayOfShape): [number, number, number] {
  const [layers, n, d] = shape;
  if (shape.length !== 3)
    throw new InputError(
      'frames',
      `frames have the shape (${shape.join(', ')}), expected (layers, tokens, width): ${shapeRemedy(shape)}`,
    );
  if (!(layers * n * d > 0) || data.length !== layers * n * d)
    throw new InputError(
      'frames',
      `frames of the shape (${shape.join(', ')}) hold ${counted(data.length, 'number')}, expected ${layers * n * d} and at least one: give one row a token and layer`,
    );
  const at = data.findIndex((value) => !Number.isFinite(value));
  if (at >= 0)
    throw new InputError(
      'frames',
      `frames hold ${data[at]} at layer ${Math.floor(at / (n * d))}, token ${Math.floor(at / d) % n}, expected finite numbers: leave out what the model did not compute`,
    );
  return [layers, n, d];
}

const shapeRemedy = (shape: readonly number[]) =>
  shape.length === 4 ? chooseText(shape) : 'stack the hidden states of one text, layer by layer';

/** For an array with an axis of texts, which is the first or the second. */
function chooseText([first, second]: readonly number[]): string {
  const choices = second === 1 ? 'array[:, 0]' : first === 1 ? 'array[0]' : null;
  const both = 'array[:, 0] where the batch is the second axis, array[0] where it is the first';
  return `choose one text of the batch, ${choices ?? both}`;
}

function checkAttentions(attentions: ArrayOfShape, [layers, n]: readonly number[]): void {
  const { shape, data } = attentions;
  const [count, heads] = shape;
  const fits = shape.length === 4 && shape[2] === n && shape[3] === n && heads > 0;
  if (!fits || (count !== layers && count !== layers - 1))
    throw new InputError(
      'attentions',
      `attentions have the shape (${shape.join(', ')}), expected (${layers - 1} or ${layers}, heads, ${n}, ${n}) for ${counted(layers, 'frame')} of ${counted(n, 'token')}: ${shape.length === 5 ? chooseText(shape) : 'give those of the same text'}`,
    );
  checkMasked(attentions);
  const at = data.findIndex((share) => !(share >= 0 && share < Number.POSITIVE_INFINITY));
  if (at >= 0 || data.length !== count * heads * n * n)
    throw new InputError(
      'attentions',
      at < 0
        ? `attentions hold ${counted(data.length, 'number')}, expected ${count * heads * n * n}: give all heads`
        : `attentions hold ${data[at]} at layer ${Math.floor(at / (heads * n * n))}, expected shares from 0 on: give them after the softmax`,
    );
}

/** Throws InputError for a row without any share: the softmax of a fully masked one is NaN, some programs write 0. */
function checkMasked({ shape: [, heads, n], data }: ArrayOfShape): void {
  for (let at = 0; at < data.length; at += n) {
    const row = data.subarray(at, at + n);
    if (!row.every(Number.isNaN) && !row.every((share) => share === 0)) continue;
    const [layer, head, token] = [Math.floor(at / (heads * n * n)), (at / n ** 2) % heads, at / n];
    throw new InputError(
      'attentions',
      `attentions hold a row of ${row[0]} alone at layer ${layer}, head ${Math.floor(head)}, token ${token % n}, which is fully masked: expected that every token looks at one at least; leave out tokens that do not, such as padding: frames[:, keep] and attentions[:, :, keep][..., keep]`,
    );
  }
}

/** One matrix [n, d] a layer, each a copy in double precision. */
function split(data: ArrayOfShape['data'], [layers, n, d]: readonly number[]): Matrix[] {
  return Array.from({ length: layers }, (_, layer) =>
    matrix(n, d, Float64Array.from(data.subarray(layer * n * d, (layer + 1) * n * d))),
  );
}

/** Divides each row by its length, in place, and returns the lengths. Throws InputError for a row without a direction. */
export function bringToSphere(states: Matrix, layer: number): Float64Array {
  return Float64Array.from({ length: states.rows }, (_, token) => {
    const x = row(states, token);
    const length = norm(x);
    if (!(length > 0 && length < Number.POSITIVE_INFINITY))
      throw new InputError(
        'frames',
        `frames hold a row of length ${length} at layer ${layer}, token ${token}, expected one with a direction: leave the token out, or choose the space euclidean`,
      );
    for (let k = 0; k < x.length; k++) x[k] /= length;
    return length;
  });
}

/** The heads that led to one of the frames; null for an embedding that has none. */
function headsAt({ shape, data }: ArrayOfShape, frame: number, frames: number): Matrix[] | null {
  const [count, heads, n] = shape;
  const layer = frame - (frames - count);
  if (layer < 0) return null;
  return Array.from({ length: heads }, (_, head) => {
    const begin = (layer * heads + head) * n * n;
    return matrix(n, n, Float64Array.from(data.subarray(begin, begin + n * n)));
  });
}
