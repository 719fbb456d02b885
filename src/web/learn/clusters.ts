/** Step 4: they gather. */
import type { Trace } from '../api.ts';
import { h } from '../dom.ts';
import { compact, decimal } from '../format.ts';
import { createClusters } from '../layers/clusters.ts';
import { groupsAt, toleranceOf } from '../layers/groups.ts';
import { createPlayer } from '../layers/player.ts';
import type { Page } from '../page.ts';
import type { State } from '../state.ts';
import type { Context, Fact, Step } from './context.ts';
import { createMergeMap } from './merge-map.ts';
import { createPairCard } from './pair-card.ts';
import type { LearnWords } from './words.ts';

const near = String.raw`\angle(x_i, x_j) = \arccos \langle x_i, x_j \rangle \le \tau`;

export const clustersStep: Step = {
  formulas: {
    student: [near],
    mathematician: [
      near,
      String.raw`\mathcal{E}_\beta = \frac{1}{2\beta n^2} \sum_{i,j} e^{\beta \langle x_i, x_j \rangle}`,
    ],
  },
  createView,
  facts,
  trial: { patch: coupleBySinkhorn, measure: meanCosine },
  createMore: createPairCard,
};

function createView(page: Page, words: LearnWords) {
  const player = createPlayer(page, 'gather-');
  const map = createMergeMap(page, words);
  const clusters = createClusters(page, 'gather-');
  return {
    element: h('div', {}, player.element, map.element, clusters.element),
    show(trace: Trace, layer: number) {
      for (const part of [player, map, clusters]) part.show(trace, layer);
    },
  };
}

function facts({ page, words, trace, layer }: Context): Fact[] {
  const { language } = page.state.get();
  const { factNames } = words;
  const scalar = (name: string) => {
    const value = trace.diagnostics[name]?.[layer];
    return typeof value === 'number' ? compact(value, language) : words.none;
  };
  const tolerance = toleranceOf(page.state.get(), trace);
  return [
    {
      tex: String.raw`\#`,
      name: factNames.clusters,
      value: String(groupsAt(trace, layer, tolerance).length),
    },
    {
      tex: String.raw`\overline{\langle x_i, x_j \rangle}`,
      name: factNames.cosine,
      value: scalar('cosine_mean'),
    },
    { tex: String.raw`\mathcal{E}_1`, name: factNames.energy, value: scalar('energy') },
  ];
}

/** The causal coupling has no Sinkhorn, nor has a text without a blank. */
function coupleBySinkhorn(): Partial<State> {
  return { coupling: 'sinkhorn', layer: null };
}

function meanCosine({ traces, state }: Page): string | null {
  const value = traces.get().value?.diagnostics.cosine_mean?.at(-1);
  return typeof value === 'number' ? decimal(value, state.get().language, 3) : null;
}
