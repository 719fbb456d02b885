/** The next word of a causal Hugging Face folder, by tokenizers of three kinds, against full runs of the network. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readModel } from '../../src/host/models.ts';
import { fillBlank, scoreAnswers } from '../../src/language/fill.ts';
import type { PretrainedModel } from '../../src/language/pretrained-model.ts';
import { softmaxRows } from '../../src/language/transformer.ts';
import { configOf } from '../pretrained/fixtures.ts';
import { folderOf } from './pretrained-folder.ts';

interface Kind {
  readonly pieces: readonly string[];
  /** The pieces that go on with a word. */
  readonly inside: readonly string[];
  /** A piece that no text is written with, by its number. */
  readonly other: (id: number) => string;
  readonly file: object;
}

const MERGES = (space: string) => [
  [space, 'a'],
  ['a', 'b'],
  [`${space}a`, 'b'],
];
const INSIDE = ['a', 'b', 'c', 'ab', '-'];

/** Three ways in which people's tokenizers say where a word begins. */
const KINDS: Record<string, Kind> = {
  'byte-level': {
    pieces: ['Ġ', 'Ġa', 'Ġab', ...INSIDE, 'Ã', 'Ł', '.'],
    inside: [...INSIDE, 'Ã', 'Ł'],
    other: (id) => `Ġz${id}`,
    file: {
      pre_tokenizer: {
        type: 'ByteLevel',
        add_prefix_space: false,
        trim_offsets: true,
        use_regex: true,
      },
      decoder: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true },
      model: { type: 'BPE', merges: MERGES('Ġ') },
    },
  },
  metaspace: {
    pieces: ['▁', '▁a', '▁ab', ...INSIDE, 'ß', '.'],
    inside: [...INSIDE, 'ß'],
    other: (id) => `▁z${id}`,
    file: {
      normalizer: { type: 'Replace', pattern: { String: ' ' }, content: '▁' },
      decoder: {
        type: 'Sequence',
        decoders: [{ type: 'Replace', pattern: { String: '▁' }, content: ' ' }, { type: 'Fuse' }],
      },
      model: { type: 'BPE', merges: MERGES('▁') },
    },
  },
  WordPiece: {
    pieces: ['[UNK]', 'a', 'ab', 'b', 'c', 'ß', '##a', '##b', '##c', '##ß', '.'],
    inside: ['##a', '##b', '##c', '##ß'],
    other: (id) => `z${id}`,
    file: {
      pre_tokenizer: { type: 'BertPreTokenizer' },
      decoder: { type: 'WordPiece', prefix: '##', cleanup: false },
      model: {
        type: 'WordPiece',
        unk_token: '[UNK]',
        continuing_subword_prefix: '##',
        max_input_chars_per_word: 100,
      },
    },
  },
};

function open(name: string, { pieces, other, file }: Kind): PretrainedModel {
  const folder = folderOf(name);
  const size = configOf(name).vocab_size as number;
  const all = Array.from({ length: size }, (_, id) => pieces[id] ?? other(id));
  const vocab = Object.fromEntries(all.map((piece, id) => [piece, id]));
  const parts = { added_tokens: [], normalizer: null, pre_tokenizer: null, post_processor: null };
  const model = { ...('model' in file && (file.model as object)), vocab };
  const content = { version: '1.0', ...parts, ...file, model };
  writeFileSync(join(folder, 'tokenizer.json'), JSON.stringify(content));
  return readModel(folder, { precision: 'float64' }) as PretrainedModel;
}

/** All words of one or two of these letters. */
const LETTERS = ['a', 'b', 'c', 'ß'];
const WORDS = [...LETTERS, ...LETTERS.flatMap((first) => LETTERS.map((second) => first + second))];

describe.each(Object.entries(KINDS))('%s', (kind, given) => {
  it.each(['llama', 'gpt2', 'llama-dynamic'])(
    'words of %s are scored by the chain rule',
    (name) => {
      const model = open(name, given);
      const { network, pieces } = model;
      const text = 'ab c';
      const before = pieces.encode(text).ids;
      const law = (ids: readonly number[]) => {
        const { states } = network.run(ids);
        const { data } = network.logits(states[states.length - 1]);
        const size = data.length / ids.length;
        return softmaxRows(Float64Array.from(data.slice(-size)), size);
      };
      const goesOn = new Set(given.inside.map((piece) => pieces.idOf(piece)));
      const scoreOf = (word: string) => {
        const ids = pieces.encode(`${text} ${word}`).ids;
        expect(ids.slice(0, before.length)).toEqual(before);
        let score = 1;
        for (let at = before.length; at < ids.length; at++) score *= law(ids.slice(0, at))[ids[at]];
        return score * law(ids).reduce((sum, p, id) => (goesOn.has(id) ? sum : sum + p), 0);
      };
      const scores = WORDS.map(scoreOf);
      expect(scoreAnswers(model, `${text} __`, { targets: WORDS })).toBeAllClose(scores, {
        absolute: 1e-10,
      });
      const asked = { top: 100, maximumUnexplored: 0, maximumExpansions: 300 };
      const { predictions, kind: asKind } = fillBlank(model, `${text} __`, asked);
      expect(asKind).toBe('blank');
      for (const [i, word] of WORDS.entries()) {
        const found = predictions.find(({ tokenStr }) => tokenStr === word);
        if (scores[i] > predictions[predictions.length - 1].score || found)
          expect(found?.score ?? 0).toBeCloseTo(scores[i], 10);
      }
      expect(predictions.some(({ tokenStr }) => WORDS.includes(tokenStr))).toBe(true);
      // never what the tokenizer would write otherwise, and never a sign
      for (const { tokenStr: word } of predictions) {
        expect(word).toMatch(kind === 'WordPiece' ? /^[a-cßz\d]+$/ : /^[a-cß]+(-[a-cß]+)*$/);
        const ids = pieces.encode(`${text} ${word}`).ids.slice(before.length);
        expect(pieces.behind(ids).trim()).toBe(word);
      }
    },
  );
});

describe('a blank', () => {
  const model = open('llama', KINDS.metaspace);

  it('at the start of a line is filled as the tokenizer writes a first word', () => {
    const asked = { top: 5, maximumExpansions: 100 };
    const { predictions } = fillBlank(model, 'a. __', asked);
    expect(predictions[0].sequence).toBe(`a. ${predictions[0].tokenStr}`);
  });

  it('needs room for a word', () => {
    const gpt2 = open('gpt2', KINDS['byte-level']);
    const { positions } = gpt2.sizes;
    const full = Array.from({ length: positions }, () => 'c').join('');
    expect(() => fillBlank(gpt2, `${full} __`)).toThrow(/fills all \d+ positions.*room for a word/);
    const { predictions } = fillBlank(gpt2, `${full.slice(2)} __`, { maximumExpansions: 50 });
    expect(predictions.every(({ tokens }) => tokens.length <= 2)).toBe(true);
  });
});
