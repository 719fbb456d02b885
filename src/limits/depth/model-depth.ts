/** Depth → continuum for a trained model and a sentence: what layers change of the flow, of the logits and of the answer. */
import { z } from 'zod';
import { MAXIMUM_DEPTH } from '../../language/choices.ts';
import { fillBlank, scoreAnswers } from '../../language/fill.ts';
import type { FlowModel } from '../../language/flow-model.ts';
import { layOut } from '../../language/layout.ts';
import { asFlow, type LanguageModel } from '../../language/model.ts';
import { fillSchema } from '../../language/options.ts';
import { modelOptions } from '../../language/particles.ts';
import { tokenProbabilities } from '../../language/transformer.ts';
import { InputError } from '../../numerics/errors.ts';
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
import { type NetworkDepthLimit, networkDepthLimit, networkDepthSchema } from './network-depth.ts';

const flowDepthSchema = z.strictObject({
  ...depthLimitSchema.pick({ depths: true, schemes: true, reference: true }).shape,
  coupling: fillSchema.shape.coupling,
});

/** Of a flow that is cut into layers, and of layers with weights of their own; each model takes its own. */
export const modelDepthSchema = flowDepthSchema.extend(networkDepthSchema.shape);

/**
 * How the sentence is read, and of a flow the depths L, schemes and the reference's tolerance; of layers with
 * weights of their own, which parts of which are taken in how many steps.
 */
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
 * L, and the depth from which on the answer stays. Of a model whose layers have weights of their own,
 * `networkDepthLimit`. Throws InputError or LimitError like `fillBlank`, as `depthLimit` and `networkDepthLimit` do,
 * and for options of the other kind of model.
 */
export async function modelDepthLimit(
  model: FlowModel,
  text: string,
  options?: ModelDepthOptions,
  context?: DepthContext,
): Promise<ModelDepthLimit>;
export async function modelDepthLimit(
  model: LanguageModel,
  text: string,
  options?: ModelDepthOptions,
  context?: DepthContext,
): Promise<ModelDepthLimit | NetworkDepthLimit>;
export async function modelDepthLimit(
  model: LanguageModel,
  text: string,
  options: ModelDepthOptions = {},
  context: DepthContext = {},
): Promise<ModelDepthLimit | NetworkDepthLimit> {
  const asked = parseOptions(modelDepthSchema, options);
  return model.network
    ? networkDepthLimit(model, text, ownOptions(model, networkDepthSchema, asked), context)
    : flowDepthLimit(
        asFlow(model, 'a limit'),
        text,
        ownOptions(model, flowDepthSchema, asked),
        context,
      );
}

/** The options that are for this model. Throws InputError for one that is for the other kind, and is not its default. */
function ownOptions(
  { name, network }: LanguageModel,
  own: z.ZodObject,
  asked: z.output<typeof modelDepthSchema>,
): ModelDepthOptions {
  const usual: Readonly<Record<string, unknown>> = parseOptions(modelDepthSchema, {});
  const others = Object.entries(asked).filter(([option]) => !(option in own.shape));
  const stray = others.find(
    ([option, value]) => JSON.stringify(value) !== JSON.stringify(usual[option]),
  );
  if (stray)
    throw new InputError(
      stray[0],
      network
        ? `option ${stray[0]} is for a flow that is cut into layers, and "${name}" has layers with weights of their own: leave it out`
        : `option ${stray[0]} is for layers with weights of their own, and "${name}" is a flow in continuous depth: leave it out`,
    );
  return Object.fromEntries(Object.entries(asked).filter(([option]) => option in own.shape));
}

async function flowDepthLimit(
  model: FlowModel,
  text: string,
  options: ModelDepthOptions,
  context: DepthContext,
): Promise<ModelDepthLimit> {
  const { coupling, ...asked } = parseOptions(flowDepthSchema, options);
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
