/**
 * Depth → continuum: a flow cut into L layers against the flow itself. Any dynamics and start; what the
 * difference means for a model's answers is in model-depth.ts.
 */
import { z } from 'zod';
import type { SimulationContext } from '../../flow/simulate.ts';
import { simulate } from '../../flow/simulation.ts';
import { type SimulationOptions, simulationSchema } from '../../flow/simulation-settings.ts';
import { type SchemeName, schemeNamed } from '../../integrators/schemes.ts';
import { log10 } from '../../numerics/elementary.ts';
import { ConvergenceError } from '../../numerics/errors.ts';
import type { Matrix } from '../../numerics/matrix.ts';
import { parseOptions, wholeNumber } from '../../numerics/options.ts';
import { largestOf, sumOf } from '../../numerics/vectors.ts';
import { fitOrder, type Order } from '../order.ts';
import { checkSmooth, type FlowRecord } from '../smooth.ts';
import { type AprioriBound, aprioriBound } from './apriori.ts';
import { type DepthErrors, depthErrors, distances, type FlowEnd } from './errors.ts';

/** Schemes that are cut into L steps. */
export const DEPTH_SCHEMES = ['layer', 'euler', 'rk4'] as const satisfies SchemeName[];
export type DepthScheme = (typeof DEPTH_SCHEMES)[number];

/**
 * Of order 8: at 1e-12 half the velocities of Dormand–Prince 5(4) for a trained flow, and a third of its error. Where a
 * field has kinks, such as ReLU's, its larger steps lose more at each than the smaller ones of order 5.
 */
const REFERENCES = ['dop853', 'dopri5'] as const;

const MOST_LAYERS = 4096;
const POWERS = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512];

export const depthLimitSchema = simulationSchema
  .omit({
    scheme: true,
    step: true,
    saveAt: true,
    tolerance: true,
    diagnostics: true,
    merge: true,
    mergeError: true,
    stopClusters: true,
    stopBelow: true,
  })
  .extend({
    depths: z
      .array(wholeNumber(1, MOST_LAYERS), { error: 'expected a list such as [4, 8, 16]' })
      .min(1)
      .default(POWERS)
      .describe('Numbers of layers L'),
    schemes: z
      .array(z.enum(DEPTH_SCHEMES, { error: `expected names of ${DEPTH_SCHEMES.join(', ')}` }))
      .min(1)
      .default([...DEPTH_SCHEMES])
      .describe('How the flow is cut into L steps'),
    reference: z
      .number({ error: 'expected a number from 1e-13 to 1e-6' })
      .min(1e-13)
      .max(1e-6)
      .default(1e-12)
      .describe('Tolerance of the Dormand–Prince reference'),
  });

/**
 * A simulation's dynamics, start and horizon, the depths L and the schemes that cut it, and the reference's
 * tolerance.
 */
export type DepthLimitOptions = z.input<typeof depthLimitSchema>;

export interface SchemeLimit {
  readonly errors: DepthErrors;
  /** Of positionMax. */
  readonly order: Order;
}

/**
 * Errors of the flow cut into L steps against the flow itself, by scheme, with fitted orders (docs/theory.md
 * §3).
 */
export interface DepthLimit {
  readonly settings: FlowRecord;
  readonly reference: {
    readonly scheme: (typeof REFERENCES)[number];
    readonly tolerance: number;
    /** Largest distance to the same at ten times the tolerance. */
    readonly estimatedError: number;
  };
  readonly time: number;
  readonly depths: readonly number[];
  readonly schemes: Readonly<Partial<Record<DepthScheme, SchemeLimit>>>;
  /** What theory promises of the layer, beside max L · error of it; null where attention is not the softmax. */
  readonly apriori: (AprioriBound & { readonly log10Measured: number | null }) | null;
  /** Weights are piecewise smooth between so many times; rk4's order is fitted where steps end at them. */
  readonly breakpoints: readonly number[];
}

