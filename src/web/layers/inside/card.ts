/**
 * Inside one layer: one particle, one step, one head, and all numbers from Q·K to the normalisation. The head with the
 * largest part is opened where none is chosen.
 */
import { norm } from '../../../numerics/vectors.ts';
import type { Trace } from '../../api.ts';
import { type Child, fill, h, setAttribute, setVariable } from '../../dom.ts';
import { decimal } from '../../format.ts';
import { describeFailure } from '../../notice.ts';
import type { Page } from '../../page.ts';
import { couplingOf, tokenName } from '../../page.ts';
import { operationSpelled } from '../../share/calls.ts';
import { createSnippet } from '../../share/copy.ts';
import { download, textFile } from '../../share/files.ts';
import { shareWordsOf } from '../../share/words.ts';
import { createResource } from '../../store.ts';
import { tokenColours } from '../../token-colours.ts';
import type { Panel } from '../panel.ts';
import { askInside, INSIDE_RECORD, type InsideReply, insideQuestion } from './ask.ts';
import { createStrips, mostOf, type Strips } from './strip.ts';
import { type InsideWords, insideWordsOf } from './words.ts';

export function createInside(page: Page): Panel {
  const words = insideWordsOf(page.state.get().language);
  const replies = createResource(askInside);
  const lead = h('p', { class: 'hint' });
  const readout = h('p', { class: 'readout inside-readout', 'aria-live': 'polite' }, words.rest);
  const strips = createStrips(
    page,
    (name, numbers) => fill(readout, words.numbers(name, numbers)),
    words.strip,
  );
  const heads = h('div', { class: 'inside-heads', role: 'group', 'aria-label': words.heads });
  const stages = h('ol', { class: 'inside-stages' });
  const away = h('div', { class: 'effects-away' });
  const body = h('div', {}, lead, heads, stages, readout, away);
  const message = h('div', { role: 'status' });
  let latest: Parameters<Panel['show']> | null = null;
  let drawn: readonly unknown[] = [];

  function show(trace: Trace, layer: number): void {
    latest = [trace, layer];
    const question = insideQuestion(page, trace);
    if (question === 'continuous') replies.clear();
    else if (question) replies.load(question);
    const { value, failure, status } = replies.get();
    body.hidden = value === null || failure !== null || value.tokens.length !== trace.tokens.length;
    body.classList.toggle('stale', status === 'loading');
    message.hidden = !body.hidden;
    if (failure) fill(message, describeFailure(page, failure, {}));
    else fill(message, question === 'continuous' ? words.continuous : words.loading);
    if (body.hidden || value === null) return;
    const chosen = page.state.get().head;
    const head = chosen !== null && chosen < value.heads.length ? chosen : strongest(value);
    const now = [value, head, trace];
    if (now.every((one, i) => one === drawn[i])) return;
    if (drawn[0] !== value) fill(away, ...createAway(page, words, value));
    drawn = now;
    const { language } = page.state.get();
    const name = tokenName(trace, value.token, page.words);
    fill(lead, words.lead(name, value.layer, decimal(value.time, language, 3)));
    fill(heads, ...createHeadButtons(page, words, value, head));
    fill(stages, ...createStages(page, words, strips, trace, value, head));
    fill(readout, words.rest);
  }

  replies.subscribe(() => latest && show(...latest));
  return { element: h('div', { class: 'inside' }, message, body), show };
}

/** The head that adds most. */
function strongest({ heads }: InsideReply): number {
  const lengths = heads.map(({ added }) => norm(added));
  return lengths.indexOf(Math.max(...lengths));
}

/** Each as long as what it adds. */
function createHeadButtons(
  page: Page,
  words: InsideWords,
  { heads }: InsideReply,
  chosen: number,
): HTMLElement[] {
  const { language } = page.state.get();
  const lengths = heads.map(({ added }) => norm(added));
  const most = Math.max(...lengths);
  return lengths.map((length, head) => {
    const button = h(
      'button',
      { type: 'button', class: 'inside-head', click: () => page.state.set({ head }) },
      h('span', {}, words.head(head + 1)),
      h('span', {}, decimal(length, language, 3)),
    );
    setAttribute(button, 'aria-pressed', String(head === chosen));
    setVariable(button, '--share', String(most > 0 ? length / most : 0));
    return button;
  });
}

