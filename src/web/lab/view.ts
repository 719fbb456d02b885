/** The Lab tab: a run and its settings, a picture, its numbers, and what can be taken away. */
import { fill, h } from '../dom.ts';
import { describeProblem } from '../notice.ts';
import type { Page } from '../page.ts';
import { createSettingsCard } from './controls/card.ts';
import { createExports } from './exports/card.ts';
import { createHistory } from './history.ts';
import { createLab, type Lab } from './lab.ts';
import { createStage } from './picture/stage.ts';
import { createPlayer } from './player.ts';
import { createReadouts } from './readouts.ts';
import { createTaking } from './taking.ts';

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
    const { status, problem, shown } = lab.session.get();
    const { missing } = lab.brought();
    view.classList.toggle('stale', shown !== null && (status !== 'ready' || missing !== null));
    view.classList.toggle('waiting', shown === null);
    view.classList.toggle('of-sentence', lab.settings().start === 'sentence');
    view.setAttribute('aria-busy', String(status === 'loading'));
    fill(waiting, waitingFor(lab));
    fill(told, status === 'failed' && problem && describeProblem(page, problem, failure(lab)));
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

function failure({ words, session }: Lab) {
  const own = (session.get().problem?.status ?? 0) >= 400;
  return own ? { heading: words.failed } : {};
}

/** Which engine runs it and why, and where it stopped: in the simulator's own words. */
function createRunLine({ session, words }: Lab): HTMLElement {
  const line = h('p', { class: 'hint lab-run' });
  session.subscribe((now, before) => {
    if (now.report === before.report) return;
    const { report } = now;
    const ended = now.last !== null && report && report.stopped !== 'end';
    const stopped = ended && words.stopped[report.stopped as keyof typeof words.stopped];
    fill(
      line,
      report && `${report.engine.name}: ${report.engine.reason}`,
      stopped && ` · ${stopped}`,
    );
  });
  return line;
}
