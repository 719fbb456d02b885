/** Each feature and option of the format alone, against what the Rust library reads. */
import { describe, expect, it } from 'vitest';
import { createTokenizerCore } from '../../src/pretrained/tokenizer/tokenizer.ts';
import { differences, fixture, type Reading, seededStrings } from './tokenizer-strings.ts';

interface Model {
  readonly type: string;
  readonly merges?: 'merges' | 'marked_merges' | 'none';
}

interface Features {
  readonly marked: Readonly<Record<string, number>>;
  readonly pieces: readonly string[];
  readonly merges: readonly string[][];
  readonly marked_merges: readonly string[][];
  readonly features: readonly {
    readonly part: string;
    readonly file: Readonly<Record<string, unknown>> & { readonly model: 'marked' | Model };
    readonly reading: Reading;
  }[];
}

const SHARED = fixture<Features>('features');
const STRINGS = seededStrings();
const BLOCK = 20;
/** Of the 2,000: enough to notice a change, in seconds. */
const TAKEN = STRINGS.slice(0, Number(process.env.STRINGS ?? 400));

/** Characters as tokens, those inside a piece marked, so that the ids show where pieces begin. */
const MARKED = {
  type: 'BPE',
  unk_token: '[UNK]',
  continuing_subword_prefix: '##',
  vocab: SHARED.marked,
  merges: [],
};

function model(entry: 'marked' | Model): unknown {
  if (entry === 'marked') return MARKED;
  if (entry.type === 'Unigram') {
    const vocab = SHARED.pieces.map((piece, k) => [
      piece,
      -Math.sqrt([...piece].length) - (k % 7) / 8,
    ]);
    return { ...entry, vocab };
  }
  const vocab = Object.fromEntries(SHARED.pieces.map((piece, id) => [piece, id]));
  const { merges = 'none' } = entry;
  return { ...entry, vocab, merges: merges === 'none' ? [] : SHARED[merges] };
}

describe('each feature of a tokenizer.json', () => {
  const cases = SHARED.features.map(({ part, file, reading }) => ({
    name: `${part} ${JSON.stringify(part === 'model' ? file.model : file[part]).slice(0, 160)}`,
    file: { ...file, model: model(file.model) },
    reading,
  }));
  it.each(cases)('$name', ({ file, reading }) => {
    const found = differences(createTokenizerCore(file), TAKEN, reading, BLOCK);
    expect(found).toEqual({ ids: 0, offsets: 0, decoded: 0 });
  });
});