function createStages(
  page: Page,
  words: InsideWords,
  strips: Strips,
  trace: Trace,
  found: InsideReply,
  head: number,
): HTMLElement[] {
  const { language } = page.state.get();
  const { heads, token, before, velocity, moved, after, step } = found;
  const own = heads[head];
  const number = (value: number) => decimal(value, language, 3);
  const name = tokenName(trace, token, page.words);
  const { stages } = words;
  const line = (label: string, values: readonly number[], most = mostOf(values)) =>
    h(
      'div',
      { class: 'inside-line' },
      h('span', { class: 'inside-name' }, label),
      strips.strip(label, values, most),
      h('span', { class: 'inside-number' }, words.length(number(norm(values)))),
    );
  const stage = (title: string, help: string, ...content: Child[]) =>
    h('li', {}, h('h3', {}, title), h('p', { class: 'hint' }, help), ...content);
  const positions = mostOf(before, moved, after);
  const sinkhorn = couplingOf(page.state.get(), page) === 'sinkhorn';
  return [
    stage(
      `${stages.query.title} → ${stages.softmax.title}`,
      `${stages.query.help(name)} ${sinkhorn ? words.balanced : stages.softmax.help()}`,
      line(words.query, own.query),
      createTable(page, words, strips, trace, found, head),
    ),
    stage(stages.value.title, stages.value.help(), line(words.mixed, own.mixed)),
    stage(stages.output.title, stages.output.help(), line(words.added, own.added)),
    stage(
      stages.step.title,
      stages.step.help(number(step)),
      line(words.velocity, velocity),
      line(words.before, before, positions),
      line(words.moved, moved, positions),
    ),
    stage(
      stages.normalise.title,
      stages.normalise.help(),
      line(words.after, after, positions),
      h(
        'p',
        { class: 'inside-turned' },
        words.turned(
          angleText(found.angle, language),
          number(found.radial),
          number(found.tangential),
        ),
      ),
    ),
  ];
}

const angleText = (angle: number, language: 'de' | 'en') =>
  `${decimal(angle, language, 3)} rad (${decimal((angle * 180) / Math.PI, language, 1)}°)`;

/** All particles that are attended to: key, score, weight, value. */
function createTable(
  page: Page,
  words: InsideWords,
  strips: Strips,
  trace: Trace,
  { heads }: InsideReply,
  head: number,
): HTMLElement {
  const { language } = page.state.get();
  const { keys, values, scores, weights } = heads[head];
  const [mostKey, mostValue] = [mostOf(...keys), mostOf(...values)];
  const colours = tokenColours(trace);
  const { columns } = words;
  const names = [columns.particle, columns.key, columns.score, columns.weight, columns.value];
  const rows = weights.map((weight, j) => {
    const name = tokenName(trace, j, page.words);
    const score = scores[j];
    const bar = h('td', { class: 'number weight' }, decimal(weight, language, 3));
    setVariable(bar, '--share', String(weight));
    const row = h(
      'tr',
      {},
      h('th', { scope: 'row' }, h('span', { class: 'member' }, name)),
      h('td', {}, strips.strip(`K ${name}`, keys[j], mostKey)),
      h('td', { class: 'number' }, score === null ? words.masked : decimal(score, language, 3)),
      bar,
      h('td', {}, strips.strip(`V ${name}`, values[j], mostValue)),
    );
    setVariable(row, '--colour', colours[j]);
    return row;
  });
  return h(
    'div',
    { class: 'inside-scroll', tabindex: 0, role: 'region', 'aria-label': words.stages.query.title },
    h(
      'table',
      { class: 'inside-table' },
      h('thead', {}, h('tr', {}, ...names.map((name) => h('th', { scope: 'col' }, name)))),
      h('tbody', {}, ...rows),
    ),
  );
}

function createAway(page: Page, words: InsideWords, found: InsideReply): HTMLElement[] {
  const share = shareWordsOf(page.state.get().language);
  const { layer, token } = found;
  const save = () =>
    download('inside.json', textFile(`${JSON.stringify(found)}\n`, 'application/json'));
  const { command } = operationSpelled(page, 'inside layer', INSIDE_RECORD, (options) => ({
    coupling: options.coupling,
    depth: options.depth,
    layer,
    token,
  }));
  return [
    h('button', { type: 'button', class: 'button', click: save }, words.json),
    ...(command ? [createSnippet(share, `${share.command}: inside layer`, command)] : []),
  ];
}
