/**
 * Stacks of layers without a smooth θ(t): independent random layers, and weights with a jump. Which of
 * them have a limit as L grows, what it is, and how fast it is reached (claim C18).
 */
import { z } from 'zod';
import { log2 } from '../../numerics/elementary.ts';
import { InputError } from '../../numerics/errors.ts';
import { parseOptions, wholeNumber } from '../../numerics/options.ts';
import { random } from '../../numerics/random.ts';
import { yieldToEvents } from '../../numerics/yielding.ts';
import { fitOrder, type Order } from '../order.ts';
import { type Draw, STACKS, type StackName, stacks } from './stacks.ts';

export const stackLimitSchema = z.strictObject({
  stacks: z
    .array(z.enum(STACKS, { error: `expected names of ${STACKS.join(', ')}` }))
    .min(1)
    .default([...STACKS])
    .describe('Which stacks of layers'),
  depths: z
    .array(wholeNumber(1, 65_536), { error: 'expected powers of two such as [16, 32, 64]' })
    .min(1)
    .default([16, 32, 64, 128, 256, 512])
    .describe('Numbers of layers L, powers of two'),
  n: wholeNumber(1, 1000).default(8).describe('Particles'),
  d: wholeNumber(1, 256).default(4).describe('Coordinates of a particle'),
  seeds: wholeNumber(1, 10_000).default(40).describe('Draws of weights and start'),
  seed: wholeNumber(0, 2 ** 31)
    .default(1)
    .describe('The first seed'),
});

/** Which stacks, at which depths L, and the draws of weights and start. */
export type StackLimitOptions = z.input<typeof stackLimitSchema>;
type Parsed = z.output<typeof stackLimitSchema>;

export interface StackResult {
  readonly name: StackName;
  readonly title: string;
  /** What the layers tend to, and the order predicted; null for a stack without a limit. */
  readonly limit: 'sde' | 'ode' | null;
  readonly predicted: number | null;
  /** What the error is against. */
  readonly against: string;
  /** Root mean square over seeds and particles, by L. */
  readonly errors: readonly number[];
  readonly order: Order;
}

/** Errors and orders of stacks of layers whose weights are not smooth in depth, one result a stack. */
export interface StackLimit {
  readonly settings: Parsed;
  readonly depths: readonly number[];
  readonly stacks: readonly StackResult[];
}

export interface StackContext {
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

/**
 * Errors and fitted orders of the stacks. Throws InputError for options that do not fit, and the
 * signal's reason.
 */
export async function stackLimit(
  options: StackLimitOptions = {},
  { signal, onProgress }: StackContext = {},
): Promise<StackLimit> {
  const settings = parseOptions(stackLimitSchema, options);
  const depths = checkedDepths(settings.depths);
  const results: StackResult[] = [];
  for (const name of settings.stacks) {
    const { error, ...told } = stacks[name];
    const errors: number[] = [];
    for (const depth of depths) {
      await yieldToEvents();
      signal?.throwIfAborted();
      errors.push(overSeeds(settings, (draw) => error(depth, draw)));
    }
    results.push({ name, ...told, errors, order: orderOf(name, depths, errors) });
    onProgress?.(results.length, settings.stacks.length);
  }
  return { settings, depths, stacks: results };
}

function checkedDepths(depths: readonly number[]): number[] {
  const odd = depths.find((depth) => !Number.isInteger(log2(depth)));
  if (odd !== undefined)
    throw new InputError(
      'depths',
      `depths has ${odd}: expected powers of two, so that stacks can be doubled, such as ${2 ** Math.round(log2(odd))}`,
    );
  return [...new Set(depths)].sort((a, b) => a - b);
}

function overSeeds({ n, d, seed, seeds }: Parsed, error: (draw: Draw) => number): number {
  let sum = 0;
  for (let s = 0; s < seeds; s++)
    sum += error({ n, d, stream: (kind) => random(seed + s, kind) }) ** 2;
  return Math.sqrt(sum / seeds);
}

/** A stack without a limit has errors that do not fall; that is its result, and no order. */
function orderOf(name: StackName, depths: readonly number[], errors: readonly number[]): Order {
  if (errors.some((value) => !Number.isFinite(value)))
    return { order: null, problem: 'the errors overflow: the stack has no limit' };
  const order = fitOrder(depths, errors, Number.EPSILON);
  if (stacks[name].limit === null && order.order !== null && order.order <= 0)
    return {
      order: null,
      problem: `the errors grow like L^${(-order.order).toFixed(2)} or faster: there is no limit`,
    };
  return order;
}
