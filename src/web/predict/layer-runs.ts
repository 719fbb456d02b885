/** The best answer at each layer, as stretches of layers that agree, and its probability as lines. */
import type { Answer, Trace } from '../api.ts';
import type { LineChart, Lines } from '../charts.ts';
import { seriesColour } from '../colours.ts';
import { fill, h, setVariable } from '../dom.ts';
import { decimal, percent, visibleAnswer, visibleToken } from '../format.ts';
import type { Page } from '../page.ts';
import { goToFrame, isContinuous } from '../page.ts';

/** Neighbouring frames whose best answer is the same. */
export interface Run {
  readonly answer: string;
  readonly first: number;
  readonly last: number;
  /** The answer's probability at the end of the run. */
  readonly score: number;
}

/** How many answers get a line and a colour of their own. */
const lines = 5;

export function createLayerRuns(page: Page): HTMLElement {
  const { words, traces, state } = page;
  const list = h('ol', { class: 'runs' });
  const canvas = h('canvas', { role: 'img' });
  const view = h(
    'section',
    { class: 'card per-layer' },
    h('h2', {}, words.perLayer),
    h('p', { class: 'hint' }, words.perLayerHint),
    h('div', { class: 'runs-scroll' }, list),
    h('div', { class: 'chart per-layer-chart' }, canvas),
  );
  const draw = createDrawing(page, canvas);
  const show = () => {
    const { status, value } = traces.get();
    view.classList.toggle('waiting', value === null);
    view.classList.toggle('stale', value !== null && status !== 'ready');
    if (!value) return fill(list);
    const order = tracked(value).map(({ token_str }) => token_str.trim());
    fill(list, ...runs(value).map((run) => createRun(page, value, run, order)));
    draw(value);
  };
  traces.subscribe(show);
  state.subscribe((now, before) => {
    if (now.tab !== before.tab || now.theme !== before.theme) show();
  });
  show();
  return view;
}

/** The frames of a lens, gathered into runs of one best answer. */
export function runs({ logit_lens }: Pick<Trace, 'logit_lens'>): Run[] {
  const gathered: Run[] = [];
  for (const [frame, layer] of logit_lens.entries()) {
    const top: Answer | undefined = layer.candidates[0];
    if (!top) continue;
    const answer = top.token_str.trim();
    const before = gathered.at(-1);
    const joins = before?.answer === answer;
    const first = joins ? before.first : frame;
    if (joins) gathered.pop();
    gathered.push({ answer, first, last: frame, score: top.score });
  }
  return gathered;
}

/** The candidates that get a line: the best at the end. */
function tracked({ logit_lens }: Trace): Answer[] {
  return (logit_lens.at(-1)?.candidates ?? []).slice(0, lines);
}

function createRun(page: Page, trace: Trace, run: Run, order: string[]): HTMLElement {
  const { words, state } = page;
  const { language } = state.get();
  const name = (frame: number) =>
    isContinuous(page)
      ? `t = ${decimal(trace.times[frame], language, 2)}`
      : String(trace.layers[frame]);
  const open = () => {
    goToFrame(page, run.last);
    state.set({ tab: 'layers' });
  };
  const button = h(
    'button',
    { type: 'button', class: 'run-button', click: open },
    h('span', { class: 'run-layers' }, words.run(name(run.first), name(run.last))),
    h('span', { class: 'run-answer' }, visibleToken(run.answer, words.end)),
    h('span', { class: 'run-share' }, percent(run.score, language)),
  );
  const item = h('li', {}, button);
  setVariable(item, '--count', String(run.last - run.first + 1));
  const at = order.indexOf(run.answer);
  setVariable(item, '--colour', at < 0 ? 'var(--ink-2)' : seriesColour(at));
  return item;
}

/** chart.js is fetched only after the first answer stands. */
async function loadChart(page: Page, canvas: HTMLCanvasElement): Promise<LineChart> {
  const { createLineChart } = await import('../charts.ts');
  return createLineChart(page, canvas, (layer) => goToFrame(page, layer));
}

/** Draws the latest trace as soon as there is a chart to draw in; without one the list stands alone. */
function createDrawing(page: Page, canvas: HTMLCanvasElement): (trace: Trace) => void {
  let latest: Trace | null = null;
  let loading: Promise<LineChart> | null = null;
  return async (trace) => {
    latest = trace;
    loading ??= loadChart(page, canvas);
    try {
      const chart = await loading;
      if (latest === trace && !canvas.closest('[hidden]')) chart.show(lensLines(page, trace));
    } catch {
      loading = null; // the network is gone: the next trace tries again
    }
  };
}

/** The probability of the best answers of the end, layer by layer. */
export function lensLines(page: Page, trace: Trace): Lines {
  const { words } = page;
  const continuous = isContinuous(page);
  return {
    title: words.perLayer,
    x: continuous ? trace.times : trace.layers,
    xTitle: continuous ? words.timeAxis : words.layerAxis,
    yTitle: words.probability,
    share: true,
    legend: true,
    series: tracked(trace).map((top, i) => ({
      label: visibleAnswer(top.token_str, words.end),
      values: trace.logit_lens.map(({ candidates }) => scoreOf(candidates, top)),
      colour: i,
    })),
  };
}

function scoreOf(candidates: readonly Answer[], { token_str }: Answer): number | null {
  return candidates.find((candidate) => candidate.token_str === token_str)?.score ?? null;
}
