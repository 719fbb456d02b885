/** Changes of a model and grids of their effects, of our flow and of Hugging Face fixtures. */
import { describe, expect, it } from 'vitest';
import { readModel } from '../../src/host/models.ts';
import { effects } from '../../src/language/effects/effects.ts';
import { effectsReport } from '../../src/language/effects/report.ts';
import { type InterventionOptions, runWithCache } from '../../src/language/interventions.ts';
import { folderOf, plainOf, single, textOf } from './pretrained-folder.ts';

const { ids } = plainOf('llama');
const llama = readModel(folderOf('llama'), { precision: 'float64' });
const text = textOf(ids);
const CLOSE = { absolute: 1e-12 };
const lastOf = (options: InterventionOptions, model = llama) =>
  runWithCache(model, text, options).hiddenStates.at(-1)?.data as Float64Array;

describe('layers in another order', () => {
  const plain = runWithCache(llama, text);
  const { depth } = llama.sizes;

  it('left out: of a pre-norm network, as without its attention and its MLP', () => {
    const skipped = runWithCache(llama, text, { skip: [2] });
    expect(skipped.hiddenStates).toHaveLength(depth);
    expect(skipped.blocks).toEqual(plain.blocks?.filter((_, k) => k !== 1));
    const silent = lastOf({ ablateAttention: [2], ablateMlp: [2] });
    expect(skipped.hiddenStates.at(-1)?.data).toBeAllClose(silent, CLOSE);
    expect(skipped.effect?.divergence).toBeGreaterThan(0);
  });

  it('run twice: as the layer at the states that it led to', () => {
    const twice = runWithCache(llama, text, { repeat: [{ layer: 2 }] });
    const again = runWithCache(llama, text, {
      patch: [
        {
          from: {
            ...plain,
            hiddenStates: [
              plain.hiddenStates[0],
              plain.hiddenStates[2],
              ...plain.hiddenStates.slice(2),
            ],
          },
          layer: 1,
        },
      ],
    });
    expect(twice.hiddenStates).toHaveLength(depth + 2);
    expect(twice.hiddenStates[3].data).toBeAllClose(again.hiddenStates[2].data, CLOSE);
    expect(twice.blocks?.slice(0, 3)).toEqual([
      plain.blocks?.[0],
      plain.blocks?.[1],
      plain.blocks?.[1],
    ]);
  });

  it('exchanged: only from the first of them on, and not at all where they share weights', () => {
    const swapped = runWithCache(llama, text, { swap: [[2, 1]] });
    expect(swapped.blocks?.slice(0, 2)).toEqual([plain.blocks?.[1], plain.blocks?.[0]]);
    expect(swapped.hiddenStates[1].data).not.toBeAllClose(plain.hiddenStates[1].data, CLOSE);
    const words = plainOf('albert').ids;
    const place = single(words);
    const albert = readModel(folderOf('albert', words[place]), { precision: 'float64' });
    const shared = runWithCache(albert, textOf(words, place), { swap: [[1, 2]] });
    expect(shared.effect?.divergence).toBe(0);
  });

  it('a whole frame of another run goes on as there', () => {
    const other = runWithCache(llama, textOf([...ids].reverse()));
    const moved = lastOf({ patch: [{ from: other, layer: 1 }] });
    expect(moved).toBeAllClose(other.hiddenStates.at(-1)?.data as Float64Array, CLOSE);
  });

  it.each([
    [{ skip: [9] }, /option skip names layer 9: expected a whole number from 1 to/],
    [{ skip: [0] }, /option skip names layer 0/],
    [{ ablateAttention: [9] }, /option ablateAttention names layer 9/],
    [{ repeat: [{ layer: 9 }] }, /option repeat names layer 9/],
    [{ repeat: [{ layer: 1, times: 65 }] }, /times/],
    [{ swap: [[1, 9]] }, /option swap names layer 9/],
    [{ swap: [[1, 1]] }, /option swap names layer 1 twice/],
    [{ skip: [1], repeat: [{ layer: 1 }] }, /leaves out layer 1, which option repeat repeats/],
    [{ skip: Array.from({ length: depth }, (_, k) => k + 1) }, /leaves out all/],
    [
      { patch: [{ from: runWithCache(llama, 'w1 w2'), layer: 1 }] },
      /a whole frame of 2 particles into a text of/,
    ],
    [{ patch: [{ from: plain, layer: 1, to: 0 }] }, /names none/],
  ] satisfies [InterventionOptions, RegExp][])('%j is refused', (options, message) => {
    expect(() => runWithCache(llama, text, options)).toThrow(message);
  });

  it('of a flow is refused by name, but for its attention', () => {
    const flow = readModel('lieblingstier');
    expect(() => runWithCache(flow, 'Das ist __', { swap: [[1, 2]] })).toThrow(
      /option swap is for layers with weights of their own/,
    );
    const off = runWithCache(flow, 'Das ist __', { ablateAttention: [2] });
    expect(off.hiddenStates[2].data).toBeAllClose(off.hiddenStates[1].data, { absolute: 1e-12 });
  });
});

