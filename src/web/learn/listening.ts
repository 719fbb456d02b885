/** Step 2: they listen to each other. */
import { entropy } from '../../numerics/statistics.ts';
import { argmax, sumOf } from '../../numerics/vectors.ts';
import type { Trace } from '../api.ts';
import { h } from '../dom.ts';
import { decimal, percent } from '../format.ts';
import { createHeads, weightsOf } from '../layers/heads.ts';
import { createPlayer } from '../layers/player.ts';
import type { Page } from '../page.ts';
import { shownFrame, tokenName } from '../page.ts';
import { endsInBlank } from '../sentence.ts';
import type { State } from '../state.ts';
import { defaults } from '../state.ts';
import { createArrows } from './arrows.ts';
import type { Context, Fact, Step } from './context.ts';
import { spokenOf } from './context.ts';
import type { LearnWords } from './words.ts';

const listen = String.raw`A_{ij} = \frac{e^{\beta \langle Q x_i, K x_j \rangle}}{\sum_{k} e^{\beta \langle Q x_i, K x_k \rangle}}`;

export const listeningStep: Step = {
  formulas: {
    student: [listen, String.raw`v_i = \sum_{j} A_{ij}\, V x_j`],
    mathematician: [listen, String.raw`v_i = \sum_{h} O_h \sum_{j} A^{h}_{ij}\, V_h x_j`],
  },
  createView,
  facts,
  trial: { patch: coupleCausally, measure: firstWordHears },
};

/** The step that led to a layer; from the input the first. */
export const stepTo = (layer: number) => Math.max(0, layer - 1);

function createView(page: Page, words: LearnWords) {
  const player = createPlayer(page, 'listening-');
  const heads = createHeads(page);
  const arrows = createArrows(page, words);
  return {
    element: h('div', {}, player.element, heads.element, arrows.element),
    show(trace: Trace, layer: number) {
      player.show(trace, layer);
      const all = trace.attentions[stepTo(layer)] ?? [];
      heads.element.hidden = all.length === 0;
      arrows.show(trace, all.length > 0 ? heads.show(all) : []);
    },
  };
}

function facts({ page, words, trace, layer }: Context): Fact[] {
  const { head, language } = page.state.get();
  const at = spokenOf(page, trace);
  const row = weightsOf(trace.attentions[stepTo(layer)] ?? [], head)[at];
  if (!row) return [];
  const most = argmax(row);
  const { factNames } = words;
  return [
    {
      tex: `A_{${at + 1},${most + 1}}`,
      name: factNames.strongest(tokenName(trace, most, page.words)),
      value: decimal(row[most], language, 4),
    },
    {
      tex: String.raw`\sum_j A_{${at + 1},j}`,
      name: factNames.sum,
      value: decimal(sumOf(row), language, 6),
    },
    {
      tex: String.raw`e^{-\sum_j A_{ij} \ln A_{ij}}`,
      name: factNames.effective,
      value: decimal(Math.exp(entropy(row)), language, 2),
    },
  ];
}

/** Causal needs the blank at the end; another sentence gives way to one that has it there. */
function coupleCausally({ state }: Page): Partial<State> {
  const { text } = state.get();
  return { coupling: 'causal', token: 1, ...(!endsInBlank(text) && { text: defaults.text }) };
}

/** Whom particle 1, the first after the start, hears most in the step looked at. */
function firstWordHears(page: Page): string | null {
  const trace = page.traces.get().value;
  if (!trace) return null;
  const { head, language } = page.state.get();
  const step = stepTo(shownFrame(page.state.get(), trace));
  const row = weightsOf(trace.attentions[step] ?? [], head)[1];
  if (!row) return null;
  const order = [...row.keys()].filter((j) => row[j] > 0).sort((a, b) => row[b] - row[a]);
  const names = order
    .slice(0, 3)
    .map((j) => `${tokenName(trace, j, page.words)} ${percent(row[j], language)}`);
  return names.join(', ') + (order.length > 3 ? ' …' : '');
}
