/**
 * Residual networks against their flow: which order a layer and rk4 have for each activation, and what layers
 * change for a trained one (claim C18). Weights smooth in depth; independent ones are stack/.
 */
import { z } from 'zod';
import type { TrainingEngine } from '../../engines/training-engine.ts';
import { ACTIVATIONS } from '../../numerics/activations.ts';
import { numberBetween, parseOptions, wholeNumber } from '../../numerics/options.ts';
import { mean } from '../../numerics/statistics.ts';
import { risingDepths } from '../depth/depth.ts';
import { type Draw, drawErrors, type MeasuredScheme, pooledOrders } from './orders.ts';
import { type SpiralLimit, spiralLimit } from './spiral-depth.ts';
import { spiralSchema } from './train-spirals.ts';

const NAMES = { error: `expected names of ${ACTIVATIONS.join(', ')}` };

export const resnetLimitSchema = z.strictObject({
  activations: z
    .array(z.enum(ACTIVATIONS, NAMES), NAMES)
    .min(1)
    .default([...ACTIVATIONS])
    .describe('Which ones have their orders measured'),
  depths: z
    .array(wholeNumber(1, 4096), { error: 'expected a list such as [8, 16, 32]' })
    .min(1)
    .default([4, 8, 16, 32, 64, 128, 256])
    .describe('Numbers of layers L'),
  n: wholeNumber(1, 1000).default(8).describe('Particles of a draw'),
  d: wholeNumber(1, 256).default(4).describe('Coordinates of a particle'),
  time: numberBetween(1e-3, 100).default(2).describe('T, in which the weights turn to −W'),
  seeds: wholeNumber(1, 10_000).default(20).describe('Draws of weights and start'),
  seed: wholeNumber(0, 2 ** 31)
    .default(1)
    .describe('The first seed, and that of the spirals'),
  reference: numberBetween(1e-13, 1e-6)
    .default(1e-13)
    .describe('Tolerance of the Dormand–Prince reference'),
  spirals: z
    // among hundreds of points dopri5 misjudges some kinks of ReLU: its reference is none
    .enum(['tanh', 'gelu', 'none'], { error: 'expected tanh, gelu or none' })
    .default('tanh')
    .describe('Activation of the network that is trained'),
  steps: spiralSchema.shape.steps,
  turns: spiralSchema.shape.turns,
  weightDecay: spiralSchema.shape.weightDecay,
});

/** Activations, depths and random weights whose orders are measured, and the network that is trained. */
export type ResnetLimitOptions = z.input<typeof resnetLimitSchema>;
type Settings = z.output<typeof resnetLimitSchema>;

/** Orders of residual layers against their flow by activation, and of a trained network (arXiv 1806.07366). */
export interface ResnetLimit {
  readonly settings: Settings;
  readonly depths: readonly number[];
  readonly schemes: readonly MeasuredScheme[];
  /** Of a kink, by a particle on average; null where no activation has one. */
  readonly crossings: number | null;
  /** Null where nothing was trained. */
  readonly spirals: SpiralLimit | null;
}

export interface ResnetContext {
  /** What trains; without it there are no spirals. */
  readonly trainer?: TrainingEngine;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

/**
 * Orders and the trained network. A layer has order 1, and rk4 order 4 where σ is smooth. A particle that
 * crosses a kink of ReLU inside a step of rk4 errs by O(h²) there (Hairer, Nørsett & Wanner 1993, II.6), so
 * the order is 2; where steps end at the crossings it is 4 again. Throws InputError for options that do
 * not fit, ConvergenceError as `depthLimit` does, and the signal's reason.
 */
export async function resnetLimit(
  options: ResnetLimitOptions = {},
  { trainer, signal, onProgress }: ResnetContext = {},
): Promise<ResnetLimit> {
  const settings = parseOptions(resnetLimitSchema, options);
  const depths = risingDepths(settings.depths);
  const activations = ACTIVATIONS.filter((name) => settings.activations.includes(name));
  const total = activations.length * settings.seeds + 1;
  const schemes: MeasuredScheme[] = [];
  const all: Draw[] = [];
  for (const activation of activations) {
    const draws: Draw[] = [];
    for (let s = 0; s < settings.seeds; s++) {
      const own = { ...settings, depths };
      draws.push(await drawErrors(activation, settings.seed + s, own, signal));
      onProgress?.(all.length + draws.length, total);
    }
    all.push(...draws);
    schemes.push(...pooledOrders(activation, draws, depths));
  }
  const counts = all.flatMap(({ crossings }) => crossings ?? []);
  const crossings = counts.length > 0 ? mean(counts) : null;
  const spirals = await trainedSpirals(settings, depths, trainer, signal);
  onProgress?.(total, total);
  return { settings, depths, schemes, crossings, spirals };
}

async function trainedSpirals(
  { spirals: activation, steps, turns, weightDecay, seed, reference }: Settings,
  depths: readonly number[],
  trainer: TrainingEngine | undefined,
  signal: AbortSignal | undefined,
): Promise<SpiralLimit | null> {
  if (!trainer || activation === 'none') return null;
  const options = { activation, steps, turns, weightDecay, seed };
  return await spiralLimit(trainer, options, { depths, reference }, { signal });
}
