/**
 * Layers with weights of their own against their flow: parts of a network's layers taken in m steps of 1/m, all of
 * them or one alone, and what that does to frames and answers. The network is what is compared with, for it has no
 * flow that would be the truth. Not a flow that is cut into layers: depth.ts and model-depth.ts.
 */
import { z } from 'zod';
import type { LanguageModel } from '../../language/model.ts';
import { asNetwork } from '../../language/model.ts';
import { placesIn } from '../../language/network-run.ts';
import { couplingSchema } from '../../language/options.ts';
import { atan2 } from '../../numerics/elementary.ts';
import { InputError } from '../../numerics/errors.ts';
import { parseOptions, wholeNumber } from '../../numerics/options.ts';
import { divergence, mean } from '../../numerics/statistics.ts';
import { argmax, norm, sumOf } from '../../numerics/vectors.ts';
import { yieldToEvents } from '../../numerics/yielding.ts';
import type { Architecture } from '../../pretrained/architecture.ts';
import type { Linear, Tensor } from '../../pretrained/arithmetic.ts';
import type { Network, NetworkLayers } from '../../pretrained/network.ts';
import { PARTS, type Steps } from '../../pretrained/schedule.ts';
import type { Numbers } from '../../pretrained/stored.ts';
import { fitOrder, type Order } from '../order.ts';
import { checkTolerance } from '../reached.ts';
import type { DepthContext } from './depth.ts';
import { type FlowCourse, flowedAlone, flowedTogether, MOST_FLOW_STEPS } from './part-flows.ts';
import { JACOBIAN_PRODUCTS, type PartJacobian, partJacobian } from './part-jacobians.ts';
import { below, textsOf } from './texts.ts';

/** What of a layer is taken in steps: a part; both, m steps of the one, then m of the other; both within each step. */
export const REFINEMENTS = ['attention', 'mlp', 'both', 'together'] as const;
export type Refinement = (typeof REFINEMENTS)[number];

/** Of a part, at most. */
export const MOST_STEPS = 64;
const POWERS = [1, 2, 4, 8, 16, 32, 64];
const STEPS_ALONE = 16;
const LAYERS = { error: 'expected a list of layers from 1 on, such as [1, 12]' };

export const networkDepthSchema = z.strictObject({
  steps: z
    .array(wholeNumber(1, MOST_STEPS), { error: 'expected a list such as [2, 4, 16]' })
    .min(1)
    .optional()
    .describe(
      `Of layers with weights of their own: numbers m of steps of 1/m; ${POWERS.join(', ')} where absent`,
    ),
  parts: z
    .array(z.enum(REFINEMENTS, { error: `expected names of ${REFINEMENTS.join(', ')}` }))
    .min(1)
    .optional()
    .describe(
      'What of a layer is taken in steps: a part, both one after the other, or both together within each step; each part, and both, where absent',
    ),
  layers: z
    .array(z.int(LAYERS).min(1, LAYERS), LAYERS)
    .min(1)
    .optional()
    .describe('The layers that are taken in steps, from 1; all where absent'),
  alone: wholeNumber(1, MOST_STEPS)
    .optional()
    .describe(
      `Steps of each layer and part that is refined alone, the cells of the matrix; ${STEPS_ALONE} where absent`,
    ),
  jacobians: z
    .boolean({ error: 'expected true or false' })
    .default(false)
    .describe(
      'Also the Jacobian of each of these parts at the network’s own frames: which steps are too large',
    ),
  dopri5: z
    .number({ error: 'expected a tolerance from 1e-8 to 0.1' })
    .min(1e-8, 'expected a tolerance from 1e-8 to 0.1')
    .max(0.1, 'expected a tolerance from 1e-8 to 0.1')
    .optional()
    .describe(
      'Also by Dormand–Prince at this tolerance, each part a flow for a unit of time; not where absent',
    ),
  coupling: couplingSchema.optional(),
});

/** Which parts of which layers are taken in how many steps, and how the text is read. */
export type NetworkDepthOptions = z.input<typeof networkDepthSchema>;

/** What became of the text's last frame and of the answer. */
export interface RefinedEffect {
  /** KL(network ‖ changed) of the next token, or of the mask, in nats; null without a head. */
  readonly kl: number | null;
  /** The likeliest token there; null without a head. */
  readonly answer: string | null;
  /** Between a token's states, in radians: the mean over the tokens. */
  readonly angle: number;
  /** |changed − network| / |network| of a token's state: the mean over the tokens. */
  readonly distance: number;
}

