/** A network trained on spirals as layers and as its flow: what is told right at each depth. Not its training. */
import type { TrainingEngine } from '../../engines/training-engine.ts';
import type { ActivationName } from '../../numerics/activations.ts';
import type { Matrix } from '../../numerics/matrix.ts';
import { depthLimit } from '../depth/depth.ts';
import type { Order } from '../order.ts';
import { accuracyOf } from './spirals.ts';
import { type SpiralContext, type SpiralOptions, trainSpirals } from './train-spirals.ts';

export interface SpiralLimit {
  readonly activation: ActivationName;
  /** Largest distance of a point to its place in the flow, by L. */
  readonly errors: readonly number[];
  readonly order: Order;
  /** Share of points not trained on that are told right: by L, by the flow, behind the most layers of training. */
  readonly accuracy: readonly number[];
  readonly flowAccuracy: number;
  readonly trainedAccuracy: number;
  readonly trainedLayers: readonly [fewest: number, most: number];
  /** Of the first and the last step, in nats. */
  readonly losses: readonly [first: number, last: number];
}

/** Throws as `trainSpirals` and `depthLimit` do. */
export async function spiralLimit(
  trainer: TrainingEngine,
  options: SpiralOptions,
  { depths, reference }: { readonly depths: readonly number[]; readonly reference: number },
  context: SpiralContext = {},
): Promise<SpiralLimit> {
  const trained = await trainSpirals(trainer, options, context);
  const { dynamics, held, readout, losses, settings } = trained;
  const flow = { dynamics, init: held.positions, time: settings.horizon };
  const { limit, ends } = await depthLimit(
    { ...flow, depths: [...depths], schemes: ['layer'], reference },
    { signal: context.signal },
  );
  const layer = limit.schemes.layer!;
  const toldRight = (positions: Matrix) => accuracyOf(readout, positions, held.labels);
  return {
    activation: settings.activation,
    errors: layer.errors.positionMax.map(Number),
    order: layer.order,
    accuracy: (ends.runs.layer ?? []).map(toldRight),
    flowAccuracy: toldRight(ends.reference),
    trainedAccuracy: trained.accuracy,
    trainedLayers: [settings.fewest, settings.most],
    losses: [losses[0], losses[losses.length - 1]],
  };
}
