/**
 * What an experimenter changes in the run of a text, as options, and as hooks and a schedule of layers: heads, β,
 * attention, MLPs and particles on the way, layers in another order. Not what becomes of the answers: interventions.ts
 * for one change, effects.ts for a grid of them.
 */

import { z } from 'zod';
import { type Float64Tensor, tensor } from '../engines/tensor.ts';
import { counted } from '../numerics/counted.ts';
import { hypot } from '../numerics/elementary.ts';
import { InputError } from '../numerics/errors.ts';
import { type Matrix, row } from '../numerics/matrix.ts';
import { wholeNumber } from '../numerics/options.ts';
import type { Stage } from '../pretrained/schedule.ts';
import type { ChangedRun } from './findings.ts';
import type { Depth, HeadFactors, LanguageModel } from './model.ts';
import type { Token } from './tokenizer.ts';

const COUNT_ERROR = { error: 'expected a whole number that counts from 0' };
const head = z.int(COUNT_ERROR).min(0, COUNT_ERROR).describe('A head, from 0');
const layer = z
  .int(COUNT_ERROR)
  .min(0, COUNT_ERROR)
  .describe('A layer, from 1; for a patch a frame, where 0 is the embedding');
const factor = z.number({ error: 'expected a finite number' }).describe('What β is multiplied by');
const token = z.int(COUNT_ERROR).min(0, COUNT_ERROR).describe('A particle, from 0');
const layers = (what: string) =>
  z.array(layer, { error: 'expected a list of layers such as [3, 4]' }).default([]).describe(what);

/** A run whose particles are put into another one: a trace is one. */
export interface PatchSource {
  readonly tokens: readonly Token[];
  /** One [n, d] a frame. */
  readonly hiddenStates: readonly Matrix[];
  readonly prediction: { readonly depth: Depth };
}

const isRun = (value: unknown): value is PatchSource =>
  typeof value === 'object' &&
  value !== null &&
  ['tokens', 'hiddenStates', 'prediction'].every((part) => part in value);

/** How far from 1 the length of a patched particle may be. */
const ON_SPHERE = 1e-6;

export const changesSchema = z.strictObject({
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
        from: z.custom<PatchSource>(isRun, {
          error: 'expected what runWithCache or trace has returned',
        }),
        layer,
        token: token.optional().describe('A particle, from 0; every one by default'),
        to: token.optional().describe('The particle that is moved there; the same one by default'),
      }),
      { error: 'expected a list such as [{ from: otherRun, layer: 3, token: 2 }]' },
    )
    .default([])
    .describe('Particles, or whole frames, that are put where they were in another run'),
  ablateAttention: layers('Layers whose attention adds nothing'),
  ablateMlp: layers('Layers whose MLP adds nothing, of models that have one'),
  swap: z
    .array(z.tuple([layer, layer], { error: 'expected two layers such as [15, 16]' }), {
      error: 'expected a list of pairs such as [[15, 16]]',
    })
    .default([])
    .describe('Layers that change places, of models whose layers have weights of their own'),
  repeat: z
    .array(
      z.strictObject({
        layer,
        times: wholeNumber(2, 64).default(2).describe('How often it is run in a row'),
      }),
      { error: 'expected a list such as [{ layer: 3, times: 2 }]' },
    )
    .default([])
    .describe('Layers that are run several times, of such models'),
  skip: layers('Layers that are left out, of such models'),
});

export type Changes = z.output<typeof changesSchema>;

/** Nothing changed, of which a change is made by naming what is. */
export const NO_CHANGES: Changes = changesSchema.parse({});

interface Place {
  readonly head?: number;
  readonly layer?: number;
}
type Scaling = Place & { readonly factor: number };

const scalingsOf = ({ scaleBeta }: Changes): readonly Scaling[] =>
  typeof scaleBeta === 'number' ? [{ factor: scaleBeta }] : scaleBeta;

/** Whether they leave everything as it is. */
export function changesNothing(changes: Changes): boolean {
  const { scaleBeta: _, ...lists } = changes;
  return (
    Object.values(lists).every(({ length }) => length === 0) &&
    scalingsOf(changes).every(({ factor }) => factor === 1)
  );
}

/** The changed run: layers are numbered as the model has them, in whatever order they are run. */
export function changedRun(model: LanguageModel, changes: Changes): ChangedRun {
  const { ablate, ablateAttention, ablateMlp, patch } = changes;
  const { heads } = model.sizes;
  const silent = ablate.map((place): Scaling => ({ ...place, factor: 0 }));
  // a flow's layer is its attention; other layers have a bias behind their heads, which goes as well
  const quiet = model.flow ? ablateAttention.map((layer) => ({ layer, factor: 0 })) : [];
  return {
    hooks: {
      scores: factorsOf(heads, scalingsOf(changes)),
      heads: factorsOf(heads, [...silent, ...quiet]),
      mlp: (layer) => (ablateMlp.includes(layer) ? 0 : 1),
      patch: (frame, x) =>
        patched(
          x,
          patch.filter(({ layer }) => layer === frame),
        ),
    },
    ...(changesOrder(model, changes) && { schedule: scheduleOf(model.sizes.depth, changes) }),
  };
}

/** Whether layers are run in another order, or without their attention. */
const changesOrder = ({ flow }: LanguageModel, { ablateAttention, swap, repeat, skip }: Changes) =>
  [swap, repeat, skip, flow ? [] : ablateAttention].some(({ length }) => length > 0);

