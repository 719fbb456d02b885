/** Step 5: the word, read at the blank's particle. */
import type { Answer, Trace } from '../api.ts';
import { h } from '../dom.ts';
import { decimal, entropyRange, percent, visibleAnswer } from '../format.ts';
import { createPlayer } from '../layers/player.ts';
import type { Page } from '../page.ts';
import type { Bar } from '../predict/bars.ts';
import { createBars } from '../predict/bars.ts';
import { createLayerRuns } from '../predict/layer-runs.ts';
import type { Context, Fact, Step } from './context.ts';
import { bestAnswer } from './layers.ts';
import type { LearnWords } from './words.ts';

const read = String.raw`p = \operatorname{softmax}\bigl(U x_\square(T) + b\bigr)`;

export const wordStep: Step = {
  formulas: {
    student: [read],
    mathematician: [read, String.raw`p(w_1 \dots w_m) = \prod_{k=1}^{m} p(w_k \mid w_{<k})`],
  },
  createView,
  facts,
  trial: { patch: sayWhoLikesDogs, measure: bestAnswer },
  createMore: createLayerRuns,
};

function createView(page: Page, words: LearnWords) {
  const player = createPlayer(page, 'word-');
  const bars = createBars(page, 10);
  return {
    element: h('div', {}, player.element, h('h3', {}, words.answersAt), bars.element),
    show(trace: Trace, layer: number) {
      player.show(trace, layer);
      bars.show(barsAt(page, trace, layer), highest(trace));
    },
  };
}

/** The candidates of the end in their order there, as likely as the layer finds them. */
export function barsAt({ words }: Page, trace: Trace, layer: number): Bar[] {
  const { candidates } = trace.logit_lens[layer];
  const order = trace.logit_lens.at(-1)?.candidates ?? [];
  return order.map((last, i) => {
    const score = scoreOf(candidates, last);
    const best = candidates[0]?.token_str === last.token_str;
    const label = visibleAnswer(last.token_str, words.end);
    return { label, score, mark: String(i + 1), kind: best ? 'best' : 'listed' };
  });
}

function scoreOf(candidates: readonly Answer[], { token_str }: Answer): number {
  return candidates.find((candidate) => candidate.token_str === token_str)?.score ?? 0;
}

/** One scale for all layers, so that the bars grow. */
function highest({ logit_lens }: Trace): number {
  return Math.max(...logit_lens.flatMap(({ candidates }) => candidates.map((c) => c.score)), 1e-9);
}

function facts({ page, words, trace, layer }: Context): Fact[] {
  const { language } = page.state.get();
  const best = trace.logit_lens[layer]?.candidates[0];
  const prediction = page.answers.get().value;
  const { factNames } = words;
  return [
    ...(best
      ? [
          {
            tex: 'p',
            name: factNames.best(visibleAnswer(best.token_str, page.words.end)),
            value: percent(best.score, language),
          },
        ]
      : []),
    ...(prediction
      ? [
          {
            tex: 'H',
            name: factNames.entropy,
            value: entropyRange(prediction, page.words, (nats) => decimal(nats, language, 2)),
          },
        ]
      : []),
  ];
}

function sayWhoLikesDogs({ state }: Page) {
  const { language } = state.get();
  const text =
    language === 'de'
      ? 'Anna mag Hunde. Annas Lieblingstier ist __'
      : 'Anna likes dogs. Her favourite animal is the __';
  return { text, layer: null, token: null };
}
