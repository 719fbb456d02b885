/** The sentence set large with its best answer in the blank; each word is a button that blanks it. */
import type { Prediction } from '../api.ts';
import { setText } from '../composer.ts';
import { fill, h } from '../dom.ts';
import { compact, decimal, entropyRange, percent, visibleAnswer } from '../format.ts';
import { controlsOf, isLocked } from '../locks.ts';
import type { Page } from '../page.ts';
import type { Piece } from '../sentence.ts';
import { appendBlank, blanks, moveBlank, pieces } from '../sentence.ts';
import type { Language } from '../state.ts';

export function createCompletion(page: Page): HTMLElement {
  const { words, answers, state } = page;
  // words that are written from right to left keep their order
  const line = h('p', { class: 'sentence', dir: 'auto' });
  const confidence = h('p', { class: 'confidence' });
  const hint = h('p', { class: 'hint' });
  const status = h('p', { class: 'unseen', role: 'status' });
  const show = () => {
    const { value, status: asked } = answers.get();
    fill(status, asked === 'ready' && value ? spoken(page, value) : '');
    const isSaid = value && asked !== 'failed' && fits(page, value);
    fill(confidence, isSaid ? confidenceIn(page, value) : '');
    if (state.get().text.trim() === '') return showEmpty(page, line, hint);
    fill(line, ...completed(page, value));
    fill(hint, isLocked(state.get(), 'text') ? '' : words.wordHint);
  };
  answers.subscribe(show);
  state.subscribe((now, before) => now.text !== before.text && show());
  show();
  return h(
    'div',
    { class: 'completion' },
    controlsOf(page, 'text', line),
    confidence,
    hint,
    status,
  );
}

/** Least probability of the best answer for each word of confidence, the surest first. */
const SURENESS = [0.9, 0.6, 0.3, 0];

/** "Unsure: 23.3 % …": how much the best answer has, and between how many equal ones so much would be undecided. */
function confidenceIn({ words, state }: Page, prediction: Prediction): string {
  const { language } = state.get();
  const score = prediction.predictions[0]?.score ?? 0;
  const word = words.sureness[SURENESS.findIndex((least) => score >= least)];
  const equal = entropyRange(prediction, words, (nats) => count(Math.exp(nats), language));
  return words.confidence(word, percent(score, language), equal);
}

/** A number of answers: as many millions as there may be say no more than their power of ten. */
const count = (value: number, language: Language) =>
  value < 1e6 ? decimal(value, language, 1) : compact(value, language);

function showEmpty({ words }: Page, line: HTMLElement, hint: HTMLElement): void {
  fill(line, h('span', { class: 'quiet' }, words.emptyTitle));
  fill(hint, words.emptyBody);
}

function spoken({ words, state }: Page, value: Prediction): string {
  const best = value.predictions[0];
  if (!best) return '';
  const say = value.kind === 'next-token' ? words.nextStatus : words.answerStatus;
  return say(visibleAnswer(best.token_str, words.end), percent(best.score, state.get().language));
}

/** Whether this is what the sentence that stands there was answered. */
const fits = ({ state }: Page, { text }: Prediction): boolean =>
  text.trim() !== '' && text.trim() === state.get().text.trim();

/** The sentence in pieces; the answer is shown only with the sentence that it belongs to. */
function completed(page: Page, value: Prediction | null): (Node | string)[] {
  const { text } = page.state.get();
  const best = value && fits(page, value) ? value.predictions[0]?.token_str : undefined;
  const nodes = pieces(text).map((piece) => {
    if (piece.kind === 'other') return piece.text;
    return piece.kind === 'blank' ? answer(best) : wordButton(page, piece, best);
  });
  return blanks(text).length > 0 ? nodes : [...nodes, ...continuation(page, best)];
}

function answer(best: string | undefined): HTMLElement {
  return best === undefined
    ? h('span', { class: 'answer open' }, '\u2007\u2007\u2007\u2007')
    : h('strong', { class: 'answer' }, best.trim());
}

function wordButton(page: Page, piece: Piece, best: string | undefined): HTMLElement {
  const filling = best?.trim() ?? '';
  const click = () => setText(page, moveBlank(page.state.get().text, piece, filling));
  const label = page.words.makeBlank(piece.text);
  return h('button', { type: 'button', class: 'word', title: label, click }, piece.text);
}

/** Without a blank the most probable next token follows, paler, and a blank can be added. */
function continuation(page: Page, best: string | undefined): (Node | string)[] {
  const click = () => setText(page, appendBlank(page.state.get().text));
  const add = h('button', { type: 'button', class: 'chip add', click }, page.words.appendBlank);
  return [h('span', { class: 'next' }, best ?? ''), ' ', add];
}
