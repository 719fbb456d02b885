/** Step 3: a layer is a small step, and the flow is what many become. */
import type { Trace } from '../api.ts';
import { h } from '../dom.ts';
import { decimal, percent, visibleAnswer } from '../format.ts';
import { createPlayer } from '../layers/player.ts';
import { createFlowPicture, createPlanes } from '../layers/trajectories.ts';
import { controlsOf } from '../locks.ts';
import type { Page } from '../page.ts';
import { flowOf } from '../page.ts';
import { createSegments } from '../segments.ts';
import type { Context, Fact, Step } from './context.ts';
import { degreesBetween } from './context.ts';
import type { LearnWords } from './words.ts';

/** Numbers of layers to choose from; the slider above has all. */
const depths = [1, 2, 4, 8, 16, 64, 'ode'] as const;

const step = String.raw`x_i \leftarrow \frac{x_i + h\, v_i}{\lVert x_i + h\, v_i \rVert}, \quad h = \frac{T}{L}`;

export const layersStep: Step = {
  formulas: {
    student: [step],
    mathematician: [step, String.raw`\dot x_i = \mathsf{P}_{x_i} v_i, \quad L \to \infty`],
  },
  createView,
  facts,
  trial: { patch: () => ({ depth: 1, layer: null }), measure: bestAnswer },
};

function createView(page: Page, words: LearnWords) {
  const player = createPlayer(page, 'step-');
  const picture = createFlowPicture(page, (trace) => flowOf(page, trace));
  picture.element.classList.add('over-flow');
  return {
    element: h(
      'div',
      {},
      h('div', { class: 'live-tools' }, createDepths(page, words), createPlanes(page)),
      player.element,
      picture.element,
    ),
    show(trace: Trace, layer: number) {
      player.show(trace, layer);
      picture.show(trace, layer);
    },
  };
}

function createDepths(page: Page, words: LearnWords): HTMLElement {
  const [label, group] = createSegments<number | 'ode'>(page, {
    id: 'cut',
    label: words.cutInto,
    values: depths,
    name: words.layersShort,
    chosen: ({ depth }) => depth,
    choose: (depth) => page.state.set({ depth, layer: null }),
  });
  return h('div', { class: 'cut' }, label, controlsOf(page, 'depth', group));
}

function facts({ page, words, trace, layer }: Context): Fact[] {
  const { language } = page.state.get();
  const { factNames } = words;
  const at = Math.max(1, layer);
  const degrees = (value: number, digits: number) => `${decimal(value, language, digits)}°`;
  const moved = trace.diagnostics.displacement?.[at];
  const flow = flowOf(page, trace);
  return [
    {
      tex: 'h',
      name: factNames.step,
      value: decimal(trace.times[at] - trace.times[at - 1], language, 4),
    },
    {
      tex: String.raw`\overline{\angle}`,
      name: factNames.moved,
      value: typeof moved === 'number' ? degrees((moved * 180) / Math.PI, 1) : words.none,
    },
    {
      tex: String.raw`\max_i \angle(x^{L}_i, x^{\infty}_i)`,
      name: factNames.gap,
      value: flow ? degrees(largestGap(trace, flow), 2) : factNames.gapLoading,
    },
  ];
}

/** The largest angle between a particle at the end of the layers and at the end of the flow, in degrees. */
export function largestGap(trace: Trace, flow: Trace): number {
  const [end, limit] = [trace, flow].map(({ hidden_states }) => hidden_states.at(-1) ?? []);
  return Math.max(...end.map((point, i) => degreesBetween(point, limit[i])));
}

/** The best answer with its probability. */
export function bestAnswer({ answers, state, words }: Page): string | null {
  const best = answers.get().value?.predictions[0];
  if (!best) return null;
  const share = percent(best.score, state.get().language);
  return `${visibleAnswer(best.token_str, words.end)}, ${share}`;
}
