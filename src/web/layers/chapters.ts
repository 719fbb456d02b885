/** The chapters of the tab: what happens, where it is decided, who listens to whom, each with a sentence of its own. */
import type { Trace } from '../api.ts';
import { type Child, fill, h } from '../dom.ts';
import { decimal, percent, visibleAnswer } from '../format.ts';
import type { Page } from '../page.ts';
import { frameOf, goToFrame, tokenName, unasked } from '../page.ts';
import { toleranceText } from './dendrogram.ts';
import { toleranceOf } from './groups.ts';
import type { Panel } from './panel.ts';
import { decisionOf, gatheringOf, mostHeard, strongestLook } from './story.ts';
import { type Chapter, layersWordsOf } from './words.ts';

type Tell = (page: Page, trace: Trace) => Child[];

/** A chapter: its heading, what the trace tells of it, and the panels that show it. */
export function createChapter(page: Page, name: Chapter, panels: readonly Panel[]): Panel {
  const words = layersWordsOf(page.state.get().language);
  const told = h('p', { class: 'chapter-told' });
  const heading = h('h2', { id: `chapter-${name}` }, words.chapters[name]);
  let drawn: readonly unknown[] = [];
  return {
    element: h(
      'section',
      { class: 'chapter', 'aria-labelledby': `chapter-${name}` },
      h('div', { class: 'chapter-head' }, heading, told),
      h('div', { class: 'layers-grid' }, ...panels.map(({ element }) => element)),
    ),
    show(trace, layer) {
      const now = [trace, toleranceOf(page.state.get(), trace)];
      if (now.some((value, i) => value !== drawn[i])) fill(told, ...tellers[name](page, trace));
      drawn = now;
      for (const panel of panels) panel.show(trace, layer);
    },
  };
}

const tellers: Readonly<Record<Chapter, Tell>> = {
  happens(page, trace) {
    const { told } = layersWordsOf(page.state.get().language);
    const tolerance = toleranceOf(page.state.get(), trace);
    const { before, after, first } = gatheringOf(trace, tolerance);
    const start = told.clusters(before, after, toleranceText(page, tolerance));
    if (!first) return [start, ' ', told.noMeeting];
    const names = first.groups.map((group) =>
      group.map((i) => tokenName(trace, i, page.words)).join(' + '),
    );
    return [
      start,
      ' ',
      told.meeting(names),
      ' ',
      wayTo(page, frameOf(trace.layers, first.layer), trace),
    ];
  },

  decided(page, trace) {
    const { told } = layersWordsOf(page.state.get().language);
    const decision = decisionOf(trace);
    const why = unasked(page.state.get(), page, page.answers.get());
    if (!decision) return [why === 'head' ? told.noHead : told.nothingAsked];
    const name = (answer: string) => visibleAnswer(answer, page.words.end);
    const { answer, score, frame, before } = decision;
    const share = percent(score, page.state.get().language);
    const sentence =
      before === null
        ? told.decidedAtOnce(name(answer), share)
        : told.decided(name(answer), share, trace.layers[frame], name(before));
    return [sentence, ' ', wayTo(page, frame, trace)];
  },

  listens(page, trace) {
    const { language } = page.state.get();
    const { told } = layersWordsOf(language);
    const [look, heard] = [strongestLook(trace), mostHeard(trace)];
    if (!look || !heard) return [told.nobody];
    const name = (i: number) => tokenName(trace, i, page.words);
    return [
      told.heard(name(heard.token), percent(heard.share, language)),
      ' ',
      told.look(
        name(look.query),
        name(look.key),
        look.head + 1,
        trace.layers[look.step + 1],
        decimal(look.weight, language, 2),
      ),
      ' ',
      wayTo(page, look.step + 1, trace, () => page.state.set({ head: look.head })),
    ];
  },
};

/** A button to the frame that a sentence speaks of. */
function wayTo(page: Page, frame: number, { layers }: Trace, also = () => {}): HTMLElement {
  const { told } = layersWordsOf(page.state.get().language);
  const click = () => {
    also();
    goToFrame(page, frame);
  };
  return h('button', { type: 'button', class: 'plain way', click }, told.way(layers[frame]));
}
