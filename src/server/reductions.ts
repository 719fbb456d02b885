/** Reduced models and inverse problems over HTTP: what each may ask, and who answers. What takes longer is the command line's. */
import { z } from 'zod';
import { InputError, LimitError } from '../numerics/errors.ts';
import { fromRows } from '../numerics/matrix.ts';
import { wholeNumber } from '../numerics/options.ts';
import { measureBarycentre } from '../reduction/barycentre/barycentre.ts';
import { gaussianMean, gaussiansSchema } from '../reduction/barycentre/gaussians.ts';
import { barycentreSchema } from '../reduction/barycentre/options.ts';
import { distanceSchema, measureDistance } from '../reduction/distance/distance.ts';
import { familySnapshot, snapshotSchema } from '../reduction/families/snapshot.ts';
import { forwardReduction, forwardSchema } from '../reduction/forward/forward.ts';
import { fitSchema, fitSnapshot } from '../reduction/inverse/fit.ts';
import { matricesSchema, matrixEstimation } from '../reduction/inverse/matrices.ts';
import { attentionFromData, attentionSchema } from '../reduction/inverse/matrices-data.ts';
import { parameterEstimation, parametersSchema } from '../reduction/inverse/parameters.ts';
import { recoverMeasure, recoverSchema } from '../reduction/inverse/recover.ts';
import { stateEstimation, stateSchema } from '../reduction/inverse/state.ts';
import type { Measure } from '../transport/measure.ts';
import { LIMITS } from './limits.ts';

const NUMBERS = { error: 'expected numbers' };
const ROWS = { error: 'expected rows of numbers such as [[0], [1.5]]' };

const levels = wholeNumber(2, 400).default(100).describe('Quantiles N of each measure');
const described = ({ description = '' }: { readonly description?: string }) => description;
const few = {
  levels,
  training: wholeNumber(2, 100).default(40).describe(described(forwardSchema.shape.training)),
};
const tested = { ...few, test: wholeNumber(1, 100).default(20) };

const measures = z
  .array(
    z.strictObject({
      points: z.array(z.array(z.number(ROWS), ROWS), ROWS),
      masses: z.array(z.number(NUMBERS), NUMBERS).optional(),
    }),
    { error: 'expected a list such as [{"points": [[0], [1]]}, {"points": [[4], [9]]}]' },
  )
  .describe('Points by rows, and masses; absent masses are equal');

const frames = z
  .array(z.array(z.array(z.number(ROWS), ROWS), ROWS), {
    error: 'expected frames of rows such as [[[1, 0], [0, 1]], [[0.8, 0.6], [0, 1]]]',
  })
  .describe('Unit vectors by rows; the first frame is the start');

const weights = z
  .array(z.number(NUMBERS), NUMBERS)
  .optional()
  .describe('λ_k ≥ 0 of sum 1, one a measure');

/** Bodies of POST /api/reduce/NAME, by name. */
export const reduceRequests = {
  snapshot: snapshotSchema.extend({ levels }),
  barycentre: barycentreSchema.extend({ measures, weights }),
  gaussians: gaussiansSchema.extend({ measures, weights }),
  distance: distanceSchema.extend({ measures: measures.length(2, 'expected two measures') }),
  forward: forwardSchema.extend({
    ...tested,
    components: wholeNumber(1, 20).default(10),
    cells: wholeNumber(2, 1000).default(400),
  }),
  state: stateSchema.extend({ ...tested, components: wholeNumber(1, 20).default(4) }),
  recover: recoverSchema.extend({ ...few, components: wholeNumber(1, 20).default(4) }),
  parameters: parametersSchema.extend({
    levels: levels.default(50),
    repetitions: wholeNumber(1, 20).default(1),
  }),
  fit: fitSchema.extend({
    levels: wholeNumber(1, 400).optional(),
    data: z
      .array(z.number(NUMBERS), NUMBERS)
      .min(1, NUMBERS)
      .max(400, 'expected at most 400 numbers'),
  }),
  matrices: matricesSchema.extend({
    n: wholeNumber(2, 32).default(16).describe(described(matricesSchema.shape.n)),
    d: wholeNumber(2, 3).default(2),
    snapshots: wholeNumber(1, 6).default(3).describe(described(matricesSchema.shape.snapshots)),
  }),
  attention: attentionSchema.extend({ frames }),
};

export type ReduceName = keyof typeof reduceRequests;
type Body<N extends ReduceName> = z.output<(typeof reduceRequests)[N]>;

export const REDUCE_NAMES = Object.keys(reduceRequests) as ReduceName[];

/** What a worker answers, by name. Each throws as the library does. */
export const REDUCTIONS: {
  readonly [N in ReduceName]: (body: Body<N>) => object | Promise<object>;
} = {
  snapshot: (body) => familySnapshot(body),
  barycentre({ measures, ...options }) {
    checkPoints('support', options.support?.length ?? 0);
    return measureBarycentre(measuresOf(measures), options);
  },
  gaussians: ({ measures, ...options }) => gaussianMean(measuresOf(measures), options),
  distance({ measures, ...options }) {
    const [first, second] = measuresOf(measures);
    return measureDistance(first, second, options);
  },
  forward: (body) => forwardReduction(body),
  state: (body) => stateEstimation(body),
  recover: (body) => recoverMeasure(body),
  parameters: (body) => parameterEstimation(body),
  fit: (body) => fitSnapshot(body),
  matrices: (body) => matrixEstimation(body),
  attention({ frames, ...options }) {
    const given = measuresOf(
      frames.map((points) => ({ points })),
      'frames',
    );
    return attentionFromData(
      given.map(({ points }) => points),
      options,
    );
  },
};

/** Throws InputError (of the field) for rows of different lengths, LimitError for more points than the server takes. */
function measuresOf(given: Body<'gaussians'>['measures'], field = 'measures'): Measure[] {
  checkPoints(
    field,
    given.reduce((sum, { points }) => sum + points.length, 0),
  );
  return given.map(({ points, masses }, k) => {
    const d = points[0]?.length ?? 0;
    const odd = points.findIndex((row) => row.length !== d);
    if (d === 0 || odd >= 0)
      throw new InputError(
        field,
        `${field}.${k} has ${points.length} rows${odd < 0 ? '' : `, row ${odd} of ${points[odd].length} numbers and row 0 of ${d}`}: expected rows of as many numbers, one at least`,
      );
    return { points: fromRows(points), masses };
  });
}

function checkPoints(field: string, count: number): void {
  if (count > LIMITS.points)
    throw new LimitError(
      field,
      `${field} have ${count} points, expected at most ${LIMITS.points}: take fewer, or the command line`,
    );
}
