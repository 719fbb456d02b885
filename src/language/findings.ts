/** The search for the answers of a text: its particles run, and answers are read behind them. It knows no records. */
import type { AnswerRules } from './answers.ts';
import type { Layout } from './layout.ts';
import type { Depth, LanguageModel, ModelRun, RunHooks } from './model.ts';
import type { AnswerSettings } from './options.ts';
import { type Expand, type SearchResult, searchAnswers } from './search.ts';

/** Everything that a search has brought to light, for records, lens and trace. */
export interface Findings {
  readonly model: LanguageModel;
  readonly settings: AnswerSettings;
  readonly layout: Layout;
  readonly run: ModelRun;
  /** How an answer ends; null where one token is the answer. */
  readonly rules: AnswerRules | null;
  readonly result: SearchResult;
}

/** The text laid out, the run of its own particles, and how an answer ends. */
export function openText(
  model: LanguageModel,
  text: string,
  { coupling, depth }: Pick<AnswerSettings, 'coupling' | 'depth'>,
  hooks?: RunHooks,
) {
  return openLayout(model, model.layOut(text, coupling), depth, hooks);
}

/** The same of a text that is laid out. */
export function openLayout(model: LanguageModel, layout: Layout, depth?: Depth, hooks?: RunHooks) {
  return { model, layout, run: model.run(layout, { depth, hooks }), rules: model.rules(layout) };
}

/** Runs the text and the search, with hooks in the run of both where there are any. */
export function findAnswers(
  model: LanguageModel,
  text: string,
  settings: AnswerSettings,
  hooks?: RunHooks,
): Findings {
  const parts = openText(model, text, settings, hooks);
  const { run, rules } = parts;
  if (rules === null) return { ...parts, settings, result: nextTokens(model, run) };
  const expand: Expand = (beginnings) => model.tokenProbabilities(run.behind(beginnings));
  const given = { ...settings, batch: run.batch };
  return { ...parts, settings, result: searchAnswers(rules, model.tokenizer.size, expand, given) };
}

function nextTokens(model: LanguageModel, run: ModelRun): SearchResult {
  const { tokenizer, end } = model;
  const p = model.tokenProbabilities(run.behind([[]]));
  const answers = Array.from(p, (score, id) => ({
    text: id === end ? '' : tokenizer.decodeStrict([id]),
    tokens: [id],
    steps: [score],
    score,
  }))
    .filter((answer): answer is typeof answer & { text: string } => answer.text !== undefined)
    .sort((a, b) => b.score - a.score);
  const found = answers.reduce((sum, { score }) => sum + score, 0);
  return { answers, bound: 0, unexplored: Math.max(0, 1 - found), open: 0, expansions: 1 };
}
