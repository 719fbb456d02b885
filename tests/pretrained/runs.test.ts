/** What a run can be asked for beside its states: changes on the way, and going on from its beginning. */
import { describe, expect, it } from 'vitest';
import { readNetwork } from '../../src/host/pretrained.ts';
import type { Tensor } from '../../src/pretrained/arithmetic.ts';
import type { Network } from '../../src/pretrained/network.ts';
import { fixtureFolder } from './fixtures.ts';

const IDS = [3, 17, 5, 22, 9, 30, 11, 2];
const open = (name: string): Network => readNetwork(fixtureFolder(name), { precision: 'float64' });
const lastOf = <T>(list: readonly T[]): T => list[list.length - 1];
const zero = (_: number, { data }: Tensor) => void data.fill(0);

describe('branches', () => {
  it.each(['llama', 'gpt2', 'gpt-neox', 'mistral', 'gemma3', 'qwen3-window'])(
    '%s: each is as if it were the only one',
    (name) => {
      const network = open(name);
      const { kept } = network.run(IDS.slice(0, 5));
      const chains = [[30], [30, 11], [30, 2, 7], [8, 9, 4]];
      const ids = [30, 11, 2, 7, 8, 9, 4];
      const parents = [-1, 0, 0, 2, -1, 4, 5];
      const last = [0, 1, 3, 6];
      const { states } = network.run(ids, { past: kept, parents });
      const { width } = network.architecture;
      for (const [c, chain] of chains.entries()) {
        const whole = network.run([...IDS.slice(0, 5), ...chain]);
        for (const [k, { data }] of whole.states.entries())
          expect(states[k].data.slice(last[c] * width, (last[c] + 1) * width)).toBeAllClose(
            data.slice(-width),
            { absolute: 1e-12 },
          );
      }
    },
  );
});

describe('texts that run together', () => {
  it.each(['bert', 'albert', 'modernbert', 'roberta', 'roberta-pad', 'llama-dynamic', 'gemma3'])(
    '%s: each is as if it were alone, hooks and all',
    (name) => {
      const network = open(name);
      // with 1, the padding of RoBERTa, behind which places are others
      const texts = [IDS, IDS.toReversed(), IDS.with(3, 1), IDS.with(6, 1)];
      const hooks = {
        scores: (_: number, { data }: Tensor) => void data.set(data.map((score) => 0.5 * score)),
        states(frame: number, { shape, data }: Tensor) {
          expect(shape[0]).toBe(IDS.length);
          if (frame === 1) data[0] += data[1];
        },
      };
      const together = network.frames(texts, { hooks });
      for (const [t, ids] of texts.entries())
        for (const [k, { data }] of network.run(ids, { hooks }).states.entries()) {
          const own = together[k].data.subarray(t * data.length, (t + 1) * data.length);
          expect(own).toBeAllClose(data, { absolute: 1e-12 });
        }
    },
  );

  it('are as long as each other', () => {
    expect(() => open('bert').frames([IDS, IDS.slice(1)])).toThrow('different lengths');
  });
});

describe('hooks', () => {
  it('without attention and MLP the stream of a pre-norm network stays', () => {
    const { states } = open('llama').run(IDS, { hooks: { attention: zero, mlp: zero } });
    for (const state of states) expect(state.data).toEqual(states[0].data);
  });

  it('a head that gathers nothing is one whose rows of the output map are not read', () => {
    const network = open('gpt2');
    const { headSize, heads, width } = network.architecture;
    const silenced = 1;
    const off = network.run(IDS, {
      hooks: {
        heads(layer, { data }) {
          if (layer !== 0) return;
          for (let i = 0; i < IDS.length; i++) {
            const start = i * heads * headSize + silenced * headSize;
            data.fill(0, start, start + headSize);
          }
        },
      },
    });
    const { weight } = network.weights.layers[0].output;
    for (let o = 0; o < width; o++)
      weight.data.fill(0, o * width + silenced * headSize, o * width + (silenced + 1) * headSize);
    expect(lastOf(network.run(IDS).states).data).toBeAllClose(lastOf(off.states).data);
  });

  it('scores times 0 are attention to all alike', () => {
    const { attentions } = open('bert').run(IDS, { attentions: true, hooks: { scores: zero } });
    for (const { data } of attentions)
      expect(data).toBeAllClose(new Array(data.length).fill(1 / IDS.length));
  });

  it('states that are put where another run had them lead where it went', () => {
    const network = open('gemma3');
    const other = network.run(IDS.toReversed());
    const { states } = network.run(IDS, {
      hooks: {
        states(frame, { data }) {
          if (frame === 2) data.set(other.states[2].data);
        },
      },
    });
    expect(lastOf(states).data).toEqual(lastOf(other.states).data);
    expect(states[1].data).not.toEqual(other.states[1].data);
  });
});

describe('going on', () => {
  it.each(['gpt2', 'gpt-neox', 'llama', 'mistral', 'qwen2-window', 'qwen3', 'gemma3'])(
    '%s from its beginning has the numbers of one run',
    (name) => {
      const network = open(name);
      expect(network.goesOn).toBe(true);
      const whole = network.run(IDS, { attentions: true });
      let { kept } = network.run(IDS.slice(0, 5));
      const second = network.run(IDS.slice(5, 7), { past: kept });
      ({ kept } = second);
      const third = network.run(IDS.slice(7), { past: kept, attentions: true });
      const { width, heads } = network.architecture;
      const wanted = lastOf(whole.states).data;
      expect(lastOf(second.states).data).toBeAllClose(wanted.slice(5 * width, 7 * width));
      expect(lastOf(third.states).data).toBeAllClose(wanted.slice(7 * width));
      expect(lastOf(third.attentions).shape).toEqual([heads, 1, IDS.length]);
    },
  );

  it.each(['bert', 'gemma3-bidirectional', 'llama-dynamic', 'llama-longrope'])(
    '%s cannot, and says so',
    (name) => {
      const network = open(name);
      expect(network.goesOn).toBe(false);
      const { kept } = network.run(IDS.slice(0, 5));
      expect(() => network.run(IDS.slice(5), { past: kept })).toThrow('run the whole text');
    },
  );
});

it('positions that are given move the text', () => {
  const network = open('llama');
  const moved = network.run(IDS, { positions: IDS.map((_, i) => i + 40) });
  // rotary positions know distances only
  expect(lastOf(moved.states).data).toBeAllClose(lastOf(network.run(IDS).states).data, {
    absolute: 1e-11,
  });
  const bert = open('bert');
  const shifted = bert.run(IDS, { positions: IDS.map((_, i) => i + 1) });
  expect(shifted.states[0].data).not.toEqual(bert.run(IDS).states[0].data);
});
