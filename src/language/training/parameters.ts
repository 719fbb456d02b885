/** The parameters of the model in training: one flat Float32 vector and the layout of its parts. */
import type { ParameterArray } from '../../engines/training-engine.ts';
import { cos, pow, sin } from '../../numerics/elementary.ts';
import type { Random } from '../../numerics/random.ts';
import { shapeSize } from '../../numerics/vectors.ts';
import {
  type Architecture,
  headLayout,
  type ParameterPart,
  type PartDraft,
  ROLES,
} from './parts.ts';
import { standardParts } from './standard-transformer.ts';

/**
 * Standard deviation of a new embedding. Particles are normalised, so it only says how far a step of the
 * optimiser turns them: as far as it takes for rare tokens to find their place (docs/choices.md).
 */
const EMBEDDING_DEVIATION = 0.03;

/** Name, shape and place of every part. The four matrices of each knot are parts of their own. */
export function parameterLayout(a: Architecture): ParameterPart[] {
  const d = a.dimension;
  const parts: PartDraft[] = [
    {
      name: 'embedding',
      shape: [a.vocabularySize, d],
      standardDeviation: EMBEDDING_DEVIATION,
      pace: 1,
      decays: false,
    },
    {
      name: 'positions',
      shape: [a.maximumPositions, d],
      standardDeviation: EMBEDDING_DEVIATION / 2,
      sinusoidal: true,
      pace: 1,
      decays: false,
    },
    ...(a.standard ? standardParts(a, a.standard) : flowParts(a)),
    a.tied ? readoutPart(a) : outputPart(a),
    { name: 'bias', shape: [a.vocabularySize], standardDeviation: 0, pace: 1, decays: false },
  ];
  return placed(parts);
}

/** The parts one after another. */
export function placed(parts: readonly PartDraft[]): ParameterPart[] {
  let offset = 0;
  return parts.map((part) => {
    const size = shapeSize(part.shape);
    const own = { ...part, offset, size };
    offset += size;
    return own;
  });
}

function outputPart({ vocabularySize, dimension: d }: Architecture): PartDraft {
  const shape = [vocabularySize, d];
  return { name: 'output', shape, standardDeviation: 0.5 / Math.sqrt(d), pace: 1, decays: true };
}

/** The embedding reads out too, through a matrix: what is good to start from is not what is good to be read. */
function readoutPart(a: Architecture): PartDraft {
  const { dimension: d, heads } = a;
  // logits as wide as with an output of its own
  const standardDeviation = 0.5 / (EMBEDDING_DEVIATION * d);
  const shape = [d, d];
  return {
    name: 'readout',
    shape,
    standardDeviation,
    pace: 0.7,
    decays: true,
    heads: headLayout('output', heads),
  };
}

/** Four matrices at every knot of θ(t). */
function flowParts({ knots, heads, dimension: d }: Architecture): PartDraft[] {
  return Array.from({ length: knots }, (_, knot) =>
    ROLES.map((role) => ({
      name: `attention.${knot}.${role}`,
      shape: [d, d],
      standardDeviation: (role === 'output' ? 0.5 : 1) / Math.sqrt(d),
      pace: 0.7,
      decays: true,
      heads: headLayout(role, heads),
    })),
  ).flat();
}

export const parameterCount = (layout: readonly ParameterPart[]): number =>
  layout.reduce((sum, part) => sum + part.size, 0);

/** Fills `values` with the seeded start. */
export function initialise(
  layout: readonly ParameterPart[],
  values: Float32Array,
  random: Random,
): void {
  for (const part of layout) {
    const { offset, size, standardDeviation, shape } = part;
    const start = part.sinusoidal ? sinusoid(shape[1]) : () => random.gaussian();
    for (let i = 0; i < size; i++) values[offset + i] = standardDeviation * start(i);
  }
}

/**
 * Entry i of a table of sinusoids with wavelengths from 4 rows to 400, of mean square 1. A shift of
 * the row is then a rotation, which a head finds at once when it has to look at the token before.
 */
function sinusoid(columns: number): (i: number) => number {
  return (i) => {
    const [row, column] = [Math.floor(i / columns), i % columns];
    const wavelength = 4 * pow(100, (column >> 1) / (columns >> 1));
    const phase = (2 * Math.PI * row) / wavelength;
    return Math.SQRT2 * (column % 2 === 0 ? sin(phase) : cos(phase));
  };
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
