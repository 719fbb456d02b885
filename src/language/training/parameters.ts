/** The parameters of the model in training: one flat Float32 vector and the layout of its parts. */
import type { ParameterArray } from '../../engines/training-engine.ts';
import type { Random } from '../../numerics/random.ts';

export interface Architecture {
  /** Tokens in the vocabulary, the special ones included. */
  readonly vocabularySize: number;
  readonly dimension: number;
  readonly heads: number;
  readonly knots: number;
  readonly maximumPositions: number;
}

export interface ParameterPart {
  readonly name: string;
  readonly shape: readonly number[];
  readonly offset: number;
  readonly size: number;
  /** Standard deviation at the start. */
  readonly spread: number;
  /** Whether weight decay acts on it. */
  readonly decays: boolean;
}

export const ROLES = ['query', 'key', 'value', 'output'] as const;

/** Name, shape and place of every part. The four matrices of each knot are parts of their own. */
export function parameterLayout(a: Architecture): ParameterPart[] {
  const d = a.dimension;
  const parts: Omit<ParameterPart, 'offset' | 'size'>[] = [
    { name: 'embedding', shape: [a.vocabularySize, d], spread: 1, decays: false },
    { name: 'positions', shape: [a.maximumPositions, d], spread: 0.3, decays: false },
    ...Array.from({ length: a.knots }, (_, knot) =>
      ROLES.map((role) => ({
        name: `attention.${knot}.${role}`,
        shape: [d, d],
        spread: (role === 'output' ? 0.5 : 1) / Math.sqrt(d),
        decays: true,
      })),
    ).flat(),
    { name: 'output', shape: [a.vocabularySize, d], spread: 0.5 / Math.sqrt(d), decays: true },
    { name: 'bias', shape: [a.vocabularySize], spread: 0, decays: false },
  ];
  let offset = 0;
  return parts.map((part) => {
    const size = part.shape.reduce((product, length) => product * length, 1);
    const placed = { ...part, offset, size };
    offset += size;
    return placed;
  });
}

export const parameterCount = (layout: readonly ParameterPart[]): number =>
  layout.reduce((sum, part) => sum + part.size, 0);

/** Fills `values` with the seeded start. */
export function initialise(
  layout: readonly ParameterPart[],
  values: Float32Array,
  random: Random,
): void {
  for (const { offset, size, spread } of layout)
    for (let i = offset; i < offset + size; i++) values[i] = spread * random.gaussian();
}

/** The parts as views of the flat vector. */
export function parameterViews(
  layout: readonly ParameterPart[],
  values: Float32Array,
): ParameterArray[] {
  return layout.map(({ shape, offset, size }) => ({
    shape,
    values: values.subarray(offset, offset + size),
  }));
}
