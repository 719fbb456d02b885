/**
 * Experiments on the flow of a text: switch heads off, scale β, put tokens where they were in another run,
 * and see what the answers become. The flow is the one of every prediction; here its weights and
 * positions are changed on the way, for the text and for the tokens of possible answers alike.
 */
import { z } from 'zod';
import { type Float64Tensor, tensor } from '../engines/tensor.ts';
import { hypot } from '../numerics/elementary.ts';
import { InputError } from '../numerics/errors.ts';
import { row } from '../numerics/matrix.ts';
import { parseOptions } from '../numerics/options.ts';
import { resultToJson } from '../numerics/result-json.ts';
import { divergence } from '../numerics/statistics.ts';
import { finalChainScores } from './chains.ts';
import { type Findings, findAnswers, says } from './findings.ts';
import { particleCount } from './layout.ts';
import type { LanguageModel, RunHooks } from './model.ts';
import { traceSchema } from './options.ts';
import { type Trace, traceOf, traceToJson } from './trace.ts';

const COUNT_ERROR = { error: 'expected a whole number that counts from 0' };
const head = z.int(COUNT_ERROR).min(0, COUNT_ERROR).describe('A head, from 0');
const layer = z
  .int(COUNT_ERROR)
  .min(0, COUNT_ERROR)
  .describe('A layer, from 1; for a patch a frame, where 0 is the embedding');
const factor = z.number({ error: 'expected a finite number' }).describe('What β is multiplied by');
const token = z.int(COUNT_ERROR).min(0, COUNT_ERROR).describe('A particle, from 0');

const isTrace = (value: unknown): value is Trace =>
  typeof value === 'object' &&
  value !== null &&
  ['tokens', 'hiddenStates', 'prediction'].every((part) => part in value);

/** How far from 1 the length of a patched particle may be. */
const ON_SPHERE = 1e-6;

export const interventionSchema = traceSchema.extend({
  ablate: z
    .array(z.strictObject({ head, layer: layer.optional() }), {
      error: 'expected a list such as [{ head: 3, layer: 5 }]',
    })
    .default([])
    .describe('Heads that say nothing, in one layer or in all'),
  scaleBeta: z
    .union(
      [factor, z.array(z.strictObject({ factor, head: head.optional(), layer: layer.optional() }))],
      { error: 'expected a number, or a list such as [{ factor: 0.5, head: 3, layer: 5 }]' },
    )
    .default(1)
    .describe('How much sharper the attention becomes, of all heads and layers or of some'),
  patch: z
    .array(
      z.strictObject({
        from: z.custom<Trace>(isTrace, {
          error: 'expected what runWithCache or trace has returned',
        }),
        layer,
        token,
        to: token.optional().describe('The particle that is moved there; the same one by default'),
      }),
      { error: 'expected a list such as [{ from: otherRun, layer: 3, token: 2 }]' },
    )
    .default([])
    .describe('Particles that are put where they were in another run'),
  ablateMlp: z
    .array(layer, { error: 'expected a list of layers such as [3, 4]' })
    .default([])
    .describe('Layers whose MLP adds nothing, of models that have one'),
});

/**
 * Those of `trace`, and what is changed: heads switched off, β scaled, particles put where another run had
 * them.
 */
export type InterventionOptions = z.input<typeof interventionSchema>;
type Settings = z.output<typeof interventionSchema>;

/** An answer's probability without and with the interventions. */
export interface AnswerChange {
  readonly tokenStr: string;
  readonly before: number;
  readonly after: number;
}

export interface Effect {
  /** The best answers of both, those that changed most first. */
  readonly answers: readonly AnswerChange[];
  /** KL(before ‖ after) of the answer's first token, in nats. */
  readonly divergence: number;
}

/** The trace of the changed run, and how its answers differ from those of the model as it is. */
export interface InterventionRun extends Trace {
  /** null where nothing was changed. */
  readonly effect: Effect | null;
}

/**
 * The trace of a text under interventions, and what they did to the answers; without any it is `trace`,
 * and serves as the `from` of patches. A patched particle stays where it is put until the next layer moves
 * it; the tokens of longer answers see the text as it was before that layer, and as it is patched from there. Ablating head h leaves its term O_h Σ_j A_ij V_h x_j out of the velocity.
 * Throws InputError or LimitError like `trace`, and for heads, layers, particles or runs that do not fit.
 */
export function runWithCache(
  model: LanguageModel,
  text: string,
  options?: InterventionOptions,
): InterventionRun {
  const all = parseOptions(interventionSchema, options);
  const { firstTokens, tolerances, frames, ablate, ablateMlp, scaleBeta, patch, ...settings } = all;
  const inside = { firstTokens, tolerances, frames };
  check(model, text, all);
  const scalings = typeof scaleBeta === 'number' ? [{ factor: scaleBeta }] : scaleBeta;
  const places = ablate.length + ablateMlp.length + patch.length;
  const untouched = places === 0 && scalings.every((one) => one.factor === 1);
  if (untouched) return { ...traceOf(findAnswers(model, text, settings), inside), effect: null };
  const hooks = hooksOf(model, { ablate, ablateMlp, patch, scalings });
  const after = findAnswers(model, text, settings, hooks);
  const before = findAnswers(model, text, settings);
  return { ...traceOf(after, inside), effect: says(before) ? effectOf(before, after) : null };
}

