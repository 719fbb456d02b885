/** Where the globe stands once it is asked for: it is fetched then, and what keeps it from being drawn is said instead. */
import { fill, h } from '../../dom.ts';
import { describeFailure } from '../../notice.ts';
import type { Page } from '../../page.ts';
import { problemDetailsOf } from '../../problem-details.ts';
import type { Panel } from '../panel.ts';

export interface GlobePlace {
  readonly element: HTMLElement;
  /** Asks for the globe, and tells `ready` when it is there; null until then, and where it cannot be. */
  panel(): Panel | null;
  /** Without the globe: no message either. */
  leave(): void;
}

export function createGlobePlace(page: Page, ready: () => void): GlobePlace {
  const element = h('div', { class: 'globe-place', role: 'status' });
  let globe: Panel | null = null;
  let state: 'closed' | 'coming' | 'there' | 'failed' = 'closed';

  async function open(): Promise<void> {
    state = 'coming';
    fill(element, h('p', { class: 'hint' }, page.words.loading));
    try {
      const { createGlobe } = await import('./view.ts');
      globe = createGlobe(page);
      state = 'there';
      fill(element, globe.element);
      ready();
    } catch (error) {
      state = 'failed';
      const retry = () => void open();
      fill(element, describeFailure(page, problemDetailsOf(error), { retry }));
    }
  }

  return {
    element,
    panel() {
      element.hidden = false;
      if (state === 'closed' && !hasWebGl()) {
        state = 'failed';
        fill(element, h('p', { class: 'hint' }, page.words.globeMissing));
      } else if (state === 'closed') void open();
      return globe;
    },
    leave() {
      element.hidden = true;
    },
  };
}

function hasWebGl(): boolean {
  const context = document.createElement('canvas').getContext('webgl2');
  // A page may hold few contexts, and this one was only asked for.
  context?.getExtension('WEBGL_lose_context')?.loseContext();
  return context !== null;
}
