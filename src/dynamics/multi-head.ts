/**
 * Multi-head attention with full-size heads: every head has d × d matrices Q, K, V, O of its own,
 * as in the papers, so that d need not be divisible. Narrow heads are those of a checkpoint (from-weights.ts).
 */
import type { Interaction } from '../attention/interaction.ts';
import { type Matrix, stacked, transposed } from '../numerics/matrix.ts';
import type { Dynamics, MatrixParameter, MatrixValue, ParameterValues } from './dynamics.ts';
import { checkSize, resolveMatrix } from './matrices.ts';
import { BETA, betaOf, matrixParameter, matrixValueOf, numberOf } from './parameters.ts';
import { ATTENTION_PROPERTIES } from './single-head.ts';

const GINIBRE: MatrixValue = { ensemble: 'ginibre', seed: 1 };

const perHead = (
  name: string,
  title: string,
  help: string,
  value: MatrixValue,
): MatrixParameter => ({ ...matrixParameter(name, title, help), default: value, blocks: 'heads' });

export const multiHead: Dynamics = {
  name: 'multi_head',
  title: 'Multi-head attention',
  help: 'v_i = (1/H) Σ_h O_h Σ_j A^h_ij V_h x_j with d × d matrices: ensembles are drawn anew for each head; rows are shared, or stacked one block a head. H equal heads are one.',
  citation: 'arXiv 2312.10794, section 2',
  space: 'sphere',
  parameters: [
    {
      type: 'number',
      name: 'heads',
      title: 'Heads H',
      help: 'How many heads.',
      unit: '',
      default: 4,
      minimum: 1,
      maximum: 64,
      integer: true,
    },
    BETA,
    perHead('query', 'Query Q', 'What a token looks for is Q_h x.', GINIBRE),
    perHead('key', 'Key K', 'What a token is found by is K_h x.', GINIBRE),
    perHead('value', 'Value V', 'What a token passes on is V_h x.', 'identity'),
    perHead('output', 'Output O', 'Takes what a head has gathered back to the tokens.', 'identity'),
  ],
  energyBeta: betaOf,
  properties: ATTENTION_PROPERTIES,
  interaction: headsInteraction,
};

function headsInteraction(parameters: ParameterValues, d: number): Interaction {
  const heads = numberOf(parameters, 'heads');
  checkSize('heads', d, heads);
  const blocks = (name: string) =>
    Array.from({ length: heads }, (_, h) =>
      transposed(resolveMatrix(matrixValueOf(parameters, name), d, name, h)),
    );
  const output = blocks('output');
  for (const { data } of output) for (let i = 0; i < data.length; i++) data[i] /= heads;
  const weights = {
    query: sideBySide(blocks('query')),
    key: sideBySide(blocks('key')),
    value: sideBySide(blocks('value')),
    output: stacked(output),
  };
  const beta = new Array<number>(heads).fill(betaOf(parameters));
  return { coupling: 'softmax', causal: false, beta, weights, sign: 1, tie: 0 };
}

/** H matrices [d, d] → [d, H·d] */
function sideBySide(blocks: readonly Matrix[]): Matrix {
  return transposed(stacked(blocks.map(transposed)));
}