/** Whether runs in more and more steps come to rest, by `RULE`. */
export interface Settling {
  /** The relative distance, as above, of the last frames of each number of steps and the one before. */
  readonly differences: readonly number[];
  readonly converges: boolean;
  /** Of the differences in the number of steps: 1 where steps are small. */
  readonly order: Order;
}

export interface RefinedPart {
  readonly part: Refinement;
  /** By number of steps. */
  readonly effects: readonly RefinedEffect[];
  /** Of every frame 0 … L, by number of steps. */
  readonly angles: readonly (readonly number[])[];
  readonly distances: readonly (readonly number[])[];
  readonly settling: Settling;
}

/** One part of one layer, refined alone. */
export interface RefinedCell extends RefinedEffect {
  readonly layer: number;
  readonly part: Refinement;
}

/** A part as a flow by Dormand–Prince; `effect` is null where it was given up. */
export interface FlowedPart extends FlowCourse {
  readonly part: Refinement;
  readonly effect: RefinedEffect | null;
}

/** One part of one layer as a flow, alone. */
export interface FlowedCell extends FlowedPart {
  readonly layer: number;
}

/** A network whose parts take steps, against itself. */
export interface NetworkDepthLimit {
  readonly model: string;
  readonly text: string;
  readonly precision: 'float32' | 'float64';
  /** L */
  readonly depth: number;
  /** Those that are taken in steps. */
  readonly layers: readonly number[];
  /** The network's own answer; null without a head. */
  readonly answer: string | null;
  /** Numbers of steps, rising. */
  readonly steps: readonly number[];
  readonly parts: readonly RefinedPart[];
  readonly matrix: {
    /** Of each cell. */
    readonly steps: number;
    /** Layer by layer, in the order of the parts. */
    readonly cells: readonly RefinedCell[];
  };
  /** Of each part of the chosen layers; null where not asked for. */
  readonly jacobians: readonly PartJacobian[] | null;
  /** By Dormand–Prince, all chosen layers and each alone; null where not asked for. */
  readonly dopri5: {
    readonly tolerance: number;
    /** Steps of a part after which it is given up. */
    readonly mostSteps: number;
    readonly parts: readonly FlowedPart[];
    readonly cells: readonly FlowedCell[];
  } | null;
}

/** How a run is judged to converge. */
export const RULE =
  'the last two differences between runs in neighbouring numbers of steps are each at most 3/4 of the one before, and the last is at most 0.05';
const SHRINKING = 3 / 4;
const AT_REST = 0.05;

/**
 * A text through a network whose chosen parts are taken in m steps of 1/m, in all chosen layers and in each alone.
 * Throws InputError for a model that is no network of layers, for layers and parts that it does not have, and as
 * `fillBlank` for the text.
 */
export async function networkDepthLimit(
  model: LanguageModel,
  text: string,
  options: NetworkDepthOptions = {},
  context: Pick<DepthContext, 'onCut' | 'signal'> = {},
): Promise<NetworkDepthLimit> {
  const asked = parseOptions(networkDepthSchema, options);
  const network = asNetwork(model, 'a refinement of layers');
  const { architecture } = network;
  const depth = architecture.layers.length;
  const parts = refinementsOf(architecture, asked.parts);
  const refined = layersOf(architecture, asked.layers);
  const steps = rising(asked.steps ?? POWERS);
  const alone = asked.alone ?? STEPS_ALONE;
  const layout = model.layOut(text, asked.coupling);
  const places = placesIn(network, layout);
  if (asked.dopri5 !== undefined) checkTolerance('dopri5', asked.dopri5, network.precision);
  const { states, parts: middles } = network.run(
    layout.tokens.map(({ id }) => id),
    { ...places, parts: asked.jacobians },
  );
  const layers = network.layersFor(layout.tokens.length, places);
  const compare = comparison(model, states[depth], layout.readAt);

  let done = 0;
  const step = async () => {
    context.onCut?.(
      ++done,
      depth * (2 + (asked.jacobians ? 1 : 0) + (asked.dopri5 ? parts.length + 1 : 0)),
    );
    context.signal?.throwIfAborted();
    await yieldToEvents();
  };
  const runs = runsOf(parts, steps);
  const all = await refinedTogether({ layers, states, refined, runs, step });
  const cells = await refinedAlone({ layers, states, refined, parts, alone, step });
  const effects = compare(all.last);
  const refining = { layers, states, refined, step };
  const jacobians = asked.jacobians
    ? await jacobiansOf(refining, middles, network.architecture, parts)
    : null;
  const dopri5 =
    asked.dopri5 === undefined ? null : await flowsOf(refining, parts, asked.dopri5, compare);
  const ends = textsOf(all.last, runs.length);
  const settling = (k: number) =>
    settlingOf(steps, ends.slice(k * steps.length, (k + 1) * steps.length), {
      own: states[depth],
      floor: ROUND_OFF[network.precision],
    });
  const own = (list: readonly (readonly number[])[], k: number) =>
    steps.map((_, m) => list.map((frame) => frame[k * steps.length + m]));
  return {
    model: model.name,
    text,
    precision: network.precision,
    depth,
    layers: refined,
    answer: compare(states[depth])[0].answer,
    steps,
    parts: parts.map((part, k) => ({
      part,
      effects: effects.slice(k * steps.length, (k + 1) * steps.length),
      angles: own(all.angles, k),
      distances: own(all.distances, k),
      settling: settling(k),
    })),
    matrix: {
      steps: alone,
      cells: compare(cells).map((effect, c) => ({
        layer: refined[Math.floor(c / parts.length)],
        part: parts[c % parts.length],
        ...effect,
      })),
    },
    jacobians,
    dopri5,
  };
}

