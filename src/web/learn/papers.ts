/** The papers that the steps rest on. Their links are followed on a click, never before. */
import { h } from '../dom.ts';
import type { LearnWords } from './words.ts';

interface Paper {
  readonly arxiv: string;
  readonly authors: string;
  readonly title: string;
  /** Steps that rest on it. */
  readonly steps: readonly number[];
}

const papers: readonly Paper[] = [
  {
    arxiv: '2312.10794',
    authors: 'Geshkovski, Letrouit, Polyanskiy, Rigollet',
    title: 'A mathematical perspective on Transformers',
    steps: [1, 2, 3, 4],
  },
  {
    arxiv: '2305.05465',
    authors: 'Geshkovski, Letrouit, Polyanskiy, Rigollet',
    title: 'The emergence of clusters in self-attention dynamics',
    steps: [4],
  },
  {
    arxiv: '2410.06833',
    authors: 'Geshkovski, Koubbi, Polyanskiy, Rigollet',
    title: 'Dynamic metastability in the self-attention model',
    steps: [4],
  },
  {
    arxiv: '2405.18273',
    authors: 'Criscitiello, Rebjock, McRae, Boumal',
    title: 'Synchronization on circles and spheres with nonlinear interactions',
    steps: [4],
  },
  {
    arxiv: '2411.04990',
    authors: 'Karagodin, Polyanskiy, Rigollet',
    title: 'Clustering in causal attention masking',
    steps: [2, 4],
  },
  {
    arxiv: '2110.11773',
    authors: 'Sander, Ablin, Blondel, Peyré',
    title: 'Sinkformers: Transformers with doubly stochastic attention',
    steps: [2, 4],
  },
  {
    arxiv: '1806.07366',
    authors: 'Chen, Rubanova, Bettencourt, Duvenaud',
    title: 'Neural ordinary differential equations',
    steps: [3],
  },
];

export function createPapers({ papers: { title, hint, steps } }: LearnWords): HTMLElement {
  const items = papers.map((paper) =>
    h(
      'li',
      {},
      h('cite', {}, paper.title),
      h('span', { class: 'quiet' }, `${paper.authors}. ${steps(paper.steps)}`),
      h(
        'a',
        {
          href: `https://arxiv.org/abs/${paper.arxiv}`,
          target: '_blank',
          rel: 'noopener noreferrer',
        },
        `arXiv ${paper.arxiv}`,
      ),
    ),
  );
  return h(
    'section',
    { class: 'card' },
    h('h2', {}, title),
    h('p', { class: 'hint' }, hint),
    h('ul', { class: 'papers', lang: 'en' }, ...items),
  );
}
