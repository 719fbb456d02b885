/** The search for the answers of a text: its particles run, and answers are read behind them. It knows no records. */
import { fallingPlaces, largestPlaces } from '../numerics/largest.ts';
import { sumOf } from '../numerics/vectors.ts';
import type { AnswerRules } from './answers.ts';
import type { Layout } from './layout.ts';
import type { LanguageModel, ModelRun, RunSettings } from './model.ts';
import type { AnswerSettings } from './options.ts';
import { type Expand, type FoundAnswer, type SearchResult, searchAnswers } from './search.ts';

/** Everything that a search has brought to light, for records, lens and trace. */
export interface Findings {
  readonly model: LanguageModel;
  readonly settings: AnswerSettings;
  readonly layout: Layout;
  readonly run: ModelRun;
  /** How an answer ends; null where one token is the answer. */
  readonly rules: AnswerRules | null;
  readonly result: SearchResult;
  /** Absent where nothing is. */
  readonly changed?: ChangedRun;
}

type OpenSettings = Pick<AnswerSettings, 'coupling' | 'depth' | 'slots'> &
  Pick<RunSettings, 'parts'>;

/** What is changed in a run. */
export type ChangedRun = Pick<RunSettings, 'hooks' | 'schedule'>;

/** The text laid out, the run of its own particles, and how an answer ends. */
export function openText(
  model: LanguageModel,
  text: string,
  { coupling, depth, slots, parts }: OpenSettings,
  changed?: ChangedRun,
) {
  return openLayout(model, model.layOut(text, coupling, slots), { depth, parts, ...changed });
}

/** The same of a text that is laid out. */
export function openLayout(model: LanguageModel, layout: Layout, settings: RunSettings) {
  return { model, layout, run: model.run(layout, settings), rules: model.rules(layout) };
}

/** Runs the text and the search, both as they are changed where they are. */
export function findAnswers(
  model: LanguageModel,
  text: string,
  settings: AnswerSettings & Pick<RunSettings, 'parts'>,
  changed?: ChangedRun,
): Findings {
  const parts = { ...openText(model, text, settings, changed), changed };
  const { layout, run, rules } = parts;
  if (!says(parts)) return { ...parts, settings, result: NOTHING };
  if (model.masks)
    return { ...parts, settings, result: fillMasks(model, layout, run, settings.slots ?? 1) };
  if (rules === null) return { ...parts, settings, result: nextTokens(model, run) };
  const expand: Expand = (beginnings) => model.tokenProbabilities(run.behind(beginnings));
  const given = { ...settings, batch: run.batch };
  return { ...parts, settings, result: searchAnswers(rules, model.tokenizer.size, expand, given) };
}

/** One of so many answers that its text is decoded when somebody reads it. */
class UnreadAnswer implements FoundAnswer {
  readonly tokens: readonly number[];
  readonly steps: readonly number[];
  readonly score: number;
  readonly #textOf: (tokens: readonly number[]) => string;

  constructor(
    tokens: readonly number[],
    steps: readonly number[],
    score: number,
    textOf: (tokens: readonly number[]) => string,
  ) {
    this.tokens = tokens;
    this.steps = steps;
    this.score = score;
    this.#textOf = textOf;
  }

  get text(): string {
    return this.#textOf(this.tokens);
  }
}

/** One of all tokens, of which there may be hundreds of thousands: what few are asked for is made when it is. */
class NextToken implements FoundAnswer {
  readonly id: number;
  readonly score: number;
  readonly #textOf: (id: number) => string;

  constructor(id: number, score: number, textOf: (id: number) => string) {
    this.id = id;
    this.score = score;
    this.#textOf = textOf;
  }

  get text(): string {
    return this.#textOf(this.id);
  }

  get tokens(): number[] {
    return [this.id];
  }

  get steps(): number[] {
    return [this.score];
  }
}

