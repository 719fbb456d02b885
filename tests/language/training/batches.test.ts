/** Batches: which particles, where, who sees whom, and what each should say. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  answerSpans,
  type Batch,
  type BlankSettings,
  blankBatch,
  causalBatch,
} from '../../../src/language/training/batches.ts';
import { wordBoundaries } from '../../../src/language/training/word-boundaries.ts';
import { random } from '../../../src/numerics/random.ts';
import { scripted } from './scripted.ts';
import { tinyStart, tinyWorld } from './tiny-run.ts';

/** Tokens 0–6 begin words (0 is a determiner), 7 goes on with a word, 8 is a mark; then start, end, blank. */
const [DETERMINER, INSIDE, MARK, START, END, BLANK] = [0, 7, 8, 9, 10, 11];
const words = {
  special: { start: START, end: END, blank: BLANK },
  beginsWord: Uint8Array.from({ length: 12 }, (_, id) => (id === INSIDE || id > MARK ? 0 : 1)),
  hasLetter: Uint8Array.from({ length: 12 }, (_, id) => (id < MARK ? 1 : 0)),
  isDeterminer: Uint8Array.from({ length: 12 }, (_, id) => (id === DETERMINER ? 1 : 0)),
};
const text = (...ids: number[]) => Int32Array.from(ids);
const whole: BlankSettings = { slots: 4, blanks: 2, cutAtBlank: 0, cutAnywhere: 0 };

const rowsOf = (values: ArrayLike<number>, length: number) =>
  Array.from({ length: values.length / length }, (_, i) =>
    Array.from(values).slice(i * length, (i + 1) * length),
  );

/** Who sees whom in row `b`, as one string a particle. */
const sight = ({ mask, length }: Batch, b: number) =>
  rowsOf(mask.subarray(b * length * length, (b + 1) * length * length), length).map((row) =>
    row.join(''),
  );

