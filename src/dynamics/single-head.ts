/** The interaction of one head with Q, K and V from an entry's parameters. */
import type { CouplingKind } from '../attention/coupling.ts';
import type { Interaction } from '../attention/interaction.ts';
import type { AttentionWeights } from '../attention/scores.ts';
import { type Matrix, transposed } from '../numerics/matrix.ts';
import type { ParameterValues, Properties } from './dynamics.ts';
import { isIdentity, resolveMatrix } from './matrices.ts';
import { betaOf, choiceOf, matrixValueOf } from './parameters.ts';

/** What attention with Q = K = V = I keeps, and no more. */
export const ATTENTION_PROPERTIES: Properties = {
  rotationEquivariant: true,
  permutationEquivariant: true,
  energy: null,
  keepsCones: true,
  causal: false,
  conservesMean: false,
};

interface HeadSettings {
  readonly coupling: CouplingKind;
  readonly causal?: boolean;
  readonly sign?: 1 | -1;
  readonly beta?: number;
  readonly tie?: number;
}

/**
 * One head; β from parameter `beta` unless set here, and Q, K, V from `query`, `key`, `value`, each
 * the identity where the entry has no such parameter.
 */
export function singleHead(
  { coupling, causal = false, sign = 1, beta, tie = 0 }: HeadSettings,
  parameters: ParameterValues,
  d: number,
): Interaction {
  const own = beta ?? betaOf(parameters);
  return { coupling, causal, beta: [own], weights: headWeights(parameters, d), sign, tie };
}

/** sa → softmax, usa → exponential: the coupling that parameter `attention` chooses. */
export function chosenCoupling(parameters: ParameterValues): CouplingKind {
  return choiceOf(parameters, 'attention') === 'usa' ? 'exponential' : 'softmax';
}

/** Row-vector weights: x Qᵀ is Qx. null where all are the identity. */
function headWeights(parameters: ParameterValues, d: number): AttentionWeights<Matrix> | null {
  const values = ['query', 'key', 'value'].map((name) => matrixValueOf(parameters, name));
  if (values.every(isIdentity)) return null;
  const resolve = (name: string) =>
    transposed(resolveMatrix(matrixValueOf(parameters, name), d, name));
  return {
    query: resolve('query'),
    key: resolve('key'),
    value: resolve('value'),
    output: resolveMatrix('identity', d, 'output'),
  };
}
