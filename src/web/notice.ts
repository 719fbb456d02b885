/** A failure, told in place with its remedy; and what is said where there is nothing to show yet. */
import { fill, h } from './dom.ts';
import { type Page, unasked } from './page.ts';
import type { ProblemDetails } from './problem-details.ts';
import type { Words } from './words.ts';

/** Shows what is wrong with the latest answer, or with its layers, and how to go on; a line where nothing was to be asked. */
export function createNotice(page: Page): HTMLElement {
  const notice = h('div', { class: 'notice-place', role: 'alert' });
  const show = () => {
    const { words } = page;
    const answer = page.answers.get();
    const layers = page.traces.get();
    const kept = answer.value !== null && words.failure.kept;
    const why = unasked(page.state.get(), page, answer);
    if (why) fill(notice, h('p', { class: 'hint' }, words.unasked[why]));
    else if (answer.failure) fill(notice, describeFailure(page, answer.failure, { remark: kept }));
    else if (layers.failure && answer.status === 'ready')
      fill(notice, describeFailure(page, layers.failure, { heading: words.failure.traceFailed }));
    else fill(notice);
  };
  for (const source of [page.answers, page.traces, page.models]) source.subscribe(show);
  show();
  return notice;
}

interface Telling {
  /** In place of the headline that goes with the status. */
  readonly heading?: string;
  readonly remark?: string | false;
  /** What the button does, instead of asking the server again. */
  readonly retry?: () => void;
}

/** A failure as a card, with a button where trying again can help. */
export function describeFailure(
  page: Page,
  failure: ProblemDetails,
  telling: Telling,
): HTMLElement {
  const { words } = page;
  const { heading = titleOf(words, failure), remark, retry = page.retry } = telling;
  const detail =
    failure.status === 0 ? words.failure.networkRemedy : failure.detail || failure.title;
  return h(
    'div',
    { class: 'notice' },
    h('h2', {}, heading),
    detail && h('p', {}, detail),
    remark && h('p', { class: 'quiet' }, remark),
    canHelp(failure) && createRetry(page, failure, retry),
  );
}

/** The headline in the reader's language; the detail is the server's own line. */
function titleOf({ failure: titles }: Words, { status }: ProblemDetails): string {
  if (status === 0) return titles.network;
  if (status === 429 || status === 503) return titles.busy;
  return status >= 500 ? titles.server : titles.question;
}

/** Asking the same again helps only where the question itself was not at fault. */
function canHelp({ status }: ProblemDetails): boolean {
  return status === 0 || status === 429 || status >= 500;
}

function createRetry(
  page: Page,
  { retryAfter }: ProblemDetails,
  retry: () => void,
): HTMLButtonElement {
  const { words } = page;
  const button = h('button', { type: 'button', class: 'button', click: retry });
  let seconds = Math.min(retryAfter ?? 0, 600);
  const tick = () => {
    button.disabled = seconds > 0;
    fill(button, seconds > 0 ? words.failure.retryAfter(seconds) : words.failure.retry);
    if (seconds-- > 0) setTimeout(tick, 1000);
  };
  tick();
  return button;
}
