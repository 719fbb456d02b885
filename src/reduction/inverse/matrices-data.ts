/** What attention is made of, from positions of tokens that a caller brings. How well that goes: matrices.ts. */
import { z } from 'zod';
import { checkPositions } from '../../geometry/given.ts';
import type { Confidence } from '../../numerics/confidence.ts';
import { InputError, LimitError } from '../../numerics/errors.ts';
import { type Matrix, row, toRows } from '../../numerics/matrix.ts';
import { numberBetween, parseOptions, wholeNumber } from '../../numerics/options.ts';
import { norm } from '../../numerics/vectors.ts';
import type { ReductionContext } from '../context.ts';
import { fitAttention, identifiable, products } from './attention.ts';
import { attentionOptions } from './matrices.ts';

/** There are 2 d² unknowns, and two simulations for each a round. */
const MOST_COORDINATES = 8;

export const attentionSchema = z.strictObject({
  ...attentionOptions,
  times: z
    .array(z.number(), { error: 'expected numbers, one a frame' })
    .optional()
    .describe('Of the frames, rising; equal parts of a horizon T = 1 by default'),
  noise: numberBetween(0, 1)
    .default(1e-6)
    .describe('Deviation of each coordinate’s error; by default what exact frames have in float32'),
  seed: wholeNumber(0, 2 ** 31)
    .default(1)
    .describe('Of the starts of the search'),
});

export type AttentionOptions = z.input<typeof attentionSchema>;

export interface AttentionFromData extends Confidence {
  readonly settings: z.output<typeof attentionSchema>;
  readonly n: number;
  readonly d: number;
  /** Of the frames. */
  readonly times: readonly number[];
  /** T, from the first frame to the last. */
  readonly horizon: number;
  /** B11, B12, … TV11, …: what the intervals are of. */
  readonly names: readonly string[];
  /** Numbers that were seen. */
  readonly data: number;
  /** βQᵀK and T V of one head, [d, d]. */
  readonly b: readonly (readonly number[])[];
  readonly tv: readonly (readonly number[])[];
  readonly rounds: number;
  /** What is left is no more than the noise; otherwise the matrices are none, and there are no intervals. */
  readonly fits: boolean;
  /** The root mean square of what is left, a coordinate. */
  readonly misfit: number;
}

/**
 * B = βQᵀK and TV of one head from frames [n, d] of unit vectors, the first of which is the start and without
 * error, by least squares on the others. `fits` tells whether what is left is no more than the noise: if not,
 * the frames are no flow of one such head, noisier than said, or the search has not found its minimum. Throws InputError for frames that do not fit together or are off the
 * sphere, for times that do not rise and for options; LimitError beyond d = 8; ConvergenceError where the search
 * does not settle; and the signal's reason.
 */
export async function attentionFromData(
  frames: readonly Matrix[],
  options: AttentionOptions = {},
  { signal }: ReductionContext = {},
): Promise<AttentionFromData> {
  const settings = parseOptions(attentionSchema, options);
  checkFrames(frames);
  const times = settings.times ?? frames.map((_, k) => k / (frames.length - 1));
  checkTimes(times, frames.length);
  for (const [k, frame] of frames.entries()) if (k > 0) checkLengths(frame, k, settings.noise);
  const [first, ...others] = frames.map((frame, k) =>
    checkPositions(frame, { space: 'sphere', normalise: k > 0, source: `frame ${k}` }),
  );
  const horizon = times[times.length - 1] - times[0];
  const parts = times.slice(1).map((time) => (time - times[0]) / horizon);
  const data = Float64Array.from(others.flatMap((frame) => [...frame.data]));
  const unknowns = products(first.columns);
  const step = () => signal?.throwIfAborted();
  const observed = { init: first, parts, data };
  const { fit, found, ...sure } = await fitAttention(unknowns, observed, settings, step);
  const [b, tv] = identifiable(found);
  return {
    settings,
    n: first.rows,
    d: first.columns,
    times,
    horizon,
    names: unknowns.names,
    data: data.length,
    ...sure,
    b: toRows(b),
    tv: toRows(tv),
    rounds: fit.rounds,
  };
}

function checkFrames(frames: readonly Matrix[]): void {
  if (frames.length < 2)
    throw new InputError(
      'frames',
      `${frames.length} frames are given: expected two at least, the start and what is seen later`,
    );
  const { rows, columns } = frames[0];
  const odd = frames.findIndex((frame) => frame.rows !== rows || frame.columns !== columns);
  if (odd >= 0)
    throw new InputError(
      'frames',
      `frame ${odd} is ${frames[odd].rows} × ${frames[odd].columns} and frame 0 is ${rows} × ${columns}: expected the same tokens in all`,
    );
  if (columns > MOST_COORDINATES)
    throw new LimitError(
      'frames',
      `tokens have ${columns} coordinates, which are ${2 * columns ** 2} unknowns: expected at most ${MOST_COORDINATES} coordinates; project them first`,
    );
}

/** Deviations of the noise that a length may be off; what is off by less than a tenth is taken for noise that was not said. */
const FAR = 8;
const DOUBTFUL = 0.1;

/** Frames with errors are put on the sphere, but not from far away: that would be other data. */
function checkLengths(frame: Matrix, k: number, noise: number): void {
  const most = Math.max(DOUBTFUL, FAR * noise * Math.sqrt(frame.columns));
  for (let i = 0; i < frame.rows; i++) {
    const length = norm(row(frame, i));
    if (!(Math.abs(length - 1) <= most))
      throw new InputError(
        'frames',
        `token ${i} of frame ${k} has length ${length}: expected 1, off by ${most.toPrecision(2)} at most; divide by it if only directions count, or say the noise`,
      );
  }
}

function checkTimes(times: readonly number[], count: number): void {
  const rising = times.every(
    (time, k) => Number.isFinite(time) && (k === 0 || time > times[k - 1]),
  );
  if (times.length === count && rising) return;
  throw new InputError(
    'times',
    `times are ${times.join(', ')}: expected ${count} rising numbers, one a frame`,
  );
}