/** Of the parts that are refined, layer by layer, each where it reads the stream. */
async function jacobiansOf(
  { layers, states, refined, step }: Refining,
  middles: readonly Tensor[],
  { residual }: Architecture,
  refinements: readonly Refinement[],
): Promise<PartJacobian[]> {
  const parts = PARTS.filter((part) =>
    refinements.some((own) => own === part || own === 'both' || own === 'together'),
  );
  const found: PartJacobian[] = [];
  for (let layer = 1; layer < states.length; layer++) {
    if (refined.includes(layer))
      for (const part of parts) {
        const [x] = states.slice(layer - 1);
        const middle = { shape: x.shape, data: middles[layer - 1].data.subarray(0, x.data.length) };
        const read = part === 'attention' || residual === 'parallel' ? x : middle;
        found.push(partJacobian(layers, layer, part, read));
      }
    await step();
  }
  return found;
}

async function flowsOf(
  { layers, states, refined, step }: Refining,
  parts: readonly Refinement[],
  tolerance: number,
  compare: (states: Tensor) => RefinedEffect[],
): Promise<NonNullable<NetworkDepthLimit['dopri5']>> {
  const effectOf = (state: Tensor | null) => state && compare(state)[0];
  const together: FlowedPart[] = [];
  for (const part of parts) {
    const { course, state } = await flowedTogether(layers, states, refined, part, tolerance, step);
    together.push({ part, effect: effectOf(state), ...course });
  }
  const alone = await flowedAlone(layers, states, refined, parts, tolerance, step);
  return {
    tolerance,
    mostSteps: MOST_FLOW_STEPS,
    parts: together,
    cells: alone.map(({ course, state }, c) => ({
      layer: refined[Math.floor(c / parts.length)],
      part: parts[c % parts.length],
      effect: effectOf(state),
      ...course,
    })),
  };
}

/** About how many products of a weight and a number each token takes. Throws as `networkDepthLimit`. */
export function refinementWork(network: Network, asked: NetworkDepthOptions): number {
  const { architecture, weights } = network;
  const parts = refinementsOf(architecture, asked.parts);
  const refined = layersOf(architecture, asked.layers);
  const runs = runsOf(parts, rising(asked.steps ?? POWERS));
  const alone = parts.map((part) => stepsOf(part, asked.alone ?? STEPS_ALONE));
  let [work, cells] = [0, 0];
  for (const [k, { query, key, value, output, gate, up, down }] of weights.layers.entries()) {
    const size = (maps: readonly (Linear | null)[]) =>
      sumOf(maps.map((map) => map?.weight.data.length ?? 0));
    const [attention, mlp] = [size([query, key, value, output]), size([gate, up, down])];
    const here = refined.includes(k + 1);
    const taken = here ? [...runs, ...alone] : runs.map(() => PLAIN);
    const costs = taken.map((steps) => (steps.attention ?? 1) * attention + (steps.mlp ?? 1) * mlp);
    work += sumOf(costs) + cells * (attention + mlp);
    if (here && asked.jacobians) work += JACOBIAN_PRODUCTS * (attention + mlp);
    // six velocities a step, for all together and alone
    if (here && asked.dopri5 !== undefined)
      work += 2 * parts.length * 6 * MOST_FLOW_STEPS * (attention + mlp);
    if (here) cells += alone.length;
  }
  return work;
}

