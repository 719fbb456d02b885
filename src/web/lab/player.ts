/** Play, step, rewind, scrub and speed: what a reader does to the time of a run. */
import { fill, fillTrack, h, setAttribute } from '../dom.ts';
import { compact, decimal } from '../format.ts';
import { pauseIcon, playIcon, rewindIcon, stepIcon } from '../icons.ts';
import type { LabFrame } from './frame.ts';
import type { Lab } from './lab.ts';
import { framePlan } from './options.ts';
import { MOST_SPEED, speeds } from './settings.ts';

export function createPlayer(lab: Lab): HTMLElement {
  const { session, words, page } = lab;
  const { language } = page.state.get();
  const play = h('button', {
    type: 'button',
    class: 'round play',
    id: 'lab-play',
    click: () => lab.togglePlay(),
  });
  const slider = h('input', {
    type: 'range',
    id: 'lab-frame',
    min: 0,
    step: 1,
    'aria-label': words.frame,
    input: () => scrub(lab, Number(slider.value)),
  });
  const time = h('output', { for: 'lab-frame', class: 'player-layer' });
  const button = (name: string, icon: SVGElement, click: () => void, id: string) =>
    h(
      'button',
      { type: 'button', class: 'round step', id, 'aria-label': name, title: name, click },
      icon,
    );

  const showFrame = (shown: LabFrame | null) => {
    const last = lastOf(lab);
    slider.max = String(last);
    slider.value = String(shown?.index ?? 0);
    fillTrack(slider);
    const at = words.timeAt(compact(shown?.time ?? 0, language));
    const place = words.frameOf(
      decimal(shown?.index ?? 0, language, 0),
      decimal(last, language, 0),
    );
    setAttribute(slider, 'aria-valuetext', `${at}, ${place}`);
    fill(time, at, h('small', {}, place));
  };
  const showPlay = (playing: boolean) => {
    const name = playing ? words.pause : words.play;
    setAttribute(play, 'aria-label', name);
    setAttribute(play, 'title', name);
    fill(play, playing ? pauseIcon() : playIcon());
  };
  session.subscribe((now, before) => {
    if (now.shown !== before.shown || now.last !== before.last) showFrame(now.shown);
    if (now.playing !== before.playing) showPlay(now.playing);
  });
  lab.onSettings(() => showFrame(session.get().shown));
  showFrame(session.get().shown);
  showPlay(session.get().playing);
  return h(
    'div',
    { class: 'dock lab-dock' },
    h(
      'div',
      { class: 'player' },
      play,
      button(words.rewind, rewindIcon(), () => session.goTo(0), 'lab-rewind'),
      button(words.previous, stepIcon(-1), () => session.step(-1), 'lab-back'),
      slider,
      button(words.next, stepIcon(1), () => session.step(1), 'lab-on'),
      time,
    ),
    createSpeeds(lab),
  );
}

/** One on or back is the next frame that is kept, since of a long run not all are. */
function scrub({ session }: Lab, index: number): void {
  const by = index - (session.get().shown?.index ?? 0);
  if (by === 1 || by === -1) session.step(by);
  else session.goTo(index);
}

/** The index of the last frame: as planned, or where the run has stopped. */
function lastOf(lab: Lab): number {
  const { last, shown } = lab.session.get();
  return last ?? framePlan(shown?.of.settings ?? lab.settings()).last;
}

function createSpeeds(lab: Lab): HTMLElement {
  const { words, session } = lab;
  const names = new Intl.NumberFormat(lab.page.state.get().language);
  const buttons = speeds.map((speed) =>
    h(
      'button',
      {
        type: 'button',
        id: `lab-speed-${speed}`,
        click: () => {
          lab.change({ speed });
          if (session.get().playing) session.play(speed);
        },
      },
      speed === MOST_SPEED ? words.fastest : `${names.format(speed)}×`,
    ),
  );
  const rate = h('span', { class: 'hint lab-rate' });
  const show = () => {
    const { speed } = lab.settings();
    for (const [i, button] of buttons.entries())
      setAttribute(button, 'aria-pressed', String(speeds[i] === speed));
  };
  let told = 0;
  session.subscribe((now) => {
    // Ten numbers a second are a blur.
    if (now.rate !== null && performance.now() - told < 500) return;
    told = performance.now();
    fill(rate, now.rate === null ? '' : words.rate(names.format(Math.round(now.rate))));
  });
  lab.onSettings(show);
  show();
  return h(
    'div',
    { class: 'lab-speeds' },
    h('div', { class: 'segments', role: 'group', 'aria-label': words.speed }, ...buttons),
    rate,
  );
}
