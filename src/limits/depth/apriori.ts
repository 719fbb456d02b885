/**
 * What theory alone promises of L layers: the error is at most C/L with C from local errors and a Lipschitz
 * constant along the trajectory. Softmax attention only. Not the error that is measured (depth.ts).
 */
import type { Interaction } from '../../attention/interaction.ts';
import { simulationEngines } from '../../engines/catalogue.ts';
import { openReferenceField } from '../../engines/reference-field.ts';
import { openRun } from '../../flow/run.ts';
import type { SimulationContext } from '../../flow/simulate.ts';
import { simulate } from '../../flow/simulation.ts';
import { type SimulationOptions, simulationSettings } from '../../flow/simulation-settings.ts';
import type { FlowProblem } from '../../integrators/problem.ts';
import { schemes } from '../../integrators/schemes.ts';
import { exp, log } from '../../numerics/elementary.ts';
import { identity, type Matrix, matrix, product, row, transposed } from '../../numerics/matrix.ts';
import { entryNamed } from '../../numerics/parameters.ts';
import { eigenvalues } from '../../numerics/spectrum.ts';
import { dot } from '../../numerics/vectors.ts';

export interface AprioriBound {
  /** log₁₀ C of error ≤ C/L for L → ∞. */
  readonly log10Constant: number;
  /** Of the Lipschitz constant (one-sided) along the trajectory: mean and largest, per unit of time. */
  readonly lipschitzMean: number;
  readonly lipschitzMax: number;
}

/** Places on the trajectory where constant and local error are looked at. */
const SAMPLES = 33;
/** Of the time: the step whose local error is looked at. */
const PROBE = 1 / 4096;

/**
 * C = T ∫_0^T τ(s) e^{∫_s^T Λ} ds, with hτ(s)·h the local error of a layer at s and Λ(s) a bound on the growth
 * of the distance between solutions nearby, both in the largest norm of a particle (Hairer, Nørsett &
 * Wanner 1993, theorems I.10.2 and II.3.4). Null where attention is not the softmax.
 */
export async function aprioriBound(
  flow: SimulationOptions,
  context: SimulationContext,
): Promise<AprioriBound | null> {
  const settings = simulationSettings({
    ...flow,
    scheme: 'dopri5',
    engine: 'reference',
    precision: 'float64',
  });
  const { entry, parameters, d, masses } = settings;
  const interactionAt = (time: number) => entry.interaction?.(parameters, d, time);
  if (entry.space !== 'sphere' || entry.normalisation) return null;
  if (interactionAt(0)?.coupling !== 'softmax') return null;
  const { time } = settings;
  const times = Array.from({ length: SAMPLES }, (_, k) => (time * k) / (SAMPLES - 1));
  const path = { scheme: 'dopri5', tolerance: 1e-8, saveAt: times, diagnostics: [] };
  const { frames } = await simulate({ ...flow, ...path }, context);
  const run = await openRun(settings, simulationEngines());
  const growth = frames.map(({ time: at, positions }) =>
    growthBound(interactionAt(at) as Interaction, positions, masses),
  );
  const local = frames.map(({ time: at, positions }) =>
    localError(run.problem, Math.min(at, time * (1 - PROBE)), positions.data, PROBE * time, d),
  );
  run.source.close();
  return {
    log10Constant: logConstant(times, local, growth) / Math.LN10,
    lipschitzMean: trapezes(times, growth)[SAMPLES - 1] / time,
    lipschitzMax: Math.max(...growth),
  };
}

/** |one layer − one step of rk4| / h², the largest of a particle: τ up to O(h). */
function localError(problem: FlowProblem, at: number, state: Float64Array, h: number, d: number) {
  const span = { time: at, h, end: at + h, smooth: true, index: 0 };
  const [layered, exact] = ['layer', 'rk4'].map((name) => {
    const stepper = entryNamed('scheme', schemes, name).open(problem, state.slice());
    stepper.attempt(span);
    return stepper.next;
  });
  let largest = 0;
  for (let start = 0; start < layered.length; start += d) {
    let square = 0;
    for (let c = start; c < start + d; c++) square += (layered[c] - exact[c]) ** 2;
    largest = Math.max(largest, square);
  }
  return Math.sqrt(largest) / h ** 2;
}

/** ∫_0^t of values at the times, by trapezes. */
function trapezes(times: readonly number[], values: readonly number[]): number[] {
  let sum = 0;
  return times.map((time, k) => {
    if (k > 0) sum += ((time - times[k - 1]) * (values[k] + values[k - 1])) / 2;
    return sum;
  });
}