function nextTokens(model: LanguageModel, run: ModelRun): SearchResult {
  const { tokenizer, end } = model;
  const textOf = (id: number) => (id === end ? '' : tokenizer.decode([id]));
  const p = model.tokenProbabilities(run.behind([[]]));
  const answers: FoundAnswer[] = [];
  for (const id of fallingPlaces(p))
    if (id === end || tokenizer.hasText(id)) answers.push(new NextToken(id, p[id], textOf));
  const found = answers.reduce((sum, { score }) => sum + score, 0);
  const unexplored = Math.max(0, 1 - found);
  return { answers, bound: 0, unexplored, open: 0, expansions: 1, law: p };
}

/** Whether the model says anything of tokens, and the text asks for it. */
export const says = ({ model, layout }: Pick<Findings, 'model' | 'layout'>) =>
  model.reads && layout.kind !== 'text';

const NOTHING: SearchResult = { answers: [], bound: 0, unexplored: 1, open: 0, expansions: 0 };

/** Pieces that are looked at in each mask. */
const BREADTH = 10;
/** Beginnings that are looked behind at each mask: all up to the third one, whose number would else grow tenfold a mask. */
const BEGINNINGS = BREADTH ** 2;
/** Pieces that are looked at in the last of several masks: as many as can be listed, for vocabularies are large. */
const LAST_BREADTH = 1000;

/**
 * Pieces for `slots` masks from left to right, each given the ones before and the masks left: at each the likeliest
 * `BREADTH` behind the likeliest `BEGINNINGS`, the last one the likeliest `LAST_BREADTH`; a single one all.
 */
function fillMasks(
  model: LanguageModel,
  { leadingBlank }: Layout,
  run: ModelRun,
  slots: number,
): SearchResult {
  const { tokenizer } = model;
  const textOf = (tokens: readonly number[]) => {
    const text = tokenizer.decode(tokens);
    return leadingBlank ? text.trimStart() : text;
  };
  let beginnings: FoundAnswer[] = [{ text: '', tokens: [], steps: [], score: 1 }];
  let [left, bound, expansions] = [0, 0, 0];
  for (let place = 1; place <= slots; place++) {
    const last = place === slots;
    const breadth = last ? (slots === 1 ? tokenizer.size : LAST_BREADTH) : BREADTH;
    const laws = lawsBehind(model, run, beginnings);
    expansions += beginnings.length;
    beginnings = beginnings.flatMap((beginning) => {
      const own = laws.next().value as Float64Array;
      const looked = largestPlaces(own, breadth + 1);
      const best = looked.length > breadth ? own[looked.pop() as number] : 0;
      const kept = looked.filter(tokenizer.hasText);
      const cut = beginning.score * (1 - sumOf(kept.map((id) => own[id])));
      left += Math.max(0, cut);
      bound = Math.max(bound, last ? beginning.score * best : cut);
      return kept.map((id) => {
        const { tokens, steps, score } = beginning;
        return new UnreadAnswer([...tokens, id], [...steps, own[id]], score * own[id], textOf);
      });
    });
    if (last) break;
    const dropped = beginnings.sort((a, b) => b.score - a.score).splice(BEGINNINGS);
    left += sumOf(dropped.map(({ score }) => score));
    bound = Math.max(bound, dropped[0]?.score ?? 0);
  }
  const answers = beginnings.sort((a, b) => b.score - a.score);
  return { answers, bound, unexplored: left, open: left, expansions };
}

/** p of every token behind each beginning, read as many at a time as are best asked for together. */
function* lawsBehind(
  model: LanguageModel,
  run: ModelRun,
  beginnings: readonly FoundAnswer[],
): Generator<Float64Array> {
  const { size } = model.tokenizer;
  for (let from = 0; from < beginnings.length; from += run.batch) {
    const batch = beginnings.slice(from, from + run.batch).map(({ tokens }) => tokens);
    const p = model.tokenProbabilities(run.behind(batch));
    for (let at = 0; at < p.length; at += size) yield p.subarray(at, at + size);
  }
}
