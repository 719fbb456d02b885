/**
 * Layers as a dynamical system of their own: what steps h that are not small change of the flow. Equiangular
 * tokens by their exact map; on the circle the order of the tokens and the number of clusters.
 */
import { z } from 'zod';
import { clustersAt, dendrogram } from '../../diagnostics/clusters.ts';
import type { SimulationContext } from '../../flow/simulate.ts';
import { simulate } from '../../flow/simulation.ts';
import type { SimulationOptions } from '../../flow/simulation-settings.ts';
import { exp } from '../../numerics/elementary.ts';
import type { Matrix } from '../../numerics/matrix.ts';
import { numberBetween, parseOptions, wholeNumber } from '../../numerics/options.ts';
import { mean } from '../../numerics/statistics.ts';
import { sumOf } from '../../numerics/vectors.ts';
import { anglesOf } from '../mean-field/quantiles.ts';
import { collapseFactor, cosineAfterLayers, cosineOfFlow } from './equiangular-map.ts';

export const stepLimitSchema = z.strictObject({
  beta: numberBetween(0, 200).default(9).describe('Inverse temperature β'),
  value: z
    .enum(['identity', 'minus'], { error: 'expected identity or minus' })
    .default('identity')
    .describe('V = I, or V = −I'),
  n: wholeNumber(2, 2000).default(32).describe('Tokens'),
  time: numberBetween(1e-3, 1e6).default(20).describe('About where the runs end: whole layers'),
  steps: z
    .array(numberBetween(1e-4, 1e6), { error: 'expected a list such as [0.1, 1, 10]' })
    .min(1)
    .default([0.05, 0.1, 0.2, 0.5, 1, 1.5, 2.5, 5, 10, 100])
    .describe('Sizes h of a layer'),
  tolerance: numberBetween(1e-9, 3)
    .default(0.1)
    .describe('Angle below which tokens are one cluster'),
  seeds: wholeNumber(1, 1000).default(10).describe('Uniform starts on the circle'),
  seed: wholeNumber(0, 2 ** 31)
    .default(1)
    .describe('The first seed'),
});

/** β, V = ±I, the sizes h of a layer, and the starts on the circle. */
export type StepLimitOptions = z.input<typeof stepLimitSchema>;
type Parsed = z.output<typeof stepLimitSchema>;

export interface StepEffects {
  /** Rising. */
  readonly h: readonly number[];
  readonly layers: readonly number[];
  /** Of n orthonormal tokens at the end: by the exact map, and by the flow for as long. */
  readonly cosine: readonly number[];
  readonly cosineFlow: readonly number[];
  /** What a layer and the flow multiply small differences of collapsed tokens by. */
  readonly collapseFactor: readonly number[];
  readonly collapseFactorFlow: readonly number[];
  /** Mean number of clusters on the circle at the end. */
  readonly clusters: readonly number[];
  readonly clustersFlow: readonly number[];
  /** Share of the starts whose tokens kept their order around the circle, as the flow keeps it. */
  readonly ordered: readonly number[];
}

/** What steps h that are not small change of the flow, and from which h on. */
export interface StepLimit {
  readonly settings: Parsed;
  readonly effects: StepEffects;
  /** The least h of the list from which on something differs from the flow; null where nothing does. */
  readonly changed: {
    readonly collapse: number | null;
    readonly order: number | null;
    readonly clusters: number | null;
  };
}

export interface StepContext extends Pick<SimulationContext, 'engines' | 'signal'> {
  readonly onProgress?: (done: number, total: number) => void;
}

/** Layers after which the order is looked at; later tokens have met. */
const WATCHED = 50;
/** A mean number of clusters this far from the flow's counts as another. */
const OTHER = 0.5;

/**
 * Runs of layers of every size h, each beside the flow for as long: orthonormal tokens by their exact map
 * (docs/theory.md §4.1), order and clusters on the circle over the seeds. Throws InputError for options that
 * do not fit, and the signal's reason.
 */
