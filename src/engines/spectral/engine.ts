/**
 * The simulator's spectral engine: softmax and exponential attention with Q = K = V = I on the circle
 * in O(nK) and on the sphere S² in O(nK²), by harmonics of the particles' measure instead of pairs.
 * Its error is absolute, where the other engines' is relative: the velocities of tight clusters drown
 * in it. Not the series (expansion.ts), nor the kernels (assembly/spectral.ts).
 */
import type { CouplingKind } from '../../attention/coupling.ts';
import { effectiveWeights, exponentialOverflow } from '../../attention/effective.ts';
import { InputError } from '../../numerics/errors.ts';
import { type Engine, type EnginePlatform, type FieldRequest, threadsOf } from '../field.ts';
import { COMPILING, MEMORY_BYTES, MOST_THREADS } from '../wasm/memory.ts';
import type { Dimension } from './expansion.ts';
import { fieldBytes } from './memory.ts';
import { type Plan, planOf } from './plan.ts';

/** From so many particles on modes cost less than pairs, by d: about as many pairs a particle. */
const MODES: Readonly<Record<number, number>> = { 2: 1_000, 3: 2_000 };

const COUPLINGS: readonly CouplingKind[] = ['softmax', 'exponential'];

/**
 * The engine. It computes in float64 whatever the precision asked for, and keeps as many terms as the
 * accuracy asks for. Its fields block the thread that asks while others compute. `tangent` takes rows
 * for unit vectors and normalises a copy; `ambient` throws InputError for rows that are none. Exponential
 * velocities reach e^{|β|}, and so does their round-off: their floor can lie above the accuracy asked for.
 */
export function spectralEngine(platform: EnginePlatform = {}): Engine {
  return {
    name: 'spectral',
    title: 'Spectral',
    help: 'Sums over modes instead of pairs, for sa, usa, noise and Kuramoto on the circle (d = 2) and the sphere (d = 3); the error is bounded by `accuracy`.',
    couplings: COUPLINGS,
    precisions: ['float64', 'float32'],
    absolute: true,
    reason: ({ n, d }) => `${n} particles in d = ${d}: sums over modes instead of pairs`,
    cost: ({ n, d }) => ({ opening: COMPILING, velocity: n * (MODES[d] ?? n) }),
    refusal(request) {
      const plan = planFor(request);
      return typeof plan === 'string' ? plan : null;
    },
    async open(request) {
      const plan = planFor(request);
      if (typeof plan === 'string')
        throw new InputError('engine', `the spectral engine refuses: ${plan}`);
      const { openField } = await import('./velocity.ts');
      return openField(request, plan, ...threadsOf(platform, request));
    },
  };
}

/** The plan, or one clause that says why there is none. */
function planFor(request: FieldRequest): Plan | string {
  const clause = unsuited(request) ?? exponentialOverflow(request.interaction, 'float64');
  if (clause) return clause;
  const plan = planOf(request);
  return typeof plan === 'string' ? plan : (tooLarge(request, plan) ?? plan);
}

function unsuited({ interaction, d, space }: FieldRequest): string | null {
  const { coupling, causal, beta } = interaction;
  if (d !== 2 && d !== 3)
    return `d = ${d} has no short series of harmonics: it takes the circle (d = 2) and the sphere S² (d = 3)`;
  if (space === 'euclidean')
    return 'particles off the sphere do not couple by their angles alone: it takes unit vectors, use the wasm engine';
  if (!COUPLINGS.includes(coupling))
    return `${coupling} coupling is no function of the angle with a short series: it takes softmax and exponential`;
  if (causal) return 'causal coupling has other sums for each particle: it takes sums over all';
  if (beta.length > 1)
    return `${beta.length} heads couple by other angles than the particles': it takes one head with Q = K = V = I`;
  if (effectiveWeights(interaction))
    return 'Q, K, V or O turn particles away from the sphere: it takes one head with Q = K = V = I';
  return null;
}

function tooLarge({ n, d }: FieldRequest, { expansion }: Plan): string | null {
  const bytes = fieldBytes({ n, d: d as Dimension, degree: expansion.degree }, MOST_THREADS);
  if (bytes <= MEMORY_BYTES) return null;
  return `n = ${n} needs ${(bytes / 2 ** 30).toFixed(1)} GB of WebAssembly memory, which holds 4 GB: use fewer particles`;
}
