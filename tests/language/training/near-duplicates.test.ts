/** Near-duplicates against pairs that one sees, against a slow exact grouping, and the split by groups. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nearDuplicateGroups, normalised } from '../../../src/language/training/near-duplicates.ts';
import { PARTS, splitFingerprint, splitTexts } from '../../../src/language/training/split.ts';
import { random } from '../../../src/numerics/random.ts';

describe('near-duplicates', () => {
  it('are the same sentence with a word changed, and not one that shares a few words', () => {
    const texts = [
      'Tom ist ein guter Fahrer.',
      'Die Katze schläft auf dem Sofa.',
      'Tom ist ein sehr guter Fahrer!',
      'Die Katze schläft auf dem alten Sofa.',
      'Der Hund liegt unter dem Tisch.',
      '„Tom ist ein guter Fahrer“',
      'Es ist spät.',
    ];
    expect([...nearDuplicateGroups(texts)]).toEqual([0, 1, 0, 1, 4, 0, 6]);
  });

  it('go through a third one', () => {
    const [one, other] = [
      'Wir essen heute Abend zusammen die Suppe mit Brot.',
      'Wir essen die Suppe mit Brot.',
    ];
    const between = 'Wir essen heute die Suppe mit Brot.';
    const grouped = (...texts: string[]) => [...nearDuplicateGroups(texts, { similarity: 0.4 })];
    expect(grouped(one, other)).toEqual([0, 1]);
    expect(grouped(one, other, between)).toEqual([0, 0, 0]);
  });

  it('do not hear case, punctuation and blanks', () => {
    expect(normalised('  „Ja,  ich – WEISS!“ ')).toBe(' ja ich weiss ');
    expect([...nearDuplicateGroups(['Ja?', 'ja', 'Nein', '!', '…'])]).toEqual([0, 0, 2, 3, 3]);
  });

  it('are none in no text', () => {
    expect(nearDuplicateGroups([])).toHaveLength(0);
  });
});

const shingles = (text: string) => {
  const spelt = normalised(text);
  const count = Math.max(1, spelt.length - 7);
  return new Set(Array.from({ length: count }, (_, i) => spelt.slice(i, i + 8)));
};

/** Every pair is looked at. */
function slowGroups(texts: readonly string[], similarity: number): number[] {
  const sets = texts.map(shingles);
  const groups = texts.map((_, i) => i);
  const unite = (a: number, b: number) => {
    const [from, to] = [Math.max(groups[a], groups[b]), Math.min(groups[a], groups[b])];
    groups.forEach((group, i) => {
      if (group === from) groups[i] = to;
    });
  };
  for (let a = 0; a < texts.length; a++)
    for (let b = 0; b < a; b++) {
      const common = [...sets[a]].filter((shingle) => sets[b].has(shingle)).length;
      const union = sets[a].size + sets[b].size - common;
      if (common / union >= similarity - 1e-9) unite(a, b);
    }
  return groups;
}

const word = fc.constantFrom('der', 'Hund', 'Katze', 'schläft', 'heute', 'gern', 'ist', 'a', 'on');
const sentence = fc.array(word, { minLength: 1, maxLength: 6 }).map((words) => words.join(' '));
const sentences = fc.array(sentence, { maxLength: 40 });

it('prefix filtering finds exactly the pairs that a look at all of them finds', () => {
  const similarity = fc.constantFrom(0.2, 0.25, 0.4, 0.5, 0.8, 1);
  fc.assert(
    fc.property(sentences, similarity, (texts, least) => {
      const found = [...nearDuplicateGroups(texts, { similarity: least })];
      expect(found).toEqual(slowGroups(texts, least));
    }),
  );
});

describe('the split', () => {
  const settings = { seed: 1, validation: 0.2, test: 0.3 };

  it('never has texts of one group on two sides', () => {
    fc.assert(
      fc.property(sentences, fc.integer({ min: 0, max: 99 }), (texts, seed) => {
        const parts = splitTexts(texts, { ...settings, seed });
        const groups = nearDuplicateGroups(texts);
        groups.forEach((group, i) => {
          expect(parts[i]).toBe(parts[group]);
        });
      }),
    );
  });

  const stream = random(3);
  const syllable = () => 'bdfgklmnprst'[stream.integer(12)] + 'aeiou'[stream.integer(5)];
  const nonsense = () => Array.from({ length: 9 }, syllable).join('');
  const distinct = Array.from({ length: 400 }, () => `${nonsense()} ${nonsense()}`);

  it('holds back the shares asked for', () => {
    const counts = PARTS.map(
      (_, part) => splitTexts(distinct, settings).filter((p) => p === part).length,
    );
    expect(counts).toEqual([200, 80, 120]);
    expect(splitTexts(distinct, { ...settings, validation: 0, test: 0 })).toEqual(
      new Uint8Array(400),
    );
  });

  it('trains on a group that would be much of a part', () => {
    const alike = Array.from({ length: 20 }, (_, i) => `This is the very same sentence ${i}`);
    for (let seed = 0; seed < 5; seed++) {
      const parts = splitTexts([...distinct, ...alike], { ...settings, seed });
      expect(parts.subarray(400)).toEqual(new Uint8Array(20));
    }
  });

  it('is the same for the same texts and seed, and another for another', () => {
    const print = (seed: number, texts = distinct) =>
      splitFingerprint(splitTexts(texts, { ...settings, seed }));
    expect(print(1)).toBe(print(1));
    expect(print(1)).toMatch(/^[0-9a-f]{64}$/);
    expect(print(2)).not.toBe(print(1));
  });
});

it('groups 40,000 sentences in seconds', () => {
  const stream = random(8);
  const syllable = () => 'bdfgklmnprst'[stream.integer(12)] + 'aeiou'[stream.integer(5)];
  const words = Array.from({ length: 3000 }, () => syllable() + syllable() + syllable());
  const text = () =>
    Array.from({ length: 8 }, () => words[Math.floor(3000 * stream.uniform() ** 3)]).join(' ');
  const texts = Array.from({ length: 40_000 }, text);
  // of the processor: what else the machine does is none of it
  const begun = process.cpuUsage();
  expect(nearDuplicateGroups(texts)).toHaveLength(40_000);
  const { user, system } = process.cpuUsage(begun);
  expect((user + system) / 1e6).toBeLessThan(30);
});
