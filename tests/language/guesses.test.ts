/** Guessed words: ranks as predict gives them, calibration by hand, and blanks where they may stand. */
import { describe, expect, it } from 'vitest';
import { calibrationError, guess, guessRecord } from '../../src/language/evaluation/guesses.ts';
import {
  evaluateOwnBlanks,
  overlap,
  parseOwnBlanks,
} from '../../src/language/evaluation/own-blanks.ts';
import { guessBlanks, textBlanks } from '../../src/language/evaluation/word-blanks.ts';
import { fillBlank } from '../../src/language/fill.ts';
import { random } from '../../src/numerics/random.ts';
import { randomModel } from './random-model.ts';

const model = randomModel(5);
const TEXT = 'Mein Lieblingstier ist __';

describe('a guess', () => {
  const { predictions } = fillBlank(model, TEXT, { depth: 3 });

  it('has the rank and the confidence of the prediction', () => {
    predictions.forEach(({ tokenStr }, place) => {
      const one = guess(model, TEXT, [tokenStr], 3);
      expect(one.rank).toBe(place + 1);
      expect(one.confidence).toBeCloseTo(predictions[0].score, 12);
    });
    const both = guess(model, TEXT, [predictions[4].tokenStr, predictions[2].tokenStr], 3);
    expect(both.rank).toBe(3);
  });

  it('is of whole words: no more and no less is right', () => {
    const [{ tokenStr: first }] = predictions;
    for (const wrong of [`${first}x`, `x${first}`, '']) {
      expect(wrong).not.toBe(first);
      expect(guess(model, TEXT, [wrong], 3).rank).toBe(Infinity);
    }
  });
});

it('calibration by hand: two bins, .25 and .15 off, of five guesses', () => {
  const hit = (confidence: number) => ({ rank: 1, confidence });
  const miss = (confidence: number) => ({ rank: 3, confidence });
  // bin .2: confidence .25 twice, one right; bin .9: .9 + .95 + 1, two of three right
  const guesses = [hit(0.25), miss(0.25), hit(0.9), hit(0.95), miss(1)];
  expect(calibrationError(guesses)).toBeCloseTo((1 - 0.5 + (2.85 - 2)) / 5, 14);
  expect(calibrationError([hit(1), miss(0)])).toBe(0);
});

it('shares and ranks by hand', () => {
  const ranks = [1, 2, 6, Infinity];
  const record = guessRecord(ranks.map((rank) => ({ rank, confidence: 0, answers: [] })));
  expect(record).toMatchObject({ count: 4, top1: 0.25, top5: 0.5, top10: 0.75 });
  expect(record.mrr).toBeCloseTo((1 + 1 / 2 + 1 / 6) / 4, 14);
  expect(record.top5StandardError).toBeCloseTo(Math.sqrt(1 / 3) / 2, 14);
});

describe('blanks of a text', () => {
  const blanks = (text: string, seed = 1) => textBlanks(text, ['der', 'the'], random(seed));

  it('are its last word, with what follows cut off, and another one', () => {
    expect(blanks('Anna mag Hunde.')).toMatchObject({
      end: { text: 'Anna mag __', word: 'Hunde' },
    });
    const insides = [1, 2, 3, 4, 5, 6].map((seed) => blanks('Anna mag Hunde.', seed).inside?.text);
    expect(new Set(insides)).toEqual(new Set(['__ mag Hunde.', 'Anna __ Hunde.']));
  });

  it('are no determiners, and whole words with hyphens and apostrophes', () => {
    expect(blanks('Do you see the')).toMatchObject({ end: null });
    expect(blanks('the dog')).toEqual({ end: { text: 'the __', word: 'dog' }, inside: null });
    expect(blanks("It's Anna-Lena's.").end?.word).toBe("Anna-Lena's");
    expect(blanks("“It's” 7").inside).toEqual({ text: '“__” 7', word: "It's" });
  });

  it('are none where the text has signs that look like one', () => {
    expect(blanks('a_b and c')).toEqual({ end: null, inside: null });
    expect(blanks('…')).toEqual({ end: null, inside: null });
  });

  it('are all guessed', () => {
    const some = ['Anna mag Hunde.', 'Die Katze ist der Hund'].map((text) => blanks(text));
    const { end, inside } = guessBlanks(model, some, 2);
    expect([end.count, inside.count]).toEqual([2, 2]);
  });
});

describe('own sentences', () => {
  const file = {
    de: [
      { kind: 'everyday', text: 'Anna mag __.', answers: ['Hunde', 'Katzen'] },
      { kind: 'agreement', text: 'Die Katzen __ schwarz.', answers: ['sind'] },
    ],
    en: [{ kind: 'everyday', text: 'I like __.', answers: ['dogs'] }],
  };

  it('are counted by kind, with what was missed', () => {
    const { all, hard, kinds, missed } = evaluateOwnBlanks(model, file.de, 2);
    expect([all.count, hard.count]).toEqual([2, 1]);
    expect(Object.keys(kinds)).toEqual(['everyday', 'agreement']);
    for (const { text, given } of missed) {
      const { predictions } = fillBlank(model, text, { depth: 2, top: 5 });
      expect(given).toEqual(predictions.map(({ tokenStr }) => tokenStr));
    }
  });

  it('are counted by both readings too', () => {
    const { bothReadings: both } = evaluateOwnBlanks(model, file.de, 2);
    expect([both.all.count, both.hard.count]).toEqual([2, 1]);
    expect(both.missed.length).toBeGreaterThan(0);
    for (const { text, given } of both.missed) {
      const { predictions } = fillBlank(model, text, { depth: 2, top: 5, reading: 'both' });
      expect(given).toEqual(predictions.map(({ tokenStr }) => tokenStr));
    }
  });

  it('are found in training texts with any of their answers, but for case and signs', () => {
    expect(overlap(file.de, ['anna mag Katzen!', 'Anna mag Kühe.'])).toEqual(['Anna mag __.']);
    expect(overlap(file.de, ['Anna mag Kühe.'])).toEqual([]);
  });

  it('are read from a file', () => {
    expect(parseOwnBlanks(JSON.stringify(file), 'mine.json')).toEqual(file);
  });

  it.each([
    ['no JSON', '{', /mine\.json is no JSON: expected \{"de"/],
    [
      'no answers',
      '{"de":[{"kind":"x","text":"__","answers":[]}]}',
      /at de\.0\.answers what cannot/,
    ],
    ['another key', '{"de":[{"kind":"x","text":"__","answer":"y"}]}', /at de\.0/],
    ['a list', '[]', /at its top what cannot be used/],
  ])('is refused: %s', (_, json, message) => {
    expect(() => parseOwnBlanks(json, 'mine.json')).toThrow(message);
  });
});
