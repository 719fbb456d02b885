/**
 * Which part of a model an answer hangs on: one change at a time, layer by layer, and how far each moves the answer.
 * What a change is, and its checks: changes.ts; which ones make a grid: grid.ts.
 */
import { z } from 'zod';
import { asMatrix } from '../../engines/tensor.ts';
import { InputError } from '../../numerics/errors.ts';
import { parseOptions, wholeNumber } from '../../numerics/options.ts';
import { divergence } from '../../numerics/statistics.ts';
import { argmax } from '../../numerics/vectors.ts';
import { YIELD_INTERVAL, yieldToEvents } from '../../numerics/yielding.ts';
import { changedRun, checkChanges, NO_CHANGES, type PatchSource } from '../changes.ts';
import { type ChangedRun, openText, says } from '../findings.ts';
import type { Layout } from '../layout.ts';
import { checkReads, type LanguageModel, type ModelRun } from '../model.ts';
import { searchSchema } from '../options.ts';
import { EFFECTS, type EffectName, type Grid, gridOf } from './grid.ts';

const NAMES = Object.keys(EFFECTS) as EffectName[];

export const effectsSchema = z.strictObject({
  of: z
    .enum(NAMES, { error: `expected one of ${NAMES.join(', ')}` })
    .default('heads')
    .describe(
      `What is changed, one at a time: ${NAMES.map((name) => `${name}, ${EFFECTS[name]}`).join('; ')}`,
    ),
  layers: z
    .array(wholeNumber(0, 1e6), { error: 'expected a list of layers such as [4, 26]' })
    .min(1, 'expected one layer at least')
    .optional()
    .describe('Those that are changed, from 1, of patches frames from 0; all by default'),
  factor: z
    .number({ error: 'expected a number such as 2' })
    .default(2)
    .describe('Of beta: what β is multiplied by'),
  other: z
    .string({ error: 'expected a text' })
    .optional()
    .describe('Of patches: a text of as many tokens, whose particles are put in'),
  depth: wholeNumber(1, 1e6).optional().describe('Number of layers; the model’s own by default'),
  coupling: searchSchema.shape.coupling,
});

/** What is changed, where, and how the text is read. */
export type EffectsOptions = z.input<typeof effectsSchema>;

/** A token, and its probability as the first of the answer. */
export interface LikelyToken {
  readonly token: string;
  readonly probability: number;
}

/** [rows][columns]; null where nothing is changed. */
type Cells<V> = readonly (readonly (V | null)[])[];

/** What becomes of the answer's first token under each change of a grid. */
export interface Effects {
  readonly model: string;
  readonly text: string;
  readonly settings: z.output<typeof effectsSchema>;
  readonly precision: 'float32' | 'float64';
  /** The particles. */
  readonly tokens: readonly string[];
  /** Layers from 1; of patches frames from 0. */
  readonly rows: readonly number[];
  /** What is changed there. */
  readonly columns: readonly string[];
  /** Without a change. */
  readonly answer: LikelyToken;
  /** Of the other text, where there is one. */
  readonly otherAnswer: LikelyToken | null;
  /** KL(as it is ‖ changed) of the first token, in nats. */
  readonly divergences: Cells<number>;
  /** The likeliest first token under the change. */
  readonly answers: Cells<string>;
  /** p of `answer` under the change. */
  readonly probabilities: Cells<number>;
  /** p of `otherAnswer` under the change. */
  readonly otherProbabilities: Cells<number> | null;
}

