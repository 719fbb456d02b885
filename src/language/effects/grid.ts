/** Which changes make a grid of effects: rows are layers or frames, columns what is changed there. Not their effects. */
import { InputError } from '../../numerics/errors.ts';
import type { Changes, PatchSource } from '../changes.ts';
import type { LanguageModel } from '../model.ts';
import type { Token } from '../tokenizer.ts';

/** What is changed, one at a time. */
export const EFFECTS = {
  heads: 'each head off',
  beta: 'β of each head times a factor',
  parts: 'attention off, MLP off, the layer left out, the layer run twice',
  swaps: 'two layers exchanged',
  patches: 'a token, or all of them, put where another text has them',
} as const;
export type EffectName = keyof typeof EFFECTS;

export interface Grid {
  readonly rows: readonly number[];
  readonly columns: readonly string[];
  /** The change of a cell; null where there is none. */
  at(row: number, column: number): Partial<Changes> | null;
}

export interface GridSettings {
  /** L of the run. */
  readonly depth: number;
  /** Those that are changed; all where absent. */
  readonly layers?: readonly number[];
  /** What β is multiplied by. */
  readonly factor: number;
  /** Of the text. */
  readonly tokens: readonly Token[];
  /** The run whose particles are put in; of patches. */
  readonly from: PatchSource | null;
}

/** Throws InputError (field `layers`, `of`) for layers that there are none of, and for what the model has not. */
export function gridOf(model: LanguageModel, of: EffectName, settings: GridSettings): Grid {
  const first = of === 'patches' ? 0 : 1;
  const { depth, layers } = settings;
  const rows = layers ?? Array.from({ length: depth - first + 1 }, (_, k) => first + k);
  for (const layer of rows)
    if (layer < first || layer > depth)
      throw new InputError(
        'layers',
        `option layers names ${of === 'patches' ? 'frame' : 'layer'} ${layer}: expected whole numbers from ${first} to ${depth}`,
      );
  return { rows, ...GRIDS[of](model, rows, settings) };
}

type ColumnsOf = (
  model: LanguageModel,
  rows: readonly number[],
  settings: GridSettings,
) => Omit<Grid, 'rows'>;

const heads = ({ sizes }: LanguageModel) =>
  Array.from({ length: sizes.heads }, (_, h) => `head ${h}`);

const GRIDS: Readonly<Record<EffectName, ColumnsOf>> = {
  heads: (model) => ({
    columns: heads(model),
    at: (layer, head) => ({ ablate: [{ layer, head }] }),
  }),
  beta: (model, _, { factor }) => ({
    columns: heads(model),
    at: (layer, head) => ({ scaleBeta: [{ layer, head, factor }] }),
  }),
  parts: (model) => {
    const changes: readonly [string, (layer: number) => Partial<Changes> | null][] = [
      ['attention off', (layer) => ({ ablateAttention: [layer] })],
      ['MLP off', (layer) => ({ ablateMlp: [layer] })],
      // the only layer of a network cannot be left out
      ['left out', (layer) => (model.sizes.depth > 1 ? { skip: [layer] } : null)],
      ['run twice', (layer) => ({ repeat: [{ layer, times: 2 }] })],
    ];
    // layers of a flow are its attention, and are not exchanged
    const known = model.flow ? changes.slice(0, 1) : changes;
    return { columns: known.map(([name]) => name), at: (layer, column) => known[column][1](layer) };
  },
  swaps: (model, rows) => {
    if (model.flow)
      throw new InputError(
        'of',
        `effects of swaps are for layers with weights of their own, and "${model.name}" is cut into layers by its depth: ask for heads, beta, parts or patches`,
      );
    return {
      columns: rows.map((layer) => `layer ${layer}`),
      at: (layer, column) => (rows[column] > layer ? { swap: [[layer, rows[column]]] } : null),
    };
  },
  patches: (_, __, { tokens, from }) => ({
    columns: [...tokens.map(({ text }, i) => `${i} ${text.trim() || '·'}`), 'all'],
    at: (layer, column) =>
      from && { patch: [{ from, layer, ...(column < tokens.length && { token: column }) }] },
  }),
};