describe('causal batches', () => {
  const batch = causalBatch([text(1, 2, 3), text(4)], words);

  it('ask each particle for the next token and the last for the end', () => {
    expect(rowsOf(batch.ids, 4)[0]).toEqual([START, 1, 2, 3]);
    expect(rowsOf(batch.positions, 4)[0]).toEqual([0, 1, 2, 3]);
    expect([...batch.targets]).toEqual([1, 2, 3, END, 4, END]);
    expect([...batch.rows]).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it('share one triangular mask, in which no text sees padding', () => {
    expect(batch.maskShape).toEqual([4, 4]);
    expect(sight(batch, 0)).toEqual(['1000', '1100', '1110', '1111']);
  });
});

describe('where a blank may stand', () => {
  it('words, and a determiner only with the word behind it', () => {
    const spans = answerSpans(text(1, INSIDE, DETERMINER, 2, INSIDE, MARK, 3), words);
    expect(spans).toEqual([
      { from: 0, to: 2 },
      { from: 2, to: 5 },
      { from: 3, to: 5 },
      { from: 6, to: 7 },
    ]);
  });

  it('not at a mark, nor at a determiner without a word', () => {
    expect(answerSpans(text(MARK, DETERMINER, MARK, DETERMINER), words)).toEqual([]);
  });

  it('at whole words of real texts', async () => {
    const { tokenizer } = (await tinyStart()).model;
    const boundaries = wordBoundaries(tokenizer, tinyWorld.determiners);
    const answers = (real: string) => {
      const ids = Int32Array.from(tokenizer.encodeIds(real));
      return answerSpans(ids, boundaries).map(({ from, to }) =>
        tokenizer.decode(ids.subarray(from, to)).trim(),
      );
    };
    expect(answers("Anna's favourite animal is the dog.")).toEqual([
      ...["Anna's", 'favourite', 'animal', 'is', 'the dog', 'dog'],
    ]);
    expect(answers('Annas Lieblingstier ist der Hund. Die Katze schläft.')).toEqual([
      ...['Annas', 'Lieblingstier', 'ist', 'der Hund', 'Hund', 'Die Katze', 'Katze', 'schläft'],
    ]);
  });
});

describe('blank batches, laid out by hand', () => {
  // two blanks, the second drawn first: [1 7] . [2] 3
  const batch = blankBatch(
    [text(1, INSIDE, MARK, 2, 3)],
    words,
    whole,
    scripted({ integers: [1, 1, 0], uniforms: [0.5] }),
  );

  it('put the context first, then the tokens of each answer', () => {
    expect([...batch.ids]).toEqual([START, BLANK, MARK, BLANK, 3, 1, INSIDE, 2]);
  });

  it('reserve the slots of each blank', () => {
    expect([...batch.positions]).toEqual([0, 1, 5, 6, 10, 2, 3, 7]);
  });

  it('ask the blank for the first token, and the last one for the end', () => {
    expect([...batch.rows]).toEqual([1, 5, 6, 3, 7]);
    expect([...batch.targets]).toEqual([1, INSIDE, END, 2, END]);
  });

  it('let followers see the context, their own earlier ones and themselves', () => {
    expect(sight(batch, 0)).toEqual([
      ...new Array(5).fill('11111000'),
      '11111100',
      '11111110',
      '11111001',
    ]);
  });

  it('show padding to nobody but itself', () => {
    const two = blankBatch(
      [text(1, 2, 3), text(1)],
      words,
      { ...whole, blanks: 1 },
      scripted({ integers: [0, 0, 0, 0], uniforms: [0.5, 0.5] }),
    );
    expect(rowsOf(two.ids, 5)[1].slice(0, 3)).toEqual([START, BLANK, 1]);
    expect(sight(two, 1)).toEqual(['11000', '11000', '11100', '00010', '00001']);
    expect([...two.rows]).toEqual([1, 4, 6, 7]);
  });

  it('cut the text right behind the blank, or at a later word', () => {
    const given = [text(1, 2, INSIDE, 3, 4)];
    const cut = (changes: Partial<BlankSettings>, integers: number[]) =>
      blankBatch(
        given,
        words,
        { ...whole, blanks: 1, ...changes },
        scripted({ integers, uniforms: [0.5] }),
      );
    const atBlank = cut({ cutAtBlank: 1 }, [1]);
    expect([...atBlank.ids]).toEqual([START, 1, BLANK, 2, INSIDE]);
    const later = cut({ cutAnywhere: 1 }, [0, 1, 0]);
    expect([...later.ids]).toEqual([START, BLANK, 2, INSIDE, 3, 1]);
  });

  it('leave out answers that do not fit the slots, and texts without any', () => {
    const narrow = { ...whole, slots: 2, blanks: 1 };
    const given = [text(1, INSIDE), text(MARK), text(1, INSIDE, 2)];
    const one = blankBatch(given, words, narrow, random(1));
    expect([...one.ids]).toEqual([START, 1, INSIDE, BLANK, 2]);
    const none = blankBatch(given.slice(0, 2), words, narrow, random(1));
    expect([none.batch, none.ids.length, none.targets.length]).toEqual([0, 0, 0]);
  });
});

/** The text that a batch of one row was made of: each blank's followers put back into its place. */
function restored({ ids, positions, length, mask }: Batch, slots: number): number[] {
  const context = mask.subarray(0, length).reduce((sum, seen) => sum + seen, 0);
  const particles = Array.from(ids, (id, i) => ({ id, position: positions[i] }));
  const answers = particles.slice(context);
  return particles.slice(1, context).flatMap(({ id, position }) => {
    if (id !== BLANK) return [id];
    const own = answers.filter((one) => one.position > position && one.position < position + slots);
    return own.map((one) => one.id);
  });
}

const anyText = fc
  .array(fc.integer({ min: 0, max: MARK }), { minLength: 1, maxLength: 12 })
  .map((ids) => text(1, ...ids));

describe('blank batches of any text', () => {
  it('hold the beginning of the text, with what was taken out', () => {
    fc.assert(
      fc.property(anyText, fc.integer({ min: 0, max: 1000 }), (given, seed) => {
        const settings = { slots: 5, blanks: 3, cutAtBlank: 0.3, cutAnywhere: 0.3 };
        const batch = blankBatch([given], words, settings, random(seed));
        if (batch.batch === 0) return;
        const made = restored(batch, settings.slots);
        expect(made).toEqual([...given.subarray(0, made.length)]);
      }),
    );
  });

  it('have as many ends as blanks, and no two blanks side by side', () => {
    fc.assert(
      fc.property(anyText, fc.integer({ min: 0, max: 1000 }), (given, seed) => {
        const batch = blankBatch([given], words, { ...whole, blanks: 4 }, random(seed));
        const ids = [...batch.ids];
        const blanks = ids.filter((id) => id === BLANK).length;
        expect([...batch.targets].filter((id) => id === END)).toHaveLength(blanks);
        expect(ids.some((id, i) => id === BLANK && ids[i + 1] === BLANK)).toBe(false);
      }),
    );
  });
});

describe('determiners as blanks of their own', () => {
  const alone = { ...whole, blanks: 1, determiners: true };
  const given = text(1, DETERMINER, 2, MARK);

  it('stand beside those with their word, and never without a word behind them', () => {
    expect(answerSpans(given, words, true)).toEqual([
      { from: 0, to: 1 },
      { from: 1, to: 2 },
      { from: 1, to: 3 },
      { from: 2, to: 3 },
    ]);
    expect(answerSpans(text(1, DETERMINER), words, true)).toEqual([{ from: 0, to: 1 }]);
    expect(answerSpans(text(DETERMINER, MARK, 1), words, true)).toEqual([{ from: 2, to: 3 }]);
  });

  it('are taken out where the text goes on', () => {
    const batch = blankBatch(
      [given],
      words,
      alone,
      scripted({ integers: [1, 0], uniforms: [0.5] }),
    );
    expect([...batch.ids]).toEqual([START, 1, BLANK, 2, MARK, DETERMINER]);
  });

  it('take their word along where it is cut', () => {
    const cut = { ...alone, cutAtBlank: 1 };
    const batch = blankBatch([given], words, cut, scripted({ integers: [1], uniforms: [0.5] }));
    expect([...batch.ids]).toEqual([START, 1, BLANK, DETERMINER, 2]);
  });
});