/** What of a layer may be taken in steps. Throws InputError for what the network's layers do not have. */
function refinementsOf(
  { placement, residual, family }: Architecture,
  asked?: readonly Refinement[],
): Refinement[] {
  const parallel = residual === 'parallel';
  const parts = [...new Set(asked ?? ['attention', 'mlp', parallel ? 'together' : 'both'])];
  if (parallel && parts.includes('both'))
    throw new InputError(
      'parts',
      `parts has "both", and attention and MLP of this ${family} read the same input, so that neither is before the other: take "together"`,
    );
  if (placement === 'post' && parts.includes('together'))
    throw new InputError(
      'parts',
      `parts has "together", and this ${family} has a norm between attention and MLP, which no step of both could hold: take "both"`,
    );
  return parts as Refinement[];
}

function layersOf({ layers, family }: Architecture, asked?: readonly number[]): number[] {
  const missing = asked?.find((layer) => layer > layers.length);
  if (missing !== undefined)
    throw new InputError(
      'layers',
      `layer ${missing} is not there: this ${family} has layers 1 to ${layers.length}`,
    );
  return rising(asked ?? layers.map((_, k) => k + 1));
}

const rising = (numbers: readonly number[]) => [...new Set(numbers)].sort((a, b) => a - b);

const STEPS: Readonly<Record<Refinement, (count: number) => Steps>> = {
  attention: (attention) => ({ attention }),
  mlp: (mlp) => ({ mlp }),
  both: (count) => ({ attention: count, mlp: count }),
  together: (count) => ({ attention: count, mlp: count, together: true }),
};

const stepsOf = (part: Refinement, count: number): Steps => STEPS[part](count);

/** By part, then by number of steps. */
const runsOf = (parts: readonly Refinement[], steps: readonly number[]): Steps[] =>
  parts.flatMap((part) => steps.map((count) => stepsOf(part, count)));

/** A layer as the network has it. */
const PLAIN: Steps = {};

interface Refining {
  readonly layers: NetworkLayers;
  /** The network's own frames. */
  readonly states: readonly Tensor[];
  readonly refined: readonly number[];
  /** Behind every layer. */
  readonly step: () => Promise<void>;
}

/** Texts in steps of their own through all layers, below each other: what of weights one text needs serves all. */
async function refinedTogether({
  layers,
  states,
  refined,
  runs,
  step,
}: Refining & { readonly runs: readonly Steps[] }) {
  const angles: number[][] = [];
  const distances: number[][] = [];
  let x = below(runs.map(() => states[0]));
  const note = (frame: number) => {
    const apart = textsOf(x, runs.length).map((text) => meanApart(text, states[frame]));
    angles.push(apart.map(({ angle }) => angle));
    distances.push(apart.map(({ distance }) => distance));
  };
  note(0);
  for (let layer = 1; layer < states.length; layer++) {
    // before the first that is refined every text is the network's
    if (layer < refined[0]) x = below(runs.map(() => states[layer]));
    else x = layers.advanced(x, layer, refined.includes(layer) ? runs : runs.map(() => PLAIN));
    note(layer);
    await step();
  }
  return { last: x, angles, distances };
}

/** Cells begin in the network's own frame, and all that are refined already go on through the next layer together. */
async function refinedAlone({
  layers,
  states,
  refined,
  parts,
  alone,
  step,
}: Refining & { readonly parts: readonly Refinement[]; readonly alone: number }): Promise<Tensor> {
  let cells: Tensor | null = null;
  let count = 0;
  for (let layer = 1; layer < states.length; layer++) {
    const fresh = refined.includes(layer) ? parts : [];
    const steps = [
      ...Array.from({ length: count }, () => PLAIN),
      ...fresh.map((part) => stepsOf(part, alone)),
    ];
    const begun = fresh.map(() => states[layer - 1]);
    if (steps.length > 0)
      cells = layers.advanced(below(cells ? [cells, ...begun] : begun), layer, steps);
    count = steps.length;
    await step();
  }
  return cells as Tensor;
}