/** The last frames that a limit compares. */
export interface DepthRuns {
  readonly reference: Matrix;
  readonly runs: Readonly<Partial<Record<DepthScheme, readonly Matrix[]>>>;
}

/** How a flow is cut, as plain data. */
export interface Cut {
  readonly scheme: string;
  readonly step?: number;
  readonly tolerance?: number;
}

/** The ends of some cuts of one flow. */
export type EndsOf = (cuts: readonly Cut[]) => Promise<readonly FlowEnd[]>;

export interface DepthContext extends Pick<SimulationContext, 'engines' | 'signal'> {
  /** Computes the ends of the very flow, several calls at once: on other threads. */
  readonly ends?: EndsOf;
  /** After every cut: how much of the work of all cuts is done. */
  readonly onCut?: (done: number, total: number) => void;
}

/** Each once. */
export const risingDepths = (depths: readonly number[]): number[] =>
  [...new Set(depths)].sort((a, b) => a - b);

/** Beyond this the reference is none: errors of deep rk4 would be its own. */
const WORST_REFERENCE = 1e-9;

/**
 * Positions at the end of the flow and of every cut, and the errors between them with fitted orders.
 * Throws InputError as `simulationSettings`, and ConvergenceError where the reference is not good enough.
 */
export async function depthLimit(
  options: DepthLimitOptions,
  { onCut, ...context }: DepthContext = {},
): Promise<{ limit: DepthLimit; ends: DepthRuns }> {
  const {
    depths,
    schemes,
    reference: tolerance,
    ...flow
  } = parseOptions(depthLimitSchema, options);
  const settings = checkSmooth(flow);
  const rising = risingDepths(depths);
  // of layers, by how much their flows cost
  const total = schemes.reduce(
    (sum, scheme) => sum + sumOf(rising) * schemeNamed[scheme].stages,
    0,
  );
  let done = 0;
  const { ends: elsewhere, ...here } = context;
  const endsNow = elsewhere ?? endsOf(flow, here);
  const cutInto = async (scheme: DepthScheme): Promise<readonly FlowEnd[]> => {
    const found = await endsNow(rising.map((depth) => ({ scheme, step: flow.time / depth })));
    done += sumOf(rising) * schemeNamed[scheme].stages;
    onCut?.(done, total);
    return found;
  };
  const found = referenceOf(endsNow, tolerance);
  // on other threads all at once; on this one a bad reference is noticed before the layers are run
  const started = new Map(
    (elsewhere ? inOrder(schemes) : []).map((scheme) => [scheme, cutInto(scheme)]),
  );
  const bounding = schemes.includes('layer') ? aprioriBound(flow, here) : null;
  for (const work of [...started.values(), bounding]) work?.catch(() => {});
  const { scheme: referenceScheme, end: reference, estimatedError } = await found;
  const runs: Partial<Record<DepthScheme, readonly FlowEnd[]>> = {};
  for (const scheme of schemes) runs[scheme] = await (started.get(scheme) ?? cutInto(scheme));
  const bound = await bounding;
  const { breakpoints } = reference;
  const limit = { depths: rising, reference, runs, time: flow.time, floor: estimatedError };
  return {
    ends: { reference: reference.positions, runs: positionsOf(runs) },
    limit: {
      settings,
      reference: { scheme: referenceScheme, tolerance, estimatedError },
      time: flow.time,
      depths: rising,
      schemes: Object.fromEntries(schemes.map((scheme) => [scheme, schemeLimit(scheme, limit)])),
      apriori: bound && { ...bound, log10Measured: measuredConstant(limit) },
      breakpoints,
    },
  };
}

/** What a flow is held against. */
interface Reference {
  readonly scheme: (typeof REFERENCES)[number];
  readonly end: FlowEnd;
  readonly estimatedError: number;
}

