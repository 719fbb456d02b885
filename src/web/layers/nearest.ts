/** The words of the vocabulary that the selected particle is nearest to, layer by layer. */
import { fill, h, setAttribute, setVariable } from '../dom.ts';
import { decimal, percent, visibleToken } from '../format.ts';
import { describeFailure } from '../notice.ts';
import type { Page } from '../page.ts';
import { frameOf, goToFrame, tokenName } from '../page.ts';
import { operationSpelled } from '../share/calls.ts';
import { createSnippet } from '../share/copy.ts';
import { shareWordsOf } from '../share/words.ts';
import { createResource } from '../store.ts';
import {
  askNearest,
  LISTED,
  NEAREST_RECORD,
  type NearestReply,
  nearestQuestion,
  watchedToken,
} from './inside/ask.ts';
import type { Panel } from './panel.ts';
import { layersWordsOf } from './words.ts';

export function createNearest(page: Page): Panel {
  const words = layersWordsOf(page.state.get().language).near;
  const share = shareWordsOf(page.state.get().language);
  const replies = createResource(askNearest);
  const lead = h('p', {});
  const rows = h('tbody');
  const caption = h('p', { class: 'hint' });
  const scroll = h(
    'div',
    { class: 'inside-scroll', tabindex: 0, role: 'region', 'aria-label': words.label },
    h('table', { class: 'near-table' }, rows),
  );
  const away = h('div', { class: 'effects-away' });
  const body = h('div', {}, lead, caption, scroll, away);
  const message = h('div', { role: 'status' });
  let latest: Parameters<Panel['show']> | null = null;

  const show: Panel['show'] = (trace, layer) => {
    latest = [trace, layer];
    const question = nearestQuestion(page, trace);
    if (question === 'continuous') replies.clear();
    else if (question) replies.load(question);
    const { value, failure, status } = replies.get();
    body.hidden = failure !== null || value?.tokens.length !== trace.tokens.length;
    body.classList.toggle('stale', status === 'loading');
    message.hidden = !body.hidden;
    if (failure) fill(message, describeFailure(page, failure, {}));
    else fill(message, question === 'continuous' ? words.continuous : page.words.loading);
    if (body.hidden || !value) return;
    const token = watchedToken(page, trace);
    fill(lead, words.lead(tokenName(trace, token, page.words)));
    fill(caption, words.by[value.by]);
    fill(
      rows,
      ...value.layers.map((_, k) => createRow(page, value, k, token, trace.layers[layer])),
    );
    const { command } = operationSpelled(page, 'inside nearest', NEAREST_RECORD, (options) => ({
      coupling: options.coupling,
      depth: options.depth,
      count: LISTED,
      ...(question !== 'continuous' && { layers: question?.layers }),
    }));
    fill(away, command && createSnippet(share, `${share.command}: inside nearest`, command));
  };
  replies.subscribe(() => latest && show(...latest));
  return { element: h('div', { class: 'near' }, message, body), show };
}

function createRow(
  page: Page,
  { layers, words: all, by }: NearestReply,
  k: number,
  token: number,
  here: number,
): HTMLElement {
  const { language } = page.state.get();
  const go = () => {
    const trace = page.traces.get().value;
    if (trace) goToFrame(page, frameOf(trace.layers, layers[k]));
  };
  const said = (value: number) =>
    by === 'embedding' ? decimal(value, language, 2) : percent(value, language);
  const cells = all[k][token].map(({ token: word, value }) => {
    const cell = h(
      'td',
      { class: 'near-cell' },
      h('span', { class: 'near-word' }, visibleToken(word, page.words.end)),
      h('span', { class: 'near-value' }, said(value)),
    );
    setVariable(cell, '--share', String(Math.max(0, value)));
    return cell;
  });
  const row = h(
    'tr',
    {},
    h(
      'th',
      { scope: 'row', class: 'near-layer' },
      h('button', { type: 'button', class: 'plain', click: go }, String(layers[k])),
    ),
    ...cells,
  );
  setAttribute(row, 'aria-current', layers[k] === here && 'true');
  return row;
}