/** The record of `trace --json`, with the effect where there is one. */
export const interventionToJson = ({ effect, ...trace }: InterventionRun) => ({
  ...traceToJson(trace),
  ...(effect && { effect: resultToJson(effect) }),
});

/** The union of both lists, each answer scored by the chain rule in both flows. */
function effectOf(before: Findings, after: Findings): Effect {
  const { top } = before.settings;
  const listed = [before, after].flatMap(({ result }) => result.answers.slice(0, top));
  const answers = [...new Map(listed.map((one) => [one.text, one])).values()];
  const chains = answers.map(({ tokens }) => tokens);
  const [first, second] = [before, after].map((one) => finalChainScores({ ...one, chains }));
  const changed = answers.map(({ text }, i) => ({
    tokenStr: text,
    before: first.scores[i],
    after: second.scores[i],
  }));
  const size = (one: AnswerChange) => Math.abs(one.after - one.before);
  return {
    answers: changed.sort((a, b) => size(b) - size(a)),
    divergence: divergence(first.first, second.first),
  };
}

interface Place {
  readonly head?: number;
  readonly layer?: number;
}

interface Interventions extends Pick<Settings, 'ablate' | 'ablateMlp' | 'patch'> {
  readonly scalings: readonly (Place & { readonly factor: number })[];
}

function hooksOf(
  { sizes }: LanguageModel,
  { ablate, ablateMlp, patch, scalings }: Interventions,
): RunHooks {
  const factors = (places: Interventions['scalings']) => (layer: number | null) =>
    Array.from({ length: sizes.heads }, (_, h) =>
      places
        .filter((place) => place.layer === undefined || place.layer === layer)
        .filter(({ head = h }) => head === h)
        .reduce((product, { factor }) => product * factor, 1),
    );
  return {
    scores: factors(scalings),
    heads: factors(ablate.map((place) => ({ ...place, factor: 0 }))),
    mlp: (layer) => (ablateMlp.includes(layer) ? 0 : 1),
    patch: (frame, x) =>
      patched(
        x,
        patch.filter(({ layer }) => layer === frame),
      ),
  };
}

function patched(x: Float64Tensor, patches: Settings['patch']): Float64Tensor {
  if (patches.length === 0) return x;
  const d = x.shape[x.shape.length - 1];
  const data = x.data.slice();
  for (const { from, layer, token, to = token } of patches)
    data.set(row(from.hiddenStates[layer], token), to * d);
  return tensor(x.shape, data);
}

/** What the schema cannot know: how many heads, layers and particles there are. */
function check(model: LanguageModel, text: string, settings: Settings): void {
  const { ablate, ablateMlp, scaleBeta, patch } = settings;
  const depth = settings.depth ?? model.sizes.depth;
  const particles = particleCount(model, text, settings.coupling);
  const scaled = typeof scaleBeta === 'number' ? [] : scaleBeta;
  for (const [field, places] of Object.entries({ ablate, scaleBeta: scaled }))
    for (const { head, layer } of places as Place[]) {
      checkPlace(field, 'head', head, 0, model.sizes.heads - 1);
      checkLayer(field, layer, 1, depth);
    }
  if (ablateMlp.length > 0 && model.flow) throw model.flow.withoutMlp('ablateMlp');
  for (const layer of ablateMlp) checkLayer('ablateMlp', layer, 1, depth);
  for (const { from, layer, token, to = token } of patch) {
    checkLayer('patch', layer, 0, depth);
    checkRun(model, from, depth);
    checkPlace('patch', 'token', token, 0, from.tokens.length - 1);
    checkPlace('patch', 'to', to, 0, particles - 1);
    if (model.onSphere) checkOnSphere(row(from.hiddenStates[layer], token), layer, token);
  }
}

function checkLayer(
  field: string,
  layer: number | undefined,
  least: number,
  depth: number | 'ode',
): void {
  if (layer !== undefined && depth === 'ode')
    throw new InputError(
      field,
      `option ${field} names layer ${layer}, and depth "ode" has none: choose a number of layers as the depth`,
    );
  checkPlace(field, 'layer', layer, least, Number(depth));
}

function checkPlace(
  field: string,
  name: string,
  value: number | undefined,
  least: number,
  most: number,
): void {
  if (value === undefined || (value >= least && value <= most)) return;
  throw new InputError(
    field,
    `option ${field} names ${name} ${value}: expected a whole number from ${least} to ${most}`,
  );
}

function checkRun({ sizes }: LanguageModel, from: Trace, depth: number | 'ode'): void {
  const width = from.hiddenStates[0].columns;
  if (width !== sizes.dimension)
    throw new InputError(
      'patch',
      `option patch takes particles of R^${width} into a model of R^${sizes.dimension}: expected a run of the same model`,
    );
  if (from.prediction.depth !== depth)
    throw new InputError(
      'patch',
      `option patch takes particles from a run of depth ${from.prediction.depth} into one of depth ${depth}: expected the same depth`,
    );
}

/** A run that was altered by hand may have left the sphere, and the next layer would hide it. */
function checkOnSphere(x: Float64Array, layer: number, token: number): void {
  const length = hypot(x);
  if (Math.abs(length - 1) <= ON_SPHERE) return;
  throw new InputError(
    'patch',
    `option patch takes token ${token} of layer ${layer} with length ${length}: expected a unit vector, so normalise it`,
  );
}
