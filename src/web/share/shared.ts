/** What a tab gives away: its pictures as data, its numbers, and the same asked for elsewhere. */
import type { Figure } from '../../figures/figure.ts';
import type { Page } from '../page.ts';
import type { Tab } from '../state.ts';

export interface SharedFigure {
  /** Of its files. */
  readonly name: string;
  readonly figure: Figure;
}

export interface Shared {
  readonly figures: readonly SharedFigure[];
  /** The numbers as the server gave them; null while there are none. */
  readonly document: { readonly name: string; readonly value: unknown } | null;
  /** For a terminal in the checkout; null where there is nothing to ask. */
  readonly command: string | null;
  /** A module for Node that computes the same. */
  readonly code: string | null;
}

type Source = (page: Page) => Shared;

/** By tab; a tab that has its own exports beside its pictures is not here. */
const sources: Readonly<Partial<Record<Tab, () => Promise<Source>>>> = {
  predict: async () => (await import('./predict.ts')).sharePredict,
  layers: async () => (await import('./layers.ts')).shareLayers,
  depth: async () => (await import('./depth.ts')).shareDepth,
  learn: async () => (await import('./learn.ts')).shareLearn,
};

/** What the tab that is open gives away; null for a tab that does it itself. */
export async function sharedOf(page: Page): Promise<Shared | null> {
  const source = await sources[page.state.get().tab]?.();
  return source ? source(page) : null;
}