/** ln (T ∫ τ e^{∫_s^T Λ} ds), without overflow. */
function logConstant(
  times: readonly number[],
  local: readonly number[],
  growth: readonly number[],
) {
  const grown = trapezes(times, growth);
  const last = times.length - 1;
  const exponents = grown.map((value) => grown[last] - value);
  const top = Math.max(...exponents);
  const integrand = local.map((error, k) => error * exp(exponents[k] - top));
  return top + log(times[last] * trapezes(times, integrand)[last]);
}

/**
 * Λ: a bound on the logarithmic norm of x ↦ (P_{x_i} v_i) in the largest norm of a particle, on tangent
 * vectors. With y_j = x_j V_h O_h, their mean ȳ_i and the scores s_ij = β⟨x_i Q_h, x_j K_h⟩ of each head
 * Λ_i = Σ_h (|V_h O_h| + Σ_j A_ij |y_j − ȳ_i| (|∂s_ij/∂x_j| + |∂s_ij/∂x_i − their mean|)) − ⟨x_i, v_i⟩.
 */
export function growthBound(
  interaction: Interaction,
  positions: Matrix,
  masses: Float64Array,
): number {
  const { rows: n, columns: d } = positions;
  const request = { interaction, n, d, precision: 'float64', accuracy: 0, threads: 1 } as const;
  const field = openReferenceField(request);
  const couplings = field.couplings?.(positions.data, masses) ?? [];
  const v = matrix(n, d);
  field.ambient(positions.data, masses, v.data);
  const own = Float64Array.from({ length: n }, (_, i) => -dot(row(positions, i), row(v, i)));
  interaction.beta.forEach((beta, h) => {
    const head = headOf(interaction, h, d);
    const part = headGrowth(head, beta, positions, couplings[h]);
    for (let i = 0; i < n; i++) own[i] += part[i];
  });
  return Math.max(...own);
}

/** Q, K, V [d, k] and O [k, d] of one head. */
interface Head {
  readonly query: Matrix;
  readonly key: Matrix;
  readonly value: Matrix;
  readonly output: Matrix;
}

function headOf({ weights, beta }: Interaction, h: number, d: number): Head {
  if (!weights) {
    const one = identity(d);
    return { query: one, key: one, value: one, output: one };
  }
  const size = weights.query.columns / beta.length;
  const columns = ({ rows, columns: width, data }: Matrix) =>
    matrix(
      rows,
      size,
      Float64Array.from(
        { length: rows * size },
        (_, at) => data[Math.floor(at / size) * width + h * size + (at % size)],
      ),
    );
  const { query, key, value, output } = weights;
  const own = output.data.slice(h * size * d, (h + 1) * size * d);
  return {
    query: columns(query),
    key: columns(key),
    value: columns(value),
    output: matrix(size, d, own),
  };
}

function headGrowth(head: Head, beta: number, x: Matrix, coupling: Matrix): Float64Array {
  const { query, key, value, output } = head;
  const [q, k, u] = [query, key, value].map((weights) => product(x, weights));
  const [queryGram, keyGram, valueGram] = [query, key, value].map((w) => product(transposed(w), w));
  const outputGram = product(output, transposed(output));
  const norm = Math.sqrt(
    Math.max(...eigenvalues(product(valueGram, outputGram)).map(({ re }) => re)),
  );
  return Float64Array.from({ length: x.rows }, (_, i) => {
    const shares = row(coupling, i);
    const [meanValue, meanKey] = [u, k].map((each) => average(each, shares));
    const reach = length(row(q, i), keyGram);
    let sum = norm;
    shares.forEach((share, j) => {
      const apart = length(difference(row(u, j), meanValue), outputGram);
      const turned = length(difference(row(k, j), meanKey), queryGram);
      sum += share * apart * Math.abs(beta) * (reach + turned);
    });
    return sum;
  });
}

const difference = (a: Float64Array, b: Float64Array) => a.map((value, c) => value - b[c]);

/** √(z G zᵀ) */
function length(z: Float64Array, gram: Matrix): number {
  let square = 0;
  for (let a = 0; a < z.length; a++) square += z[a] * dot(row(gram, a), z);
  return Math.sqrt(Math.max(0, square));
}

function average(rows: Matrix, shares: Float64Array): Float64Array {
  const mean = new Float64Array(rows.columns);
  shares.forEach((share, j) => {
    row(rows, j).forEach((value, c) => {
      mean[c] += share * value;
    });
  });
  return mean;
}
