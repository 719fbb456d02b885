/**
 * A run that can be looked at: its frames come into a film, one of them is shown, and the run is played,
 * stepped, sought and rewound. Time here is the reader's; the simulation knows none of it.
 */
import type { SimulationReport } from '../../flow/simulate.ts';
import type { ProblemDetails } from '../problem-details.ts';
import { problemDetailsOf } from '../problem-details.ts';
import { runSimulation } from '../simulation/client.ts';
import type { RunFrame, RunOptions } from '../simulation/messages.ts';
import { createStore, type Store } from '../store.ts';
import { createFilm, type Film } from './film.ts';
import {
  isHeavy,
  type LabFrame,
  labFrame,
  type Measured,
  MOST_DOTS,
  type RunAbout,
  SECTORS,
  sizeOf,
} from './frame.ts';
import type { Measurer } from './measure/client.ts';
import { createPacer } from './pacer.ts';
import { FRAMES, MOST_SPEED } from './settings.ts';

export interface SessionState {
  readonly status: 'empty' | 'loading' | 'ready' | 'failed';
  readonly failure: ProblemDetails | null;
  readonly shown: LabFrame | null;
  readonly playing: boolean;
  /** On the way to a frame that was asked for. */
  readonly seeking: boolean;
  /** Index of the last frame, once the run has ended; null before. */
  readonly last: number | null;
  readonly report: SimulationReport | null;
  /** Frames a second while it plays, as they come; null else. */
  readonly rate: number | null;
}

export interface Session extends Store<SessionState> {
  /** Begins another run, and shows its frame `at`; the old picture stays until the new one is there. */
  open(options: RunOptions, about: RunAbout, at: number): void;
  play(speed: number): void;
  pause(): void;
  /** Shows that frame, or the one kept before it; frames ahead are computed first. */
  goTo(index: number): void;
  step(direction: -1 | 1): void;
  film(): readonly LabFrame[];
  /** Keeps what was measured of a frame, if it is still of this run. */
  keep(frame: LabFrame, measured: Measured): void;
  close(): void;
}

const FAILED = { status: 'failed', playing: false, seeking: false, rate: null } as const;
const FILM_BOUNDS = { most: 1200, bytes: 64 * 2 ** 20, sizeOf };

export function createSession(measurer: Measurer): Session {
  const empty: SessionState = {
    status: 'empty',
    failure: null,
    shown: null,
    playing: false,
    seeking: false,
    last: null,
    report: null,
    rate: null,
  };
  const state = createStore(empty);
  const film: Film<LabFrame> = createFilm(FILM_BOUNDS);
  let run: Running | null = null;
  let wanted = 0;

  /** The next frame of the run, on the film; null at its end, where it failed, or when another run began. */
  async function pull(mine: Running): Promise<LabFrame | null> {
    mine.pending ??= take(mine).finally(() => {
      mine.pending = null;
    });
    return mine.pending;
  }

  async function take(mine: Running): Promise<LabFrame | null> {
    try {
      const { value, done } = await mine.frames.next();
      if (mine !== run) return null;
      const report = mine.report();
      if (done) {
        state.set({ last: film.latest()?.index ?? null, report });
        return null;
      }
      const frame = await counted(labFrame(value, mine.about, mine.count++), measurer);
      if (mine !== run) return null;
      letGo(film);
      film.push(frame);
      state.set({ report });
      return frame;
    } catch (error) {
      if (mine === run) state.set({ ...FAILED, failure: problemDetailsOf(error) });
      return null;
    }
  }

  const show = (shown: LabFrame | null) => shown && state.set({ shown, status: 'ready' });

  async function seek(mine: Running, index: number): Promise<void> {
    wanted = index;
    state.set({ seeking: true, playing: false, rate: null });
    let shownAt = performance.now();
    while ((film.latest()?.index ?? -1) < index && state.get().last === null) {
      const frame = await pull(mine);
      if (!frame || wanted !== index) break;
      // A long way is shown now and then, so that it is seen to go on.
      if (performance.now() - shownAt > 200) {
        show(frame);
        shownAt = performance.now();
      }
    }
    if (mine !== run || wanted !== index) return;
    state.set({ seeking: false });
    show(film.at(index));
  }

  async function advance(mine: Running): Promise<boolean> {
    const next = film.after(state.get().shown?.index ?? -1) ?? (await pull(mine));
    if (next && mine === run && state.get().playing) show(next);
    return next !== null;
  }

  async function playOn(mine: Running, speed: number): Promise<void> {
    const pacer = createPacer(speed >= MOST_SPEED ? Number.POSITIVE_INFINITY : speed * FRAMES);
    const stillMine = () => mine === run && mine.playing === pacer && state.get().playing;
    mine.playing = pacer;
    while (stillMine() && (await advance(mine))) {
      await pacer.rest();
      if (stillMine()) state.set({ rate: pacer.rate() });
    }
    if (mine === run && mine.playing === pacer) state.set({ playing: false, rate: null });
  }

  const seekTo = (index: number) => {
    if (run) void seek(run, Math.max(0, index));
  };

  return {
    ...state,
    open(options, about, at) {
      run?.stop();
      run = startRun(options, about);
      film.clear();
      state.set({ status: 'loading', failure: null, last: null, report: null });
      void seek(run, at);
    },
    play(speed) {
      if (!run || state.get().status === 'failed') return;
      wanted = -1;
      const { last, shown } = state.get();
      if (last !== null && shown?.index === last) show(film.at(0));
      state.set({ playing: true, seeking: false });
      void playOn(run, speed);
    },
    pause: () => state.set({ playing: false, rate: null }),
    goTo: seekTo,
    step(direction) {
      const index = state.get().shown?.index ?? 0;
      const near = direction > 0 ? film.after(index)?.index : film.at(index - 1)?.index;
      seekTo(near ?? index + direction);
    },
    film: film.frames,
    keep({ of, index }, measured) {
      const kept = film.at(index);
      if (kept?.of !== of || kept.index !== index) return;
      film.put({ ...kept, measured });
      const { shown } = state.get();
      if (shown?.of === of && shown.index === index) state.set({ shown: { ...shown, measured } });
    },
    close() {
      run?.stop();
      run = null;
      state.set({ playing: false });
    },
  };
}

interface Running {
  readonly about: RunAbout;
  readonly frames: AsyncIterator<RunFrame>;
  report(): SimulationReport | null;
  stop(): void;
  /** Frames so far. */
  count: number;
  pending: Promise<LabFrame | null> | null;
  playing: unknown;
}

function startRun(options: RunOptions, about: RunAbout): Running {
  const control = new AbortController();
  const simulation = runSimulation(options, { signal: control.signal });
  const frames = simulation[Symbol.asyncIterator]();
  const stop = () => {
    control.abort(new Error('another run began'));
    void frames.return?.();
  };
  const { report } = simulation;
  return { about, frames, report, stop, count: 0, pending: null, playing: null };
}

/** Very many particles on a circle are counted by angle, elsewhere than here. */
async function counted(frame: LabFrame, measurer: Measurer): Promise<LabFrame> {
  const { positions, view } = frame;
  if (!positions || view || positions.columns !== 2 || positions.rows <= MOST_DOTS) return frame;
  return { ...frame, ...(await measurer.count(positions, SECTORS)) };
}

/** Heavy positions are kept of the latest frame alone. */
function letGo(film: Film<LabFrame>): void {
  const before = film.latest();
  if (before && isHeavy(before)) film.put({ ...before, positions: null, view: null });
}
