/** Orders of layers and of rk4 for residual networks whose weights turn smoothly in depth, over many draws. */
import { type SimulationOptions, simulationSettings } from '../../flow/simulation-settings.ts';
import type { ActivationName } from '../../numerics/activations.ts';
import { row } from '../../numerics/matrix.ts';
import { mean } from '../../numerics/statistics.ts';
import { distance } from '../../numerics/vectors.ts';
import { depthLimit } from '../depth/depth.ts';
import { fitOrder, type Order } from '../order.ts';
import { type Crosser, crossingTimes, cutEnd } from './kinks.ts';

/** rk4_cut: steps end where the particle crosses a kink. */
export type ResnetScheme = 'layer' | 'rk4' | 'rk4_cut';
const SCHEMES: readonly ResnetScheme[] = ['layer', 'rk4', 'rk4_cut'];

export interface OrderSettings {
  readonly depths: readonly number[];
  readonly n: number;
  readonly d: number;
  readonly time: number;
  /** Tolerance of the reference. */
  readonly reference: number;
}

export interface MeasuredScheme {
  readonly activation: ActivationName;
  readonly scheme: ResnetScheme;
  /** Root mean square distance to the flow over particles and seeds, by L. */
  readonly errors: readonly number[];
  /** The largest error of a reference. */
  readonly floor: number;
  readonly order: Order;
}

interface Errors {
  /** Mean over the particles of the square error, by L. */
  readonly squares: readonly number[];
  readonly floor: number;
}

/** One draw of weights and start. */
export interface Draw {
  readonly schemes: Readonly<Partial<Record<ResnetScheme, Errors>>>;
  /** Of a kink, by a particle on average; null where the activation has none. */
  readonly crossings: number | null;
}

/** Throws ConvergenceError as `depthLimit` does, and the signal's reason. */
export async function drawErrors(
  activation: ActivationName,
  seed: number,
  settings: OrderSettings,
  signal?: AbortSignal,
): Promise<Draw> {
  const { depths, reference } = settings;
  const flow = flowOf(activation, seed, settings);
  const asked = { depths: [...depths], reference };
  const { limit } = await depthLimit({ ...flow, ...asked, schemes: ['layer', 'rk4'] }, { signal });
  const floor = limit.reference.estimatedError;
  const squares = (name: 'layer' | 'rk4') =>
    limit.schemes[name]!.errors.positionRms.map((error) => Number(error) ** 2);
  const plain = {
    layer: { squares: squares('layer'), floor },
    rk4: { squares: squares('rk4'), floor },
  };
  if (activation !== 'relu') return { schemes: plain, crossings: null };
  const { errors, crossings } = cutErrors(flow, settings);
  return { schemes: { ...plain, rk4_cut: errors }, crossings };
}

function flowOf(
  activation: ActivationName,
  seed: number,
  { n, d, time }: OrderSettings,
): SimulationOptions {
  const drawn = { ensemble: 'ginibre', seed } as const;
  const weights = { weight: drawn, weight_end: drawn, bias_seed: seed, horizon: time };
  const parameters = { activation, ...weights };
  return { dynamics: 'resnet', parameters, start: 'gaussian', n, d, seed, time };
}

/** How much rougher the run is that the reference is held against, as in depth.ts. */
const ROUGHER = 10;

/** rk4 with its steps cut at kinks against dopri5 with the same cuts, particle by particle. */
function cutErrors(
  flow: SimulationOptions,
  { depths, reference: tolerance }: OrderSettings,
): { errors: Errors; crossings: number } {
  const { parameters, positions, time } = simulationSettings({ ...flow, scheme: 'dopri5' });
  const each = Array.from({ length: positions.rows }, (_, i) =>
    cutParticle({ parameters, start: row(positions, i).slice(), time }, depths, tolerance),
  );
  return {
    errors: {
      squares: depths.map((_, at) => mean(each.map(({ errors }) => errors[at] ** 2))),
      floor: Math.max(...each.map(({ floor }) => floor)),
    },
    crossings: mean(each.map(({ crossings }) => crossings)),
  };
}

function cutParticle(crosser: Crosser, depths: readonly number[], tolerance: number) {
  const crossings = crossingTimes(crosser, tolerance);
  const exact = cutEnd(crosser, crossings, { scheme: 'dopri5', tolerance });
  const rough = cutEnd(crosser, crossings, { scheme: 'dopri5', tolerance: ROUGHER * tolerance });
  return {
    crossings: crossings.length,
    floor: distance(exact, rough),
    errors: depths.map((depth) =>
      distance(cutEnd(crosser, crossings, { scheme: 'rk4', step: crosser.time / depth }), exact),
    ),
  };
}

/**
 * All draws of one activation together. Where in a step a kink lies is chance, so that errors of ReLU are
 * not smooth in L and their slope need not settle.
 */
export function pooledOrders(
  activation: ActivationName,
  draws: readonly Draw[],
  depths: readonly number[],
): MeasuredScheme[] {
  return SCHEMES.flatMap((scheme) => {
    const found = draws.flatMap(({ schemes }) => schemes[scheme] ?? []);
    if (found.length === 0) return [];
    const errors = depths.map((_, at) => Math.sqrt(mean(found.map(({ squares }) => squares[at]))));
    const floor = Math.max(Number.EPSILON, ...found.map((one) => one.floor));
    const order = fitOrder(depths, errors, floor, { settled: activation !== 'relu' });
    return [{ activation, scheme, errors, floor, order }];
  });
}
