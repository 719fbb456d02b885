/** Depth → continuum for a trained model and a sentence: what layers change of the flow, of the logits and of the answer. */
import { z } from 'zod';
import { MAXIMUM_DEPTH } from '../../language/choices.ts';
import { fillBlank, scoreAnswers } from '../../language/fill.ts';
import type { FlowModel } from '../../language/flow-model.ts';
import { layOut } from '../../language/layout.ts';
import { fillSchema } from '../../language/options.ts';
import { modelOptions } from '../../language/particles.ts';
import { tokenProbabilities } from '../../language/transformer.ts';
import { type Matrix, row } from '../../numerics/matrix.ts';
import { parseOptions } from '../../numerics/options.ts';
import { divergence, totalVariation } from '../../numerics/statistics.ts';
import { argmax } from '../../numerics/vectors.ts';
import { yieldToEvents } from '../../numerics/yielding.ts';
import {
  type DepthContext,
  type DepthLimit,
  type DepthScheme,
  depthLimit,
  depthLimitSchema,
  risingDepths,
  type SchemeLimit,
} from './depth.ts';
import type { Column, DepthErrors } from './errors.ts';

export const modelDepthSchema = z.strictObject({
  ...depthLimitSchema.pick({ depths: true, schemes: true, reference: true }).shape,
  coupling: fillSchema.shape.coupling,
});

/** The depths L and schemes, how the sentence is read, and the reference's tolerance. */
export type ModelDepthOptions = z.input<typeof modelDepthSchema>;

export interface ModelDepthErrors extends DepthErrors {
  /** KL(flow ‖ layers) of the first token of the answer, in nats. */
  readonly logitsKl: Column;
  /** ½ Σ |p − q| of the same. */
  readonly logitsTv: Column;
}

/** A `DepthLimit` of a sentence, with errors of the answer's distribution and the answer at every depth. */
export interface ModelDepthLimit extends Omit<DepthLimit, 'schemes'> {
  readonly model: string;
  readonly text: string;
  readonly schemes: Readonly<
    Partial<Record<DepthScheme, SchemeLimit & { readonly errors: ModelDepthErrors }>>
  >;
  readonly answer: {
    /** The best answer of the flow, and of each depth; null beyond the layers that `predict` takes. */
    readonly ode: string;
    readonly byDepth: readonly (string | null)[];
    /** The least of the depths from which on the answer is that of the flow; null where the last differs. */
    readonly stableFrom: number | null;
  };
}

/**
 * `depthLimit` of a sentence in a model's flow: errors of positions and of the answer's distribution at every
 * L, and the depth from which on the answer stays. Throws InputError or LimitError like `fillBlank` and as
 * `depthLimit` does.
 */
export async function modelDepthLimit(
  model: FlowModel,
  text: string,
  options: ModelDepthOptions = {},
  context: DepthContext = {},
): Promise<ModelDepthLimit> {
  const { coupling, ...asked } = parseOptions(modelDepthSchema, options);
  const flow = modelOptions(model, { text, dynamics: 'model', coupling });
  const { readAt } = layOut(model, text, coupling);
  const asking = depthLimit({ ...flow, ...asked, time: model.config.horizon }, context);
  // where the cuts run on other threads, this one finds the answers meanwhile
  const answering = context.ends && answers(model, text, coupling, risingDepths(asked.depths));
  answering?.catch(() => {});
  const { limit, ends } = await asking;
  const law = (positions: Matrix) => tokenProbabilities(model, row(positions, readAt).slice());
  const exact = law(ends.reference);
  const schemes = Object.entries(limit.schemes).map(([name, scheme]) => {
    const laws = (ends.runs[name as DepthScheme] ?? []).map(law);
    const errors = {
      ...scheme.errors,
      logitsKl: laws.map((q) => divergence(exact, q)),
      logitsTv: laws.map((q) => totalVariation(exact, q)),
    };
    return [name, { ...scheme, errors }];
  });
  return {
    model: model.config.name,
    text,
    ...limit,
    schemes: Object.fromEntries(schemes),
    answer: await (answering ?? answers(model, text, coupling, limit.depths)),
  };
}

/** The best answer of the flow and of each depth. */
async function answers(
  model: FlowModel,
  text: string,
  coupling: ModelDepthOptions['coupling'],
  depths: readonly number[],
) {
  const best = (depth: number | 'ode') =>
    fillBlank(model, text, { depth, coupling, top: 1 }).predictions[0].tokenStr;
  const answerAt =
    layOut(model, text, coupling).kind === 'next-token'
      ? best
      : await bestOfFound(model, text, coupling, depths);
  const ode = answerAt('ode');
  const byDepth: (string | null)[] = [];
  for (const depth of depths) {
    await yieldToEvents();
    byDepth.push(depth <= MAXIMUM_DEPTH ? answerAt(depth) : null);
  }
  const last = byDepth.findLastIndex((answer) => answer !== null && answer !== ode);
  return { ode, byDepth, stableFrom: depths[last + 1] ?? null };
}

/** Up to so many layers answers are searched for, so many at each. */
const SEARCHED_DEPTH = 16;
const CANDIDATES = 5;

/**
 * A search at hundreds of layers would take seconds, so there the answers that fewer layers give are
 * scored, each exactly.
 */
async function bestOfFound(
  model: FlowModel,
  text: string,
  coupling: ModelDepthOptions['coupling'],
  depths: readonly number[],
) {
  const few = depths.filter((depth) => depth <= SEARCHED_DEPTH);
  const found: string[] = [];
  for (const depth of new Set([...few, model.config.depth])) {
    await yieldToEvents();
    const { predictions } = fillBlank(model, text, { depth, coupling, top: CANDIDATES });
    found.push(...predictions.map(({ tokenStr }) => tokenStr));
  }
  const targets = [...new Set(found)];
  return (depth: number | 'ode') => {
    const scores = scoreAnswers(model, text, { depth, coupling, targets });
    return targets[argmax(scores)];
  };
}
