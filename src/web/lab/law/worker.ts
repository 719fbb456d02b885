/** The worker of the mean field: one law after the other, until it is asked no more or they become too sharp. */
import { drawStart, startNamed } from '../../../geometry/catalogue.ts';
import { lawsOnCircle } from '../../../limits/mean-field/circle.ts';
import {
  type CircleLaw,
  cosineLaw,
  densityOnGrid,
  vonMisesLaw,
} from '../../../limits/mean-field/circle-law.ts';
import { atan2, cos, sin } from '../../../numerics/elementary.ts';
import { ConvergenceError } from '../../../numerics/errors.ts';
import type { LawQuestion, LawReply, LawStart } from './messages.ts';

/** Angles of a density. */
const POINTS = 360;
/** Picture's accuracy: moments below this are not seen, and doubling them is what costs. */
const ACCURACY = { tail: 1e-6, tolerance: 1e-8, mostDegree: 512 };

addEventListener('message', ({ data }: MessageEvent<LawQuestion>) => solve(data));

function solve({ start, ...field }: LawQuestion): void {
  let until = 0;
  try {
    for (const { time, law } of lawsOnCircle(startLaw(start), { ...field, ...ACCURACY })) {
      until = time;
      tell({ kind: 'law', time, density: densityOnGrid(law, POINTS) });
    }
  } catch (error) {
    if (!(error instanceof ConvergenceError)) throw error;
    tell({ kind: 'end', until });
  }
}

const tell = (reply: LawReply) => postMessage(reply);

function startLaw({ name, values, seed }: LawStart): CircleLaw {
  if (name === 'uniform') return cosineLaw(1, 0);
  if (name === 'von_mises_fisher') return vonMisesLaw(Number(values.concentration), 0, 256);
  return perturbedLaw(values, seed);
}

/** Quantiles whose moments are the law's, up to O(k²/n²). */
const QUANTILES = 2 ** 14;

/** The phases depend on the seed alone, so few quantiles know them as well as many. */
function perturbedLaw(values: LawStart['values'], seed: number): CircleLaw {
  const start = startNamed('perturbed_circle');
  const { data } = drawStart(start, values, { n: QUANTILES, d: 2, seed }).positions;
  const degree = Number(values.modes);
  const law = { cos: new Float64Array(degree + 1), sin: new Float64Array(degree + 1) };
  for (let i = 0; i < QUANTILES; i++) {
    const angle = atan2(data[2 * i + 1], data[2 * i]);
    for (let k = 0; k <= degree; k++) {
      law.cos[k] += cos(k * angle) / QUANTILES;
      law.sin[k] += sin(k * angle) / QUANTILES;
    }
  }
  return law;
}
