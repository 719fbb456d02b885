/** Parts as flows by Dormand–Prince: how far each came, why no farther, and what was reached. */
import type { PartsQuestion, RefinedReply } from '../api.ts';
import { fill, h } from '../dom.ts';
import { compact, decimal, visibleAnswer } from '../format.ts';
import type { Page } from '../page.ts';
import { type AskedCard, createAsked, createLayerChoice, createTable, layersOf } from './asked.ts';

type Flows = NonNullable<RefinedReply['dopri5']>;
type Flowed = Flows['parts'][number];

/** Of the flows that the page asks for. */
const TOLERANCE = 1e-3;

export function createEnds(page: Page): AskedCard {
  const { words, partFlows: resource } = page;
  const choice = createLayerChoice(page, 'ends-layer', true);
  const told = h('ul', { class: 'told' });
  const table = h('div', {});
  return createAsked<PartsQuestion, RefinedReply>(page, {
    id: 'ends',
    words: words.parts.ends,
    fields: [choice.element],
    operation: 'limit depth',
    options: () => ({
      ...layersOf(choice),
      dopri5: TOLERANCE,
    }),
    resource,
    body: [told, table],
    show({ dopri5 }) {
      if (!dopri5) return;
      const sentences = [
        ...dopri5.parts.map((one) => sentence(page, one)),
        words.parts.ends.rule(
          compact(dopri5.tolerance, page.state.get().language),
          dopri5.most_steps,
        ),
      ];
      fill(told, ...sentences.map((text) => h('li', {}, text)));
      fill(table, createRows(page, dopri5));
    },
  });
}

const partName = ({ words }: Page, part: string) => words.refined.parts[part] ?? part;

/** Of a part in all chosen layers, one after the other. */
function sentence(page: Page, one: Flowed): string {
  const { ended, stopped } = page.words.parts.ends;
  const { given_up: end, part, steps, rejected } = one;
  const name = partName(page, part);
  return end
    ? stopped(name, end.layer, partName(page, end.part), timeText(page, end.time), end.reason)
    : ended(name, reachedText(page, one), steps, rejected);
}

const timeText = ({ state }: Page, time: number) => decimal(time, state.get().language, 3);

/** Nats and the answer, or the distance of frames without a head. */
function reachedText({ words, state }: Page, { effect }: Flowed): string {
  if (!effect) return '–';
  const { language } = state.get();
  if (effect.kl === null) return words.parts.ends.distance(compact(effect.distance, language));
  const answer = effect.answer === null ? '–' : visibleAnswer(effect.answer, words.end);
  return words.parts.ends.nats(compact(effect.kl, language), answer);
}

function createRows(page: Page, { cells }: Flows): HTMLElement {
  const { title, columns } = page.words.parts.ends;
  return createTable(
    title,
    [columns.layer, columns.part, columns.time, columns.reached, columns.steps],
    cells.map((one) => [
      String(one.layer),
      partName(page, one.part),
      timeText(page, one.given_up?.time ?? 1),
      one.given_up?.reason ?? reachedText(page, one),
      String(one.steps),
    ]),
  );
}