describe('effects', () => {
  it('of heads and β are those of runWithCache, of a flow and of others', async () => {
    const flow = readModel('lieblingstier');
    for (const [model, asked] of [
      [llama, text],
      [flow, 'Annas Lieblingstier ist __'],
    ] as const) {
      const found = await effects(model, asked, { of: 'heads', layers: [2] });
      const { effect } = runWithCache(model, asked, { ablate: [{ layer: 2, head: 1 }] });
      expect(found.rows).toEqual([2]);
      expect(found.columns).toHaveLength(model.sizes.heads);
      expect(found.divergences[0][1]).toBeCloseTo(effect?.divergence as number, 12);
      const sharper = await effects(model, asked, { of: 'beta', layers: [2], factor: 3 });
      const same = await effects(model, asked, { of: 'beta', layers: [2], factor: 1 });
      const { effect: one } = runWithCache(model, asked, {
        scaleBeta: [{ layer: 2, head: 0, factor: 3 }],
      });
      expect(sharper.divergences[0][0]).toBeCloseTo(one?.divergence as number, 12);
      expect(same.divergences[0]).toEqual(model.sizes.heads > 0 ? same.columns.map(() => 0) : []);
    }
  });

  it('of parts and of swaps are those of the layers', async () => {
    const parts = await effects(llama, text, { of: 'parts' });
    expect(parts.columns).toEqual(['attention off', 'MLP off', 'left out', 'run twice']);
    const cases: InterventionOptions[] = [
      { ablateAttention: [1] },
      { ablateMlp: [1] },
      { skip: [1] },
      { repeat: [{ layer: 1 }] },
    ];
    for (const [column, options] of cases.entries())
      expect(parts.divergences[0][column]).toBeCloseTo(
        runWithCache(llama, text, options).effect?.divergence as number,
        12,
      );
    const swaps = await effects(llama, text, { of: 'swaps', layers: [1, 2] });
    const { effect } = runWithCache(llama, text, { swap: [[1, 2]] });
    expect(swaps.divergences).toEqual([
      [null, expect.closeTo(effect?.divergence as number, 12)],
      [null, null],
    ]);
    const { columns, figure } = effectsReport(swaps);
    expect(columns.map(({ values }) => values.length)).toEqual([1, 1, 1, 1, 1]);
    expect(figure.panels[0].series).toHaveLength(1);
  });

  it('of a whole frame of another text are its answer', async () => {
    const other = textOf([...ids].reverse());
    const found = await effects(llama, text, { of: 'patches', other, layers: [0, 2] });
    expect(found.columns).toHaveLength(ids.length + 1);
    for (const row of found.otherProbabilities ?? [])
      expect(row.at(-1)).toBeCloseTo(found.otherAnswer?.probability as number, 12);
    expect(found.answers[0].at(-1)).toBe(found.otherAnswer?.token);
  });

  it.each([
    [{ of: 'patches' }, /need another text/],
    [{ of: 'heads', other: 'w1' }, /option other is for effects of patches/],
    [{ layers: [0] }, /option layers names layer 0: expected whole numbers from 1/],
    [{ of: 'patches', other: text, layers: [99] }, /names frame 99/],
    [{ of: 'patches', other: 'w1 w2' }, /a whole frame of 2 particles|names token/],
    [{ depth: 9 }, /option depth is 9/],
  ] as const)('%j is refused', async (options, message) => {
    await expect(
      effects(llama, text, {
        ...options,
        layers: 'layers' in options ? [...options.layers] : undefined,
      }),
    ).rejects.toThrow(message);
  });

  it('need an answer, and layers that can be exchanged', async () => {
    const words = plainOf('bert').ids;
    const bert = readModel(folderOf('bert', words[single(words)]));
    await expect(effects(bert, 'w1 w2')).rejects.toThrow(/asks for no answer that could change/);
    const flow = readModel('lieblingstier');
    await expect(effects(flow, 'Das ist __', { of: 'swaps' })).rejects.toThrow(/effects of swaps/);
    expect((await effects(flow, 'Das ist __', { of: 'parts' })).columns).toEqual(['attention off']);
  });
});
