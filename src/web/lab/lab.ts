/**
 * The Lab as its parts share it: the settings, which live in the page's state and so in the link, and the
 * session that runs them. Not what is seen of it.
 */
import type { Matrix } from '../../numerics/matrix.ts';
import { isLocked } from '../locks.ts';
import type { Page } from '../page.ts';
import type { RunAbout } from './frame.ts';
import { readGiven, writeGiven } from './given.ts';
import { createMeasurer, type Measurer } from './measure/client.ts';
import { runOptions } from './options.ts';
import { sentenceStart } from './sentence.ts';
import { createSession, type Session } from './session.ts';
import { type LabSettings, readSettings, writeSettings } from './settings.ts';
import { type LabWords, labWords } from './words.ts';

export interface Lab {
  readonly page: Page;
  readonly words: LabWords;
  readonly session: Session;
  readonly measurer: Measurer;
  settings(): LabSettings;
  /** Whether the link fixes what is run; what is looked at is never fixed. */
  locked(): boolean;
  /** Changes settings by hand; what makes another run begins it at its start, unless the link fixes it. */
  change(next: Partial<LabSettings>): void;
  /** Begins a run from these positions, at time 0. */
  begin(positions: Matrix): void;
  /** Called when settings changed, by whomever. */
  onSettings(listener: (now: LabSettings) => void): void;
  /** The positions in place of a start, and what the particles are called. */
  brought(): Brought;
  togglePlay(): void;
  /** Plays as soon as the run that is about to begin is there. */
  playNext(): void;
  /** Begins the run once more, after it failed for no fault of its settings. */
  retry(): void;
}

export interface Brought {
  readonly init: Matrix | null;
  readonly labels: readonly string[] | null;
  /** Set where positions are wanted that are not there yet, or cannot be had. */
  readonly missing: 'loading' | 'failed' | null;
}

/** They outlive the view, which is built anew in another language. */
let kept: { measurer: Measurer; session: Session; key: string } | null = null;

/** Milliseconds that a setting rests before its run begins: a slider on its way begins none. */
const REST = 120;

export function createLab(page: Page): Lab {
  if (!kept) {
    const measurer = createMeasurer();
    kept = { measurer, session: createSession(measurer), key: '' };
  }
  const own = kept;
  const { session, measurer } = own;
  session.silence();
  const listeners = new Set<(now: LabSettings) => void>();
  let settings = readSettings(page.state.get().lab);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let playWhenThere = false;
  /** Set while a run is to begin: what is shown is of another one. */
  let coming = false;

  const brought = () => broughtFor(page, settings);
  const locked = () => isLocked(page.state.get(), 'lab');

  function follow(): void {
    if (page.state.get().tab !== 'lab') return;
    const { init, labels, missing } = brought();
    if (missing) return;
    const key = keyOf(settings, init);
    clearTimeout(timer);
    coming = key !== own.key;
    const next = () => begin(key, { settings, init, labels });
    if (key === own.key) followFrame();
    else timer = setTimeout(next, own.key === '' ? 0 : REST);
  }

  function begin(key: string, about: RunAbout): void {
    own.key = key;
    coming = false;
    playWhenThere ||= session.get().playing;
    session.open(runOptions(about.settings, about.init), about, settings.at);
  }

  function followFrame(): void {
    const { playing, seeking, shown } = session.get();
    if (!playing && !seeking && shown && shown.index !== settings.at) session.goTo(settings.at);
  }

  const set = (next: LabSettings) => page.state.set({ lab: writeSettings(next) });

  page.state.subscribe((now, before) => {
    if (now.lab !== before.lab) {
      settings = readSettings(now.lab);
      for (const listener of [...listeners]) listener(settings);
    }
    if (now.lab !== before.lab || now.tab !== before.tab) follow();
    if (now.tab !== 'lab' && before.tab === 'lab') session.pause();
  });
  page.traces.subscribe(() => settings.start === 'sentence' && follow());
  session.subscribe(({ status, shown, playing, seeking }) => {
    if (coming || status !== 'ready' || seeking || !shown) return;
    if (playWhenThere) {
      playWhenThere = false;
      session.play(settings.speed);
    } else if (!playing && shown.index !== settings.at) set({ ...settings, at: shown.index });
  });
  queueMicrotask(follow);

  return {
    page,
    words: labWords(page.state.get().language),
    session,
    measurer,
    brought,
    settings: () => settings,
    change(patch) {
      const next = { ...settings, ...patch };
      const another = keyOf(next, null) !== keyOf(settings, null);
      if (!another) set(next);
      else if (!locked()) set({ ...next, at: 0 });
    },
    locked,
    begin(positions) {
      if (locked()) return;
      const next = { start: 'given', startParameters: {}, given: writeGiven(positions), at: 0 };
      set({ ...settings, ...next, n: positions.rows, d: positions.columns });
    },
    onSettings: (listener) => void listeners.add(listener),
    togglePlay() {
      if (session.get().playing) session.pause();
      else session.play(settings.speed);
    },
    playNext() {
      playWhenThere = true;
    },
    retry() {
      own.key = '';
      follow();
    },
  };
}

/** Settings of the same key make the same run. */
function keyOf(settings: LabSettings, init: Matrix | null): string {
  const sentence = settings.start === 'sentence' && init ? [...init.data.subarray(0, 64)] : null;
  return JSON.stringify([runOptions(settings, null), settings.given, sentence]);
}

function broughtFor(page: Page, settings: LabSettings): Brought {
  const { start, given, d } = settings;
  if (start === 'given') return { init: readGiven(given, d), labels: null, missing: null };
  if (start !== 'sentence') return { init: null, labels: null, missing: null };
  const { value, status } = page.traces.get();
  if (value) return { ...sentenceStart(page, value, settings), missing: null };
  return { init: null, labels: null, missing: status === 'failed' ? 'failed' : 'loading' };
}
