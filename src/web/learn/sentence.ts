/** Step 1: the sentence becomes particles. */
import { dot } from '../../numerics/vectors.ts';
import type { Trace } from '../api.ts';
import { h } from '../dom.ts';
import { decimal } from '../format.ts';
import { createFlowPicture } from '../layers/trajectories.ts';
import type { Page } from '../page.ts';
import { tokenName } from '../page.ts';
import type { Context, Fact, Step } from './context.ts';
import { spokenOf } from './context.ts';
import { createVectors } from './vectors.ts';
import type { LearnWords } from './words.ts';

const place = String.raw`x_i(0) = \frac{E[w_i] + P[i]}{\lVert E[w_i] + P[i] \rVert}`;

export const sentenceStep: Step = {
  formulas: {
    student: [place],
    mathematician: [
      String.raw`${place} \in \mathbb{S}^{d-1}`,
      String.raw`\mu_0 = \frac{1}{n} \sum_{i=1}^{n} \delta_{x_i(0)}`,
    ],
  },
  createView,
  facts,
  trial: { patch: sayTwice, measure: cosineOfEquals },
};

function createView(page: Page, words: LearnWords) {
  const vectors = createVectors(page, words);
  const picture = createFlowPicture(page);
  picture.element.classList.add('starts-only');
  return {
    element: h('div', {}, vectors.element, picture.element),
    show(trace: Trace) {
      vectors.show(trace, 0);
      picture.show(trace, 0);
    },
  };
}

function facts({ page, words, trace }: Context): Fact[] {
  const { language } = page.state.get();
  const at = spokenOf(page, trace);
  const point = trace.hidden_states[0][at];
  const name = tokenName(trace, at, page.words);
  const { factNames } = words;
  return [
    { tex: 'n', name: factNames.tokens, value: String(trace.tokens.length) },
    { tex: 'd', name: factNames.dimension, value: String(point.length) },
    { tex: `w_{${at + 1}}`, name: factNames.token(name), value: String(trace.tokens[at].id) },
    {
      tex: String.raw`\lVert x_{${at + 1}} \rVert`,
      name: factNames.length(name),
      value: decimal(Math.sqrt(dot(point, point)), language, 6),
    },
  ];
}

function sayTwice({ state }: Page) {
  const { language } = state.get();
  const text =
    language === 'de' ? 'Der Hund sieht den Hund und __' : 'The dog sees the dog and the __';
  return { text, layer: null, token: null };
}

/** The cosine at the input of the first two particles that are the same token. */
function cosineOfEquals({ traces, state }: Page): string | null {
  const trace = traces.get().value;
  const found = trace && firstEquals(trace);
  if (!trace || !found) return null;
  const [a, b] = found.map((i) => trace.hidden_states[0][i]);
  return decimal(dot(a, b), state.get().language, 3);
}

export function firstEquals({ tokens }: Pick<Trace, 'tokens'>): [number, number] | null {
  for (const [i, { text }] of tokens.entries()) {
    const again = tokens.findIndex((other, j) => j > i && other.text === text);
    if (text.trim() !== '' && again >= 0) return [i, again];
  }
  return null;
}
