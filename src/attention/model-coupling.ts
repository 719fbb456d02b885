/** The couplings that a language model has, as data alone: a page shows them without the arithmetic (coupling.ts). */

/** How a language model couples the tokens of a text. */
export interface ModelCoupling {
  readonly title: string;
  readonly help: string;
  readonly citation: string;
  readonly kind: 'softmax' | 'sinkhorn';
  readonly causal: boolean;
}

/** The couplings of a language model by name: who listens to whom. */
export const modelCouplings = {
  full: {
    title: 'Full coupling',
    help: 'Every particle sees every other: a blank anywhere in a text.',
    citation: 'arXiv:2312.10794, eq. (2.2)',
    kind: 'softmax',
    causal: false,
  },
  causal: {
    title: 'Causal coupling',
    help: 'A particle sees itself and those before it: how a text goes on.',
    citation: 'arXiv:2411.04990',
    kind: 'softmax',
    causal: true,
  },
  sinkhorn: {
    title: 'Sinkhorn coupling',
    help: 'As full, and doubly stochastic: what the particles of the text attend to each of them sums to 1 too.',
    citation: 'arXiv:2110.11773',
    kind: 'sinkhorn',
    causal: false,
  },
} as const satisfies Record<string, ModelCoupling>;

/**
 * Who listens to whom: `full` everybody to everybody, `causal` to those before, `sinkhorn` as full, and
 * doubly stochastic: the columns of A sum to 1 too (arXiv 2110.11773).
 */
export type CouplingName = keyof typeof modelCouplings;

export const COUPLING_NAMES = Object.keys(modelCouplings) as CouplingName[];
