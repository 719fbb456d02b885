/** The further instruments of the tab: cosines of all pairs, the tree of the clusters, diagnostics. */
import { h } from '../dom.ts';
import type { Page } from '../page.ts';
import { createAngles } from './angles.ts';
import { createClusters } from './clusters.ts';
import { createDiagnostics } from './diagnostics.ts';
import { createGram } from './gram.ts';
import type { Panel } from './panel.ts';

export function createMore(page: Page): Panel {
  const panels = [
    createClusters(page),
    createGram(page),
    createAngles(page),
    createDiagnostics(page),
  ];
  return {
    element: h('div', { class: 'layers-grid' }, ...panels.map(({ element }) => element)),
    show(trace, layer) {
      for (const panel of panels) panel.show(trace, layer);
    },
  };
}
