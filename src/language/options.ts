/**
 * The options of answering and tracing: types, defaults, ranges and help in one place, for the
 * library, the command line and the server alike.
 */
import { z } from 'zod';
import { COUPLING_NAMES } from '../attention/model-coupling.ts';
import { surveySchema } from '../diagnostics/survey/survey.ts';
import { InputError } from '../numerics/errors.ts';
import { parseOptions, wholeNumber } from '../numerics/options.ts';
import { either } from '../numerics/parameters.ts';
import { MAXIMUM_DEPTH, READINGS } from './choices.ts';

const SHARE_ERROR = { error: 'expected a number from 0 to 1' };
const ANGLE_ERROR = { error: 'expected an angle in radians, above 0 and at most π' };
const TARGET_ERROR = { error: 'expected an answer of 1 to 200 characters' };
const DEPTH_ERROR = {
  error: `expected a whole number of layers from 1 to ${MAXIMUM_DEPTH}, or "ode"`,
};

/** Number of layers, or the flow itself. */
export const depthSchema = z
  .union(
    [z.int(DEPTH_ERROR).min(1, DEPTH_ERROR).max(MAXIMUM_DEPTH, DEPTH_ERROR), z.literal('ode')],
    DEPTH_ERROR,
  )
  .describe('Number of layers, or "ode" for the flow itself; the model\'s own depth by default');

export const couplingSchema = z
  .enum(COUPLING_NAMES, { error: `expected ${either(COUPLING_NAMES.map((name) => `"${name}"`))}` })
  .describe(
    'Who sees whom: full for a blank, causal for the continuation of a text by default; sinkhorn: as full, and doubly stochastic',
  );

/** The most masks that an answer may fill. */
export const MOST_SLOTS = 8;

/** What a search for answers is given. */
export const searchSchema = z.strictObject({
  top: wholeNumber(1, 1000).default(10).describe('How many answers are listed'),
  depth: depthSchema.optional(),
  coupling: couplingSchema.optional(),
  slots: wholeNumber(1, MOST_SLOTS)
    .optional()
    .describe(
      'Of a model with a mask token: how many masks the blank is; lists for 1, 2 and 3 by default',
    ),
  targets: z
    .array(z.string(TARGET_ERROR).min(1, TARGET_ERROR).max(200, TARGET_ERROR), {
      error: 'expected a list of at most 100 answers such as ["der Hund", "die Katze"]',
    })
    .max(100)
    .default([])
    .describe('Answers to be scored beside the best ones'),
  maximumUnexplored: z
    .number(SHARE_ERROR)
    .min(0, SHARE_ERROR)
    .max(1, SHARE_ERROR)
    .default(0.05)
    .describe('The search goes on until at most this probability belongs to answers not found'),
  maximumExpansions: wholeNumber(1, 100_000)
    .default(128)
    .describe('The search gives up after looking behind this many beginnings of answers'),
});

/** How many masks a blank is, alone. */
export const slotsSchema = searchSchema.pick({ slots: true });

export const fillSchema = searchSchema.extend({
  reading: z
    .enum(READINGS, { error: 'expected "blank", "sentence" or "both"' })
    .default('blank')
    .describe(
      "Of a blank's likeliest answers: blank, as its particle says them; sentence, by how probable the whole sentence is with each, token after token; both, the geometric mean of the two",
    ),
});

/** What a survey of a text is given, besides how it is read. */
export const surveyedSchema = surveySchema.extend({
  reference: z
    .string({ error: 'expected a text' })
    .optional()
    .describe(
      'A text whose mean direction, frame by frame, is taken from the directions; their own by default',
    ),
});

export const traceSchema = searchSchema.extend({
  firstTokens: wholeNumber(1, 100)
    .default(5)
    .describe('How many first tokens each layer lists for itself'),
  tolerances: z
    .array(z.number(ANGLE_ERROR).positive(ANGLE_ERROR).max(Math.PI, ANGLE_ERROR), {
      error: 'expected a list of 1 to 64 angles such as [0.1, 0.5]',
    })
    .min(1)
    .max(64)
    .optional()
    .describe('Angles in radians at which clusters are reported'),
  frames: wholeNumber(2, MAXIMUM_DEPTH + 1)
    .optional()
    .describe('At most so many frames, every so many layers one and the last; all by default'),
  parts: z
    .boolean({ error: 'expected true or false' })
    .default(false)
    .describe('Of layers with an MLP: the stream behind attention and behind the MLP, too'),
  survey: surveyedSchema.optional().describe('A survey of all layers, too'),
});

/**
 * What `fillBlank` takes: depth, coupling, reading, how many answers, and `targets` whose probability is
 * asked for.
 */
export type FillOptions = z.input<typeof fillSchema>;

/**
 * What `trace` takes: depth, coupling and answers as for `fillBlank`; how many first tokens the lens lists,
 * at which angles (radians) clusters are told, how many frames, and a survey.
 */
export type TraceOptions = z.input<typeof traceSchema>;

/** With defaults filled in. */
export type AnswerSettings = z.output<typeof searchSchema>;

/** What a simulation may ask of a trained model. */
interface AskedOfModel {
  readonly text?: string;
  readonly dynamics?: unknown;
  readonly model?: string;
  readonly coupling?: string;
}

/**
 * Whether a simulation takes anything from a model. Throws InputError for a model or a coupling (fields `model`
 * and `coupling`) that nothing asks for, and for a coupling that is none.
 */
export function asksModel({ text, dynamics, model, coupling }: AskedOfModel): boolean {
  parseOptions(z.strictObject({ coupling: couplingSchema.optional() }), { coupling });
  if (text !== undefined || dynamics === 'model') return true;
  const idle = model !== undefined ? 'model' : coupling !== undefined ? 'coupling' : null;
  if (idle === null) return false;
  throw new InputError(
    idle,
    `option ${idle} is for a text or the dynamics "model": expected one of them, give it or leave ${idle} out`,
  );
}
