/** The Lab tab: a run and its settings, a picture, its numbers, and what can be taken away. */
import type { SimulationReport } from '../../flow/simulate.ts';
import { fill, h, setAttribute } from '../dom.ts';
import { describeFailure } from '../notice.ts';
import type { Page } from '../page.ts';
import { createSettingsCard } from './controls/card.ts';
import { createExports } from './exports/card.ts';
import { createHistory } from './history.ts';
import { createLab, type Lab } from './lab.ts';
import { createStage } from './picture/stage.ts';
import { createPlayer } from './player.ts';
import { createReadouts } from './readouts.ts';
import { createTaking } from './taking.ts';
import type { LabWords } from './words.ts';

export function createLabView(page: Page): HTMLElement {
  const lab = createLab(page);
  const stage = createStage(lab);
  const told = h('div', { class: 'lab-told', role: 'alert' });
  const waiting = h('p', { class: 'nothing lab-waiting', role: 'status' });
  const picture = h(
    'section',
    { class: 'card lab-picture' },
    h('h2', { class: 'unseen' }, lab.words.picture),
    waiting,
    stage.element,
    createTaking(lab),
    createRunLine(lab),
  );
  const view = h(
    'div',
    { class: 'lab' },
    createPlayer(lab),
    told,
    h('div', { class: 'lab-grid' }, picture, createSettingsCard(lab)),
    createReadouts(lab).element,
    createHistory(lab),
    createExports(lab, stage),
  );
  const show = () => {
    const { status, failure: failed, shown } = lab.session.get();
    const { missing } = lab.brought();
    view.classList.toggle('stale', shown !== null && (status !== 'ready' || missing !== null));
    view.classList.toggle('waiting', shown === null);
    view.classList.toggle('of-sentence', lab.settings().start === 'sentence');
    view.setAttribute('aria-busy', String(status === 'loading'));
    fill(waiting, waitingFor(lab));
    fill(told, status === 'failed' && failed && describeFailure(page, failed, failure(lab)));
  };
  lab.session.subscribe((now, before) => {
    if (now.status !== before.status || (now.shown === null) !== (before.shown === null)) show();
  });
  lab.onSettings(show);
  page.traces.subscribe(show);
  show();
  return view;
}

function waitingFor({ session, words, brought }: Lab): string | null {
  const { missing } = brought();
  if (missing === 'failed') return words.sentenceFailed;
  if (missing) return words.sentenceLoading;
  return session.get().shown || session.get().status === 'failed' ? null : words.loading;
}

function failure({ words, session, retry }: Lab) {
  const own = (session.get().failure?.status ?? 0) >= 400;
  return { retry, ...(own && { heading: words.failed }) };
}

/** Which engine runs it, where it stopped, and what the simulator says that a reader must know. */
function createRunLine({ session, words }: Lab): HTMLElement {
  const line = h('p', { class: 'hint lab-run' });
  session.subscribe((now, before) => {
    if (now.report === before.report) return;
    fill(line, now.report && runText(words, now.report, now.last !== null));
    setAttribute(line, 'title', now.report?.engine.reason);
  });
  return line;
}

function runText(words: LabWords, report: SimulationReport, ended: boolean): string {
  const { engine, stopped, notes } = report;
  const known = words.engines[engine.name as keyof LabWords['engines']] ?? engine.reason;
  const early = words.stopped[stopped as keyof LabWords['stopped']];
  return [
    `${engine.name}: ${known}`,
    ...(ended && early ? [early] : []),
    ...Object.entries(notes).flatMap(([name, note]) => (name === 'engine' ? [] : [note])),
  ].join(' · ');
}
