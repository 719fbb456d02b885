/** Play, pause, step and scrub through the layers. Time is the page's; the frames are the trace's. */
import type { Trace } from '../api.ts';
import { fill, fillTrack, h, setAttribute } from '../dom.ts';
import { decimal } from '../format.ts';
import { pauseIcon, playIcon, stepIcon } from '../icons.ts';
import { controlsOf } from '../locks.ts';
import type { Page } from '../page.ts';
import { goToFrame, isContinuous, layerTitle, shownFrame } from '../page.ts';
import type { Panel } from './panel.ts';

/** The whole film lasts about this long, ms, but a frame neither flashes by nor drags. */
const film = 6000;
const shortest = 110;
const longest = 750;

/** `scope` goes before the ids of a second player on the page. */
export function createPlayer(page: Page, scope = ''): Panel {
  const { words } = page;
  const slider = h('input', {
    type: 'range',
    id: `${scope}layer`,
    min: 0,
    step: 1,
    'aria-label': words.scrubber,
  });
  const shown = h('output', { for: `${scope}layer`, class: 'player-layer' });
  const button = h('button', { type: 'button', class: 'round play', id: `${scope}play` });
  const clock = createClock(page, button);
  slider.addEventListener('input', () => {
    clock.stop();
    goToFrame(page, Number(slider.value));
  });
  const steps = ([-1, 1] as const).map((direction) => stepButton(page, direction, clock.stop));
  const controls = controlsOf(page, 'layer', button, steps[0], slider, steps[1]);
  const element = h('div', { class: 'player' }, controls, shown);
  return {
    element,
    show(trace, layer) {
      const name = layerName(page, trace, layer);
      slider.max = String(trace.hidden_states.length - 1);
      slider.value = String(layer);
      fillTrack(slider);
      setAttribute(slider, 'aria-valuetext', name);
      fill(shown, name);
    },
  };
}

/** "Layer 5 of 8", and for the continuous flow its time. */
function layerName(page: Page, trace: Trace, layer: number): string {
  const name = layerTitle(page, trace, layer);
  if (!isContinuous(page)) return name;
  return `t = ${decimal(trace.times[layer], page.state.get().language, 2)} · ${layer}/${trace.hidden_states.length - 1}`;
}

function stepButton(page: Page, direction: -1 | 1, stop: () => void): HTMLButtonElement {
  const name = direction < 0 ? page.words.previous : page.words.next;
  const click = () => {
    stop();
    const trace = page.traces.get().value;
    if (trace) goToFrame(page, shownFrame(page.state.get(), trace) + direction);
  };
  const attributes = {
    type: 'button',
    class: 'round step',
    'aria-label': name,
    title: name,
    click,
  };
  return h('button', attributes, stepIcon(direction));
}

function createClock(page: Page, button: HTMLButtonElement): { stop: () => void } {
  const { words } = page;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const label = () => {
    const name = timer === undefined ? words.play : words.pause;
    setAttribute(button, 'aria-label', name);
    setAttribute(button, 'title', name);
    fill(button, timer === undefined ? playIcon() : pauseIcon());
  };
  const stop = () => {
    clearTimeout(timer);
    timer = undefined;
    label();
  };
  const tick = () => {
    const trace = page.traces.get().value;
    const seen = button.isConnected && !button.closest('[hidden]');
    if (!trace || !seen) return stop();
    const last = trace.hidden_states.length - 1;
    const layer = shownFrame(page.state.get(), trace);
    if (layer >= last) return stop();
    goToFrame(page, layer + 1);
    timer = setTimeout(tick, Math.max(shortest, Math.min(longest, film / last)));
  };
  button.addEventListener('click', () => {
    if (timer !== undefined) return stop();
    rewindAtEnd(page);
    timer = setTimeout(tick, shortest * 3);
    label();
  });
  label();
  return { stop };
}

function rewindAtEnd(page: Page): void {
  const trace = page.traces.get().value;
  if (!trace) return;
  const last = trace.hidden_states.length - 1;
  if (shownFrame(page.state.get(), trace) >= last) goToFrame(page, 0);
}
