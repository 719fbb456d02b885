/**
 * The numbers of the run as it goes: energy, clusters, cosines and order over time, and the modes of the frame
 * shown. They are measured beside the run, so that between two there may be frames without.
 */
import type { LineChart, Series } from '../charts.ts';
import { createLineChart } from '../charts.ts';
import { fill, h, setAttribute, setVariable } from '../dom.ts';
import { compact, decimal } from '../format.ts';
import { diagnosticWords } from './diagnostic-words.ts';
import type { LabFrame } from './frame.ts';
import type { Lab } from './lab.ts';
import { CHARTS, measuredOf, modesOf, questionOf } from './measure/question.ts';
import { framePlan } from './options.ts';

/** Milliseconds between two drawings of the charts while it plays. */
const EVERY = 250;

export interface Readouts {
  readonly element: HTMLElement;
}

export function createReadouts(lab: Lab): Readouts {
  const { session, page, words } = lab;
  const charts = CHARTS.map((names) => createChart(lab, names));
  const modes = createModes(lab);
  const notes = h('p', { class: 'hint' });
  const status = h('p', { class: 'unseen', role: 'status' });
  let drawn = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function show(): void {
    timer = undefined;
    drawn = performance.now();
    const { shown } = session.get();
    if (!shown || page.state.get().tab !== 'lab') return;
    const frames = measuredFrames(session.film(), shown);
    for (const chart of charts) chart.show(frames, shown);
    modes.show(
      frames.findLast(({ index }) => index <= shown.index),
      shown,
    );
    fill(notes, Object.keys(shown.measured?.notes ?? {}).length > 0 && words.partly);
  }
  /** At once when it rests, else now and then. */
  const ask = (now: boolean) => {
    if (now) clearTimeout(timer);
    else if (timer !== undefined) return;
    timer = setTimeout(show, now ? 0 : Math.max(0, EVERY - (performance.now() - drawn)));
  };
  session.subscribe((now, before) => {
    if (now.shown !== before.shown || now.playing !== before.playing) {
      if (now.shown) measure(lab, now.shown);
      ask(!now.playing);
    }
    const resting = !now.playing && !now.seeking && now.shown?.measured;
    if (resting && now.shown) fill(status, summary(lab, now.shown));
  });
  page.state.subscribe((now, before) => {
    if (now.theme !== before.theme || now.tab !== before.tab) ask(true);
  });
  queueMicrotask(() => ask(true));
  return {
    element: h(
      'section',
      { class: 'card lab-readouts' },
      h('h2', {}, words.readouts),
      h('p', { class: 'hint' }, words.readoutsHint),
      h(
        'div',
        { class: 'charts lab-charts' },
        ...charts.map(({ element }) => element),
        modes.element,
      ),
      notes,
      status,
    ),
  };
}

const measuredFrames = (film: readonly LabFrame[], shown: LabFrame) =>
  film.filter(({ measured, of }) => measured !== null && of === shown.of);

/** Asks for the numbers of a frame that has none. */
function measure({ measurer, session }: Lab, frame: LabFrame): void {
  const question = questionOf(session, frame);
  if (question) measurer.diagnose(question, (found) => session.keep(frame, measuredOf(found)));
}

const wordsFor = ({ page }: Lab, name: string) => diagnosticWords(page.state.get().language, name);

function createChart(lab: Lab, names: readonly string[]) {
  const { page, session, words } = lab;
  const { title, help } = wordsFor(lab, names[0]);
  const canvas = h('canvas', { role: 'img' });
  const value = h('span', { class: 'chart-value' });
  let latest: readonly LabFrame[] = [];
  const chart: LineChart = createLineChart(page, canvas, (at) => {
    const frame = latest[at - 1];
    if (frame) session.goTo(frame.index);
  });
  const [mean, least] = [words.meanWord, words.least];
  return {
    element: h(
      'figure',
      {},
      h('figcaption', { title: help }, h('strong', {}, title), value),
      h('div', { class: 'chart small' }, canvas),
    ),
    show(frames: readonly LabFrame[], shown: LabFrame) {
      const { language } = page.state.get();
      const measured = frames.findLast(({ index }) => index <= shown.index);
      const now = names.map((name) => measured && numberOf(measured, name));
      fill(value, now.map((one) => written(one ?? null, language)).join(' / '));
      const { settings } = shown.of;
      const log = settings.pace === 'log';
      const kept = log ? frames.filter(({ time }) => time > 0) : frames;
      latest = kept;
      const { end } = framePlan(settings);
      const series = names.map(
        (name, i): Series => ({
          label: names.length === 1 ? title : [mean, least][i],
          // The axis is that of the whole run, from the beginning on.
          values: [null, ...kept.map((frame) => numberOf(frame, name)), null],
          colour: i,
          counts: name === 'cluster_count',
        }),
      );
      const place = (time: number) => (log ? Math.log10(time) : time);
      const x = [log ? settings.step : 0, ...kept.map(({ time }) => time), end].map(place);
      chart.show({
        title,
        series,
        x,
        xTitle: log ? words.logTimeAxis : words.timeAxis,
        marked: 1 + nearest(kept, shown),
      });
    },
  };
}

/** Counts are whole. */
function written(value: number | null, language: 'de' | 'en'): string {
  if (value === null) return '–';
  return Number.isInteger(value) && Math.abs(value) >= 1 && Math.abs(value) < 1e6
    ? decimal(value, language, 0)
    : compact(value, language);
}

function numberOf({ measured }: LabFrame, name: string): number | null {
  const value = measured?.values[name];
  return typeof value === 'number' ? value : null;
}

function nearest(frames: readonly LabFrame[], shown: LabFrame): number {
  const after = frames.findIndex(({ index }) => index >= shown.index);
  return after < 0 ? frames.length - 1 : after;
}

/** The modes of the frame shown as bars, each with its number. */
function createModes(lab: Lab) {
  const list = h('ol', { class: 'lab-modes' });
  const caption = h('strong');
  const element = h('figure', { hidden: true }, h('figcaption', {}, caption), list);
  const { page } = lab;
  return {
    element,
    show(measured: LabFrame | undefined, shown: LabFrame) {
      const name = modesOf(shown.of.settings);
      const values = name && measured?.measured?.values[name];
      element.hidden = !Array.isArray(values);
      element.parentElement?.classList.toggle('with-modes', !element.hidden);
      if (!name || !Array.isArray(values)) return;
      const { title, help } = wordsFor(lab, name);
      fill(caption, title);
      setAttribute(caption, 'title', help);
      const { language } = page.state.get();
      while (list.children.length > values.length) list.lastElementChild?.remove();
      while (list.children.length < values.length)
        list.append(h('li', {}, h('i'), h('b', {}, list.children.length + 1), h('span')));
      values.forEach((value, k) => {
        const item = list.children[k] as HTMLElement;
        setVariable(item, '--share', String(Math.min(1, Math.abs(value))));
        const number = item.lastElementChild;
        if (number) number.textContent = compact(value, language);
      });
    },
  };
}

/** What a screen reader is told when a run comes to rest. */
function summary({ words, page }: Lab, shown: LabFrame): string {
  const { language } = page.state.get();
  const clusters = numberOf(shown, 'cluster_count');
  const order = numberOf(shown, 'mean_resultant');
  return words.status(
    compact(shown.time, language),
    clusters === null ? words.unknownClusters : words.clusterCount(clusters),
    order === null ? '–' : compact(order, language),
  );
}
