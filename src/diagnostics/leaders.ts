/** Whom the tokens listen to. */
import { type Matrix, row } from '../numerics/matrix.ts';
import { sumOf } from '../numerics/vectors.ts';
import { readCouplings } from './attention-rows.ts';
import type { PreparedFrame, ScalarDiagnostic } from './diagnostic.ts';

const citation = 'arXiv 2305.05465';
/** Shares are sums of many: so much is rounding. */
const ROUNDING = 1e-12;

export const attentionLeaders: ScalarDiagnostic = {
  name: 'attention_leaders',
  title: 'Attention leaders',
  unit: 'tokens',
  help: 'The fewest tokens that together receive at least half of the attention of the layer that led here, over all heads and, by mass, all listening tokens: 1 when one token leads, half of all when none does.',
  citation,
  kind: 'scalar',
  compute: (frame) => {
    const shares = received(frame);
    return shares && fewestWithHalf(shares);
  },
};

export const leaderShare: ScalarDiagnostic = {
  name: 'attention_leader_share',
  title: 'Share of the first leader',
  unit: '',
  help: 'The share of all attention that the most attended token receives: 1/n when none leads, 1 when all listen to one.',
  citation,
  kind: 'scalar',
  compute: (frame) => received(frame)?.[0] ?? null,
};

/** The share of all attention that each token receives, falling; null without attention. */
function received(frame: PreparedFrame): Float64Array | null {
  const couplings = readCouplings(frame);
  if (!couplings) return null;
  const shares = new Float64Array(couplings[0].columns);
  for (const coupling of couplings) addColumns(coupling, frame.weights, couplings.length, shares);
  return shares.sort().reverse();
}

function addColumns(
  coupling: Matrix,
  weights: Float64Array,
  heads: number,
  shares: Float64Array,
): void {
  for (let i = 0; i < coupling.rows; i++) {
    const listening = row(coupling, i);
    // Unnormalised attention has rows of any sum.
    const total = sumOf(listening);
    const scale = weights[i] / (heads * total);
    for (let j = 0; j < shares.length; j++) shares[j] += scale * listening[j];
  }
}

function fewestWithHalf(shares: Float64Array): number | null {
  let sum = 0;
  for (let count = 0; count < shares.length; ) {
    sum += shares[count++];
    if (sum >= 0.5 - ROUNDING) return count;
  }
  return null;
}
