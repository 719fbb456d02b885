/**
 * Rotary positions (Su et al., arXiv 2104.09864): coordinates c and c + half of a head's query and key turn by the
 * angle position · frequency_c. Here are the frequencies of every scaling, and the turning.
 */
import { cos, log, pow, sin } from '../numerics/elementary.ts';
import type { Arithmetic, Tensor } from './arithmetic.ts';

/** How frequencies are changed for texts longer than those of training. */
export type Scaling =
  | { readonly type: 'default' }
  | { readonly type: 'linear'; readonly factor: number }
  | { readonly type: 'dynamic'; readonly factor: number; readonly positions: number }
  | {
      readonly type: 'llama3';
      readonly factor: number;
      readonly low: number;
      readonly high: number;
      readonly original: number;
    }
  | {
      readonly type: 'yarn';
      readonly factor: number;
      readonly original: number;
      readonly fast: number;
      readonly slow: number;
      readonly truncate: boolean;
      /** Of cosines and sines. */
      readonly magnitude: number;
    }
  | {
      readonly type: 'longrope';
      readonly original: number;
      readonly short: readonly number[];
      readonly long: readonly number[];
      readonly magnitude: number;
    };

export interface Rotary {
  readonly base: number;
  /** Numbers of a head that turn, its first ones, as the exponents count them; the rest stays. */
  readonly dimensions: number;
  readonly scaling: Scaling;
}

/** base^(−2c / dimensions), the frequencies without scaling. */
const plain = (base: number, dimensions: number): Float64Array =>
  Float64Array.from(
    { length: Math.ceil(dimensions / 2) },
    (_, c) => 1 / pow(base, (2 * c) / dimensions),
  );

/** Frequencies [half] for a text whose greatest position is `length` − 1. */
export function frequencies({ base, dimensions, scaling }: Rotary, length: number): Float64Array {
  switch (scaling.type) {
    case 'default':
      return plain(base, dimensions);
    case 'linear':
      return plain(base, dimensions).map((frequency) => frequency / scaling.factor);
    case 'dynamic': {
      // NTK-aware: the base grows with the text, nothing changes within the positions of training
      const stretch =
        (scaling.factor * Math.max(length, scaling.positions)) / scaling.positions -
        (scaling.factor - 1);
      return plain(base * pow(stretch, dimensions / (dimensions - 2)), dimensions);
    }
    case 'llama3':
      return plain(base, dimensions).map((frequency) => smoothed(frequency, scaling));
    case 'yarn':
      return ramped(base, dimensions, scaling);
    case 'longrope': {
      const factors = length > scaling.original ? scaling.long : scaling.short;
      return plain(base, dimensions).map((frequency, c) => frequency / factors[c]);
    }
  }
}

/** Llama 3.1: long waves are slowed, short ones kept, those between mixed. */
function smoothed(
  frequency: number,
  { factor, low, high, original }: Extract<Scaling, { type: 'llama3' }>,
): number {
  const turns = (original * frequency) / (2 * Math.PI);
  if (turns < low) return frequency / factor;
  if (turns > high) return frequency;
  const share = (turns - low) / (high - low);
  return ((1 - share) * frequency) / factor + share * frequency;
}

/** YaRN (Peng et al., arXiv 2309.00071), by parts: between `fast` and `slow` turns over the original length a ramp. */
function ramped(
  base: number,
  dimensions: number,
  { factor, original, fast, slow, truncate }: Extract<Scaling, { type: 'yarn' }>,
): Float64Array {
  const place = (turns: number) =>
    (dimensions * log(original / (turns * 2 * Math.PI))) / (2 * log(base));
  const low = Math.max(truncate ? Math.floor(place(fast)) : place(fast), 0);
  const high = Math.min(truncate ? Math.ceil(place(slow)) : place(slow), dimensions - 1);
  const span = low === high ? 0.001 : high - low;
  return plain(base, dimensions).map((frequency, c) => {
    const slowed = Math.min(1, Math.max(0, (c - low) / span));
    return (frequency / factor) * slowed + frequency * (1 - slowed);
  });
}

/** What cosines and sines are multiplied by. */
export const magnitude = ({ scaling }: Rotary): number =>
  scaling.type === 'yarn' || scaling.type === 'longrope' ? scaling.magnitude : 1;

/** Frequencies change with the length of the text. */
export const dependsOnLength = ({ scaling }: Rotary): boolean =>
  scaling.type === 'dynamic' ||
  (scaling.type === 'longrope' && scaling.short.some((short, c) => short !== scaling.long[c]));

/** Cosines and sines [n, half], times the magnitude. */
export interface Angles {
  readonly half: number;
  readonly cosines: Float64Array;
  readonly sines: Float64Array;
}

/** The angles of a text's positions. */
export function anglesOf(rotary: Rotary, positions: readonly number[]): Angles {
  const found = frequencies(rotary, Math.max(...positions) + 1);
  const half = found.length;
  const cosines = new Float64Array(positions.length * half);
  const sines = new Float64Array(positions.length * half);
  const scale = magnitude(rotary);
  for (const [i, position] of positions.entries())
    for (let c = 0; c < half; c++) {
      cosines[i * half + c] = scale * cos(position * found[c]);
      sines[i * half + c] = scale * sin(position * found[c]);
    }
  return { half, cosines, sines };
}

/** Every head of x [n, heads · size] turned: a copy. */
export function turned(
  arithmetic: Arithmetic,
  x: Tensor,
  { half, cosines, sines }: Angles,
  size: number,
): Tensor {
  const [n, width] = x.shape;
  const out = arithmetic.zeros(x.shape);
  out.data.set(x.data);
  for (let i = 0; i < n; i++)
    for (let start = i * width; start < (i + 1) * width; start += size)
      for (let c = 0; c < half; c++) {
        const [cosine, sine] = [cosines[i * half + c], sines[i * half + c]];
        const [left, right] = [x.data[start + c], x.data[start + half + c]];
        out.data[start + c] = left * cosine - right * sine;
        out.data[start + half + c] = right * cosine + left * sine;
      }
  return out;
}