/** Texts whose answers are read at once: probabilities of large vocabularies are large. */
const READ_AT_ONCE = 16;

/** What the last frames of texts below each other are, against the network's. */
function comparison(model: LanguageModel, own: Tensor, readAt: number) {
  const [, width] = own.shape;
  const lawsAt = (texts: readonly Tensor[]): Float64Array[] => {
    const states = new Float64Array(texts.length * width);
    for (const [t, { data }] of texts.entries())
      states.set(data.subarray(readAt * width, (readAt + 1) * width), t * width);
    const laws = model.tokenProbabilities(states);
    const size = laws.length / texts.length;
    return texts.map((_, t) => laws.subarray(t * size, (t + 1) * size));
  };
  const exact = model.reads ? lawsAt([own])[0] : null;
  const answerOf = (law: Float64Array) =>
    law.every(Number.isFinite) ? model.tokenizer.decode([argmax(law)]) : null;
  return (states: Tensor): RefinedEffect[] => {
    const texts = textsOf(states, states.shape[0] / own.shape[0]);
    const effects: RefinedEffect[] = [];
    for (let from = 0; from < texts.length; from += READ_AT_ONCE) {
      const some = texts.slice(from, from + READ_AT_ONCE);
      const laws = exact && lawsAt(some);
      for (const [t, text] of some.entries())
        effects.push({
          kl: laws && exact && divergence(exact, laws[t]),
          answer: laws && answerOf(laws[t]),
          ...meanApart(text, own),
        });
    }
    return effects;
  };
}

/** How far a frame [n, d] is from the network's own. */
const meanApart = (x: Tensor, own: Tensor): Pick<RefinedEffect, 'angle' | 'distance'> => ({
  angle: meanOfTokens(own, (at) => angleAt(x.data, own.data, at)),
  distance: meanDistance(x, own, own),
});

/** |a − b| / |own| of a token's state: the mean over the tokens. */
const meanDistance = (a: Tensor, b: Tensor, own: Tensor): number =>
  meanOfTokens(own, ([from, to]) => {
    let [difference, length] = [0, 0];
    for (let c = from; c < to; c++) {
      difference += (a.data[c] - b.data[c]) * (a.data[c] - b.data[c]);
      length += own.data[c] * own.data[c];
    }
    return Math.sqrt(difference / length);
  });

/** Where a token's numbers are. */
type Span = readonly [from: number, to: number];

const meanOfTokens = ({ shape: [n, width] }: Tensor, of: (span: Span) => number): number =>
  mean(Array.from({ length: n }, (_, i) => of([i * width, (i + 1) * width])));

/** By half of the chord and of its complement (Kahan): good for small angles, where an arc cosine is not. */
function angleAt(a: Numbers, b: Numbers, [from, to]: Span): number {
  const [left, right] = [a, b].map((x) => norm(x.subarray(from, to)));
  let [minus, plus] = [0, 0];
  for (let c = from; c < to; c++) {
    const [u, v] = [a[c] / left, b[c] / right];
    minus += (u - v) * (u - v);
    plus += (u + v) * (u + v);
  }
  return 2 * atan2(Math.sqrt(minus), Math.sqrt(plus));
}

/** Of a relative distance of last frames. */
const ROUND_OFF = { float32: 1e-6, float64: 1e-14 };

function settlingOf(
  steps: readonly number[],
  ends: readonly Tensor[],
  { own, floor }: { readonly own: Tensor; readonly floor: number },
): Settling {
  const differences = ends.slice(1).map((end, k) => meanDistance(end, ends[k], own));
  const [first, second, third = Number.NaN] = differences.slice(-3);
  const shrinks = (now: number, before: number) => now <= floor || now <= SHRINKING * before;
  return {
    differences,
    converges: third <= AT_REST && shrinks(second, first) && shrinks(third, second),
    order: orderOf(steps, differences, floor),
  };
}

/** Where an error is C m^−p, so are differences between numbers of steps that grow by one factor. */
function orderOf(steps: readonly number[], differences: readonly number[], floor: number): Order {
  const factors = steps.slice(1).map((count, k) => count / steps[k]);
  if (factors.some((factor) => Math.abs(factor - factors[0]) > 1e-9))
    return {
      order: null,
      problem: `the numbers of steps ${steps.join(', ')} do not grow by one factor: take such as 1, 2, 4, 8`,
    };
  return fitOrder(steps.slice(1), differences, floor, { settled: true });
}