export interface EffectsContext {
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

/** A text that is read: its particles, its run, and p of the answer's first token. */
interface Reading {
  readonly layout: Layout;
  readonly run: ModelRun;
  readonly p: Float64Array;
}

/**
 * The grid of effects on the first token of the answer: KL(p ‖ p_changed) in nats, and what the likeliest token and
 * the probability of the model's own one become. Each cell is a run of the text. Throws InputError for what the model
 * or the text has not (layers, heads, MLPs, layers that can be exchanged, an answer), and the signal's reason where it
 * is aborted.
 */
export async function effects(
  model: LanguageModel,
  text: string,
  options?: EffectsOptions,
  context: EffectsContext = {},
): Promise<Effects> {
  const settings = parseOptions(effectsSchema, options);
  const { of, other, layers, factor, coupling } = settings;
  checkReads(model);
  checkOther(of, other);
  const read = (text: string, changed?: ChangedRun) =>
    readingOf(model, text, { depth: settings.depth, coupling }, changed);
  const own = read(text);
  const second = other === undefined ? null : read(other);
  const { tokens } = own.layout;
  const depth = Number(own.run.depth);
  const from = second && sourceOf(second);
  const grid = gridOf(model, of, { depth, layers, factor, tokens, from });
  const [best, otherBest] = [argmax(own.p), second && argmax(second.p)];
  const likely = (p: Float64Array, id: number): LikelyToken => ({
    token: model.tokenizer.decode([id]),
    probability: p[id],
  });
  const laws = await lawsOf(grid, context, (change) => {
    const changes = { ...NO_CHANGES, ...change };
    checkChanges(model, changes, { depth, particles: tokens.length });
    const { p } = read(text, changedRun(model, changes));
    return {
      divergence: divergence(own.p, p),
      answer: model.tokenizer.decode([argmax(p)]),
      probability: p[best],
      other: otherBest === null ? 0 : p[otherBest],
    };
  });
  const cells = <V>(value: (cell: Cell) => V): Cells<V> =>
    laws.map((row) => row.map((cell) => cell && value(cell)));
  return {
    model: model.name,
    text,
    settings,
    precision: model.precision ?? 'float64',
    tokens: tokens.map((token) => token.text),
    rows: grid.rows,
    columns: grid.columns,
    answer: likely(own.p, best),
    otherAnswer: second && likely(second.p, argmax(second.p)),
    divergences: cells(({ divergence }) => divergence),
    answers: cells(({ answer }) => answer),
    probabilities: cells(({ probability }) => probability),
    otherProbabilities: second && cells(({ other }) => other),
  };
}

interface Cell {
  readonly divergence: number;
  readonly answer: string;
  readonly probability: number;
  readonly other: number;
}

type Change = NonNullable<ReturnType<Grid['at']>>;

/** Cell after cell, giving way to others now and then. */
async function lawsOf(
  { rows, columns, at }: Grid,
  { signal, onProgress }: EffectsContext,
  cellOf: (change: Change) => Cell,
): Promise<(Cell | null)[][]> {
  const out: (Cell | null)[][] = [];
  let begun = performance.now();
  for (const [i, row] of rows.entries()) {
    const cells: (Cell | null)[] = [];
    for (const column of columns.keys()) {
      signal?.throwIfAborted();
      const change = at(row, column);
      cells.push(change && cellOf(change));
      onProgress?.(i * columns.length + column + 1, rows.length * columns.length);
      if (performance.now() - begun < YIELD_INTERVAL) continue;
      await yieldToEvents();
      begun = performance.now();
    }
    out.push(cells);
  }
  return out;
}

function checkOther(of: EffectName, other: string | undefined): void {
  if ((of === 'patches') === (other !== undefined)) return;
  throw new InputError(
    'other',
    other === undefined
      ? 'effects of patches need another text, whose particles are put in: give it as option other'
      : `option other is for effects of patches, and these are of ${of}: leave it out`,
  );
}

/** Throws InputError for a text of which nothing is asked. */
function readingOf(
  model: LanguageModel,
  text: string,
  settings: Parameters<typeof openText>[2],
  changed?: ChangedRun,
): Reading {
  const opened = openText(model, text, settings, changed);
  const { layout, run } = opened;
  if (!says(opened))
    throw new InputError(
      'text',
      `“${text}” asks for no answer that could change: put __ where one is wanted`,
    );
  return { layout, run, p: model.tokenProbabilities(run.behind([[]])) };
}

const sourceOf = ({ layout, run }: Reading): PatchSource => ({
  tokens: layout.tokens,
  hiddenStates: run.frames.map(({ positions }) => asMatrix(positions)),
  prediction: { depth: run.depth },
});