/** First swapped, then repeated and left out. */
function scheduleOf(depth: number, { ablateAttention, swap, repeat, skip }: Changes): Stage[] {
  const order = Array.from({ length: depth }, (_, k) => k + 1);
  for (const [a, b] of swap) {
    const [i, j] = [order.indexOf(a), order.indexOf(b)];
    [order[i], order[j]] = [b, a];
  }
  const times = (layer: number) =>
    skip.includes(layer) ? 0 : (repeat.find((one) => one.layer === layer)?.times ?? 1);
  return order.flatMap((layer) =>
    Array.from(
      { length: times(layer) },
      (): Stage => ({
        layer,
        ...(ablateAttention.includes(layer) && { attention: 0 }),
      }),
    ),
  );
}

const factorsOf =
  (heads: number, places: readonly Scaling[]): HeadFactors =>
  (layer) =>
    Array.from({ length: heads }, (_, h) =>
      places
        .filter((place) => place.layer === undefined || place.layer === layer)
        .filter(({ head = h }) => head === h)
        .reduce((product, { factor }) => product * factor, 1),
    );

function patched(x: Float64Tensor, patches: Changes['patch']): Float64Tensor {
  if (patches.length === 0) return x;
  const d = x.shape[x.shape.length - 1];
  const data = x.data.slice();
  for (const { from, layer, token, to = token } of patches)
    if (token === undefined || to === undefined) data.set(from.hiddenStates[layer].data);
    else data.set(row(from.hiddenStates[layer], token), to * d);
  return tensor(x.shape, data);
}

/**
 * What the schema cannot know: how many heads, layers and particles there are, and what the model can do. Throws
 * InputError.
 */
export function checkChanges(
  model: LanguageModel,
  changes: Changes,
  { depth, particles }: { readonly depth: Depth; readonly particles: number },
): void {
  const { ablate, ablateAttention, ablateMlp, swap, repeat, skip, patch } = changes;
  for (const [field, places] of Object.entries({ ablate, scaleBeta: scalingsOf(changes) }))
    for (const { head, layer } of places as readonly Place[]) {
      checkPlace(field, 'head', head, 0, model.sizes.heads - 1);
      checkLayer(field, layer, 1, depth);
    }
  checkScalings(model.sizes.heads, scalingsOf(changes), depth);
  if (ablateMlp.length > 0 && model.flow) throw model.flow.withoutMlp('ablateMlp');
  const repeated = repeat.map(({ layer }) => layer);
  const lists = { ablateAttention, ablateMlp, swap: swap.flat(), repeat: repeated, skip };
  for (const [field, layers] of Object.entries(lists))
    for (const layer of layers) checkLayer(field, layer, 1, depth);
  checkOrder(model, changes);
  const last = changesOrder(model, changes) ? scheduleOf(model.sizes.depth, changes).length : depth;
  for (const { from, layer, token, to = token } of patch) {
    checkLayer('patch', layer, 0, last);
    checkRun(model, from, depth, layer);
    if (token === undefined) checkWhole(from, particles, to);
    checkPlace('patch', 'token', token, 0, from.tokens.length - 1);
    checkPlace('patch', 'to', to, 0, particles - 1);
    if (model.onSphere)
      for (const one of token === undefined ? from.tokens.keys() : [token])
        checkOnSphere(row(from.hiddenStates[layer], one), layer, one);
  }
}

/** Beyond this the attention of any model is hard, and scores may be larger than a number can be. */
const MOST_FACTOR = 1e6;

/** What the factors of a head in a layer come to together. */
function checkScalings(heads: number, scalings: readonly Scaling[], depth: Depth): void {
  const factors = factorsOf(heads, scalings);
  for (let layer = 1; layer <= (depth === 'ode' ? 1 : depth); layer++)
    for (const [head, factor] of factors(depth === 'ode' ? null : layer).entries())
      if (!(Math.abs(factor) <= MOST_FACTOR))
        throw new InputError(
          'scaleBeta',
          `option scaleBeta multiplies β of head ${head} by ${factor}: expected at most ${MOST_FACTOR} in size, where the attention is hard already`,
        );
}

/** A layer is swapped once, and not repeated when it is left out. */
function checkOrder(model: LanguageModel, changes: Changes): void {
  const { swap, repeat, skip } = changes;
  const order = { swap: swap.flat(), repeat: repeat.map(({ layer }) => layer), skip };
  for (const [field, layers] of Object.entries(order)) {
    if (layers.length > 0 && model.flow)
      throw new InputError(
        field,
        `option ${field} is for layers with weights of their own, and "${model.name}" is cut into layers by its depth: leave it out`,
      );
    const twice = layers.find((layer, i) => layers.indexOf(layer) !== i);
    if (twice !== undefined)
      throw new InputError(field, `option ${field} names layer ${twice} twice: expected it once`);
  }
  const both = order.repeat.find((layer) => skip.includes(layer));
  if (both !== undefined)
    throw new InputError(
      'skip',
      `option skip leaves out layer ${both}, which option repeat repeats: expected one of them`,
    );
  if (skip.length > 0 && skip.length >= model.sizes.depth)
    throw new InputError(
      'skip',
      `option skip leaves out all ${counted(skip.length, 'layer')}: expected one to be left`,
    );
}

function checkLayer(field: string, layer: number | undefined, least: number, depth: Depth): void {
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

function checkRun({ sizes }: LanguageModel, from: PatchSource, depth: Depth, layer: number): void {
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
  checkPlace('patch', 'layer', layer, 0, from.hiddenStates.length - 1);
}

/** A whole frame goes into a text of as many particles. */
function checkWhole({ tokens }: PatchSource, particles: number, to: number | undefined): void {
  if (to !== undefined)
    throw new InputError(
      'patch',
      `option patch says where to put a token, ${to}, and names none: name it, or leave "to" out for the whole frame`,
    );
  if (tokens.length !== particles)
    throw new InputError(
      'patch',
      `option patch takes a whole frame of ${counted(tokens.length, 'particle')} into a text of ${particles}: expected as many, or name one token`,
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