export async function stepLimit(
  options: StepLimitOptions = {},
  context: StepContext = {},
): Promise<StepLimit> {
  const settings = parseOptions(stepLimitSchema, options);
  const { n, beta, value } = settings;
  const sign = value === 'identity' ? 1 : -1;
  const tokens = { n, beta, sign } as const;
  const h = [...new Set(settings.steps)].sort((a, b) => a - b);
  const rows: Record<Exclude<keyof StepEffects, 'h'>, number>[] = [];
  for (const step of h) {
    const layers = Math.max(1, Math.round(settings.time / step));
    rows.push({
      layers,
      cosine: cosineAfterLayers(0, step, layers, tokens),
      cosineFlow: cosineOfFlow(0, layers * step, tokens),
      collapseFactor: collapseFactor(step, sign),
      collapseFactorFlow: exp(-sign * step),
      ...(await onCircle(step, layers, settings, context)),
    });
    context.onProgress?.(rows.length, h.length);
  }
  const column = (name: keyof (typeof rows)[number]) => rows.map((row) => row[name]);
  const effects: StepEffects = {
    h,
    layers: column('layers'),
    cosine: column('cosine'),
    cosineFlow: column('cosineFlow'),
    collapseFactor: column('collapseFactor'),
    collapseFactorFlow: column('collapseFactorFlow'),
    clusters: column('clusters'),
    clustersFlow: column('clustersFlow'),
    ordered: column('ordered'),
  };
  return { settings, effects, changed: changes(effects) };
}

/** The same starts by layers and by the flow. */
async function onCircle(
  step: number,
  layers: number,
  { seeds, seed, n, beta, value, tolerance }: Parsed,
  context: StepContext,
) {
  const { engines, signal } = context;
  const time = layers * step;
  const dynamics: SimulationOptions =
    value === 'identity'
      ? { dynamics: 'sa', parameters: { beta } }
      : { dynamics: 'repulsion', parameters: { beta, attention: 'sa' } };
  const watched = Array.from({ length: Math.min(WATCHED, layers) + 1 }, (_, k) => k * step);
  const saveAt = [...new Set([...watched, time])];
  const counts: { layered: number; flowing: number; ordered: number }[] = [];
  for (let s = 0; s < seeds; s++) {
    const start = { ...dynamics, n, d: 2, seed: seed + s, time, diagnostics: [] };
    const run = (how: SimulationOptions) => simulate({ ...start, ...how }, { engines, signal });
    const layered = await run({ scheme: 'layer', step, saveAt });
    const flowing = await run({ scheme: 'dopri5', tolerance: 1e-8 });
    const last = ({ frames }: typeof layered) => frames[frames.length - 1].positions;
    counts.push({
      layered: clusterCount(last(layered), tolerance),
      flowing: clusterCount(last(flowing), tolerance),
      ordered: keepsOrder(layered.frames.map(({ positions }) => positions)) ? 1 : 0,
    });
  }
  return {
    clusters: mean(counts.map(({ layered }) => layered)),
    clustersFlow: mean(counts.map(({ flowing }) => flowing)),
    ordered: mean(counts.map(({ ordered }) => ordered)),
  };
}

const clusterCount = (positions: Matrix, tolerance: number) =>
  clustersAt(dendrogram(positions), tolerance).length;

const TURN = 2 * Math.PI;
/** Tokens closer than this have met: which of them comes first is round-off. */
const MET = 1e-9;

/** Whether the tokens come in the order of the first frame in every frame: their gaps make one turn at most. */
function keepsOrder(frames: readonly Matrix[]): boolean {
  const first = anglesOf(frames[0]);
  const order = Array.from(first.keys()).sort((i, j) => first[i] - first[j]);
  return frames.every((frame) => {
    const angles = anglesOf(frame);
    const gaps = order.map((i, k) => gapBetween(angles[i], angles[order[(k + 1) % order.length]]));
    return sumOf(gaps) < 1.5 * TURN;
  });
}

/** In [0, 2π), and 0 for tokens that have met. */
function gapBetween(from: number, to: number): number {
  const gap = to - from - TURN * Math.floor((to - from) / TURN);
  return gap > TURN - MET ? 0 : gap;
}

function changes(effects: StepEffects): StepLimit['changed'] {
  const { h, collapseFactor, collapseFactorFlow, clusters, clustersFlow, ordered } = effects;
  const from = (differs: (i: number) => boolean) => h[h.findIndex((_, i) => differs(i))] ?? null;
  return {
    collapse: from((i) => collapseFactor[i] < 1 !== collapseFactorFlow[i] < 1),
    order: from((i) => ordered[i] < 1),
    clusters: from((i) => Math.abs(clusters[i] - clustersFlow[i]) >= OTHER),
  };
}
