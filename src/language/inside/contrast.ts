/**
 * Two answers against each other: the plane that their readout directions span, in which the first axis is the
 * difference of their logits, and where every particle stands in it, frame by frame.
 */
import { z } from 'zod';
import { InputError } from '../../numerics/errors.ts';
import { parseOptions } from '../../numerics/options.ts';
import { dot, norm } from '../../numerics/vectors.ts';
import type { FlowModel } from '../flow-model.ts';
import type { Layout } from '../layout.ts';
import { couplingSchema, depthSchema } from '../options.ts';

const ANSWERS = { error: 'expected two answers such as ["der Hund", "die Katze"]' };

export const contrastSchema = z.strictObject({
  answers: z
    .array(z.string(ANSWERS).min(1, ANSWERS), ANSWERS)
    .length(2, ANSWERS)
    .describe('Two answers; their first different tokens are compared'),
  depth: depthSchema.optional(),
  coupling: couplingSchema.optional(),
});

/** The answers, and how the text is read. */
export type ContrastOptions = z.input<typeof contrastSchema>;

/** Where the particles stand between two answers. */
export interface Contrast {
  readonly model: string;
  readonly text: string;
  readonly settings: z.output<typeof contrastSchema>;
  /** The particles. */
  readonly tokens: readonly string[];
  /** The answers' first different tokens a and b. */
  readonly compared: readonly [string, string];
  /** Of their readout directions U_a and U_b. */
  readonly cosine: number;
  /** Orthonormal, [2][d]: (U_b − U_a)/|U_b − U_a|, and what U_a + U_b has beside it. */
  readonly axes: readonly (readonly number[])[];
  /** [frames][particles][2] */
  readonly positions: readonly (readonly (readonly number[])[])[];
  /** Share of the variance of all positions along each axis. */
  readonly explained: readonly number[];
  /** logit b − logit a at every particle, [frames][particles]: positive where b is likelier. */
  readonly logOdds: readonly (readonly number[])[];
  /** Where on the first axis both are equally likely. */
  readonly even: number;
}

/**
 * Where the particles of a text stand between two answers. Throws InputError for answers that are the same (field
 * `answers`), and as the text is laid out.
 */
export function contrastAnswers(
  model: FlowModel,
  text: string,
  options: ContrastOptions,
): Contrast {
  const settings = parseOptions(contrastSchema, options);
  const { answers, depth, coupling } = settings;
  const layout = model.layOut(text, coupling);
  const compared = firstDifference(model, layout, answers);
  const { output, bias } = model.weights;
  const d = output.shape[1];
  const { logitScale } = model.config;
  const [a, b] = compared.map((id) => Array.from(output.data.subarray(id * d, (id + 1) * d)));
  const towards = a.map((value, c) => b[c] - value);
  const length = norm(towards);
  const first = normalised(towards);
  const sum = a.map((value, c) => value + b[c]);
  const along = dot(sum, first);
  const axes = [first, normalised(sum.map((value, c) => value - along * first[c]))];
  const offset = bias[compared[1]] - bias[compared[0]];
  const { frames } = model.run(layout, { depth });
  const states = frames.map(({ positions: { data } }) =>
    layout.tokens.map((_, i) => Array.from(data.subarray(i * d, (i + 1) * d))),
  );
  const positions = states.map((frame) => frame.map((x) => axes.map((axis) => dot(axis, x))));
  return {
    model: model.name,
    text,
    settings,
    tokens: layout.tokens.map((token) => token.text),
    compared: [model.tokenizer.decode([compared[0]]), model.tokenizer.decode([compared[1]])],
    cosine: dot(normalised(a), normalised(b)),
    axes,
    positions,
    explained: sharesOf(states.flat(), axes),
    logOdds: positions.map((frame) => frame.map(([x]) => logitScale * length * x + offset)),
    even: -offset / (logitScale * length),
  };
}

/** The ids of the first tokens in which two answers differ; where one goes on, its next token and the other's end. */
function firstDifference(
  model: FlowModel,
  layout: Layout,
  answers: readonly string[],
): readonly number[] {
  const [one, other] = answers.map((answer) => [
    ...model.answerTokens(layout, answer),
    ...(model.end === null ? [] : [model.end]),
  ]);
  const at = one.findIndex((id, k) => id !== other[k]);
  if (at >= 0 && other[at] !== undefined) return [one[at], other[at]];
  throw new InputError(
    'answers',
    `option answers has “${answers[0]}” and “${answers[1]}”, which are the same tokens: expected two different answers`,
  );
}

const normalised = (x: readonly number[]): number[] => {
  const length = norm(x);
  return x.map((value) => value / length);
};

/** Of the variance of positions, the share along each axis. */
function sharesOf(points: readonly number[][], axes: readonly number[][]): number[] {
  const mean = points[0].map(
    (_, c) => points.reduce((sum, point) => sum + point[c], 0) / points.length,
  );
  const centred = points.map((point) => point.map((value, c) => value - mean[c]));
  const whole = centred.reduce((sum, point) => sum + dot(point, point), 0) || 1;
  return axes.map((axis) => centred.reduce((sum, point) => sum + dot(point, axis) ** 2, 0) / whole);
}
