/** The choice of a head, or of the mean of all, each with a small picture of its matrix. */
import { colour } from '../colours.ts';
import { fill, h, setAttribute } from '../dom.ts';
import { controlsOf } from '../locks.ts';
import type { Page } from '../page.ts';

const thumbnail = 40;

export interface Heads {
  readonly element: HTMLElement;
  /** Shows the heads of a step, heads × n × n, and returns the weights of the chosen one. */
  show(all: number[][][]): number[][];
}

export function createHeads(page: Page): Heads {
  let painted: readonly unknown[] = [];
  const group = h('div', { class: 'heads', role: 'group', 'aria-label': page.words.heads });
  return {
    element: controlsOf(page, 'head', group),
    show(all) {
      const { head } = page.state.get();
      const chosen = head !== null && head < all.length ? head : null;
      const now = [all, page.state.get().theme];
      const fresh = now.some((one, i) => one !== painted[i]);
      painted = now;
      showHeads(page, group, all, chosen, fresh);
      return weightsOf(all, chosen);
    },
  };
}

/** The weights n × n of a head, or the mean of all where none is chosen or there is no such head. */
export function weightsOf(all: number[][][], head: number | null): number[][] {
  if (all.length === 0) return [];
  return head === null || head >= all.length ? meanOf(all) : all[head];
}

const means = new WeakMap<number[][][], number[][]>();

/** The mean over the heads of heads × n × n weights. */
function meanOf(heads: number[][][]): number[][] {
  const mean =
    means.get(heads) ??
    heads[0].map((row, i) =>
      row.map((_, j) => heads.reduce((sum, head) => sum + head[i][j], 0) / heads.length),
    );
  means.set(heads, mean);
  return mean;
}

/** `fresh`: the matrices are others than before. */
function showHeads(
  page: Page,
  group: HTMLElement,
  all: number[][][],
  chosen: number | null,
  fresh: boolean,
): void {
  const choices = [null, ...all.keys()];
  if (group.childElementCount !== choices.length)
    fill(group, ...choices.map((head) => createHead(page, head)));
  for (const [i, button] of [...group.children].entries()) {
    const head = choices[i];
    setAttribute(button, 'aria-pressed', String(head === chosen));
    const canvas = button.querySelector('canvas');
    if (canvas && fresh) paint(canvas, weightsOf(all, head));
  }
}

function createHead({ words, state }: Page, head: number | null): HTMLElement {
  const name = head === null ? words.meanHead : words.head(head + 1);
  return h(
    'button',
    { type: 'button', class: 'head-button', click: () => state.set({ head }) },
    h('canvas', { width: thumbnail, height: thumbnail, 'aria-hidden': 'true' }),
    h('span', {}, name),
  );
}

function paint(canvas: HTMLCanvasElement, weights: number[][]): void {
  const context = canvas.getContext('2d');
  if (!context) return;
  const size = thumbnail / weights.length;
  context.clearRect(0, 0, thumbnail, thumbnail);
  context.fillStyle = colour('--wing');
  for (const [i, row] of weights.entries())
    for (const [j, weight] of row.entries()) {
      context.globalAlpha = shade(weight);
      context.fillRect(j * size, i * size, size, size);
    }
}

/** Square root: weights of a tenth are common and shall be seen. */
export function shade(weight: number): number {
  return Math.sqrt(Math.max(0, Math.min(1, weight)));
}