/** By the first of the schemes that is good enough. Throws ConvergenceError where none is. */
async function referenceOf(endsNow: EndsOf, tolerance: number): Promise<Reference> {
  let best = Number.POSITIVE_INFINITY;
  for (const scheme of REFERENCES) {
    const [[end], [rougher]] = await Promise.all(
      [tolerance, ROUGHER * tolerance].map((own) => endsNow([{ scheme, tolerance: own }])),
    );
    const estimatedError = largestOf(distances(end.positions, rougher.positions), 0);
    if (estimatedError <= WORST_REFERENCE) return { scheme, end, estimatedError };
    best = Math.min(best, estimatedError);
  }
  throw new ConvergenceError(
    `the reference at tolerance ${tolerance} is good to ${best.toPrecision(2)} only, and errors below that mean nothing: expected ${WORST_REFERENCE}, choose a shorter time or a smaller tolerance`,
  );
}

/** How much rougher the run is that the reference is held against: its error is more than that of the reference. */
const ROUGHER = 10;

/** The dearest first, so that threads end together. */
const inOrder = (schemes: readonly DepthScheme[]) =>
  schemes.toSorted((a, b) => schemeNamed[b].stages - schemeNamed[a].stages);

/** The ends of cuts of a flow, one after the other on this thread. */
export function endsOf(
  flow: SimulationOptions,
  context: Pick<SimulationContext, 'engines' | 'signal'> = {},
): EndsOf {
  return async (cuts) => {
    const ends: FlowEnd[] = [];
    for (const cut of cuts) ends.push(await endOf({ ...flow, ...cut }, context));
    return ends;
  };
}

async function endOf(
  options: SimulationOptions,
  context: Pick<SimulationContext, 'engines' | 'signal'>,
): Promise<FlowEnd> {
  // threads get the options as they were given
  const time = simulationSchema.shape.time.parse(options.time);
  const run = await simulate({ ...options, saveAt: [time], diagnostics: [] }, context);
  const { entry, parameters, masses: given } = run.settings;
  const { positions, masses } = run.frames[run.frames.length - 1];
  const changed = masses ? Float64Array.from(masses) : null;
  return {
    positions,
    breakpoints: [...(entry.breakpoints?.(parameters) ?? [])].filter((at) => at > 0 && at < time),
    equal: (changed ?? given).every((mass, _, all) => mass === all[0]),
    masses: changed,
  };
}

/** log₁₀ of the largest L · error of the layer; null where it has none. */
function measuredConstant({ depths, reference, runs }: Compared): number | null {
  const constants = (runs.layer ?? []).map(
    (end, i) => depths[i] * largestOf(distances(reference.positions, end.positions), 0),
  );
  return constants.length > 0 ? log10(largestOf(constants, 0)) : null;
}

type Runs = Readonly<Partial<Record<DepthScheme, readonly FlowEnd[]>>>;

const positionsOf = (runs: Runs): DepthRuns['runs'] =>
  Object.fromEntries(
    Object.entries(runs).map(([scheme, ends]) => [scheme, ends.map(({ positions }) => positions)]),
  );

interface Compared {
  readonly depths: readonly number[];
  readonly reference: FlowEnd;
  readonly runs: Runs;
  readonly time: number;
  readonly floor: number;
}

function schemeLimit(scheme: DepthScheme, compared: Compared): SchemeLimit {
  const { depths, reference, runs, floor } = compared;
  const errors = depthErrors(reference, runs[scheme] ?? [], depths, schemeNamed[scheme].order);
  const smooth = depths.filter(
    (depth) => schemeNamed[scheme].order === 1 || meetsBreakpoints(depth, compared),
  );
  return {
    errors,
    order: fitOrder(
      smooth,
      smooth.map((depth) => Number(errors.positionMax[depths.indexOf(depth)])),
      Math.max(floor, Number.EPSILON),
      { settled: true },
    ),
  };
}

/** Whether every breakpoint is the end of a step, inside of which rk4 would lose its order. */
function meetsBreakpoints(depth: number, { reference, time }: Compared): boolean {
  const steps = reference.breakpoints.map((at) => (at / time) * depth);
  return steps.every((step) => Math.abs(step - Math.round(step)) < 1e-9);
}
