/** Texts as people type, paste and export them, through everything that takes a text: the answers of the plain text. */
import { expect, test } from 'vitest';
import { readFlow } from '../../src/host/models.ts';
import { evaluateOwnBlanks, parseOwnBlanks } from '../../src/language/evaluation/own-blanks.ts';
import { fillBlank, scoreAnswers } from '../../src/language/fill.ts';
import { runWithCache } from '../../src/language/interventions.ts';
import { layOut } from '../../src/language/layout.ts';
import type { FillOptions } from '../../src/language/options.ts';
import { sentenceParticles } from '../../src/language/particles.ts';
import { portrait } from '../../src/language/portrait/portrait.ts';
import { trace } from '../../src/language/trace.ts';
import { modelDepthLimit } from '../../src/limits/depth/model-depth.ts';
import { perturbationLimit } from '../../src/limits/perturbations/perturbations.ts';
import { randomModel } from './random-model.ts';

const trained = readFlow('lieblingstier');
const model = randomModel(3, { slots: 3 });
const longer = randomModel(3, { depth: 2 });
const ANIMAL = 'Mein Lieblingstier ist';
const DRIVES = 'Er fährt mit dem __ nach Köln.';

/** All that the flow is given of a text. */
function given(text: string, own = model) {
  const { tokens, kind, ...layout } = layOut(own, text);
  const { positions, coupling, readAt, followFrom, leadingBlank } = layout;
  const ids = tokens.map(({ id }) => id);
  return { ids, kind, positions, coupling, readAt, followFrom, leadingBlank };
}

test.each([
  [`${ANIMAL}\u00a0__.`, `${ANIMAL} __.`],
  ['My favourite animal is __\u00a0.', 'My favourite animal is __ .'],
  [`${ANIMAL}\t__.`, `${ANIMAL} __.`],
  [`${ANIMAL}\n\n`, ANIMAL],
  [`${ANIMAL}\n__.\n`, `${ANIMAL} __.`],
])('%j has the answers of %j', (typed, text) => {
  const [one, other] = [typed, text].map((some) => fillBlank(trained, some, { top: 3 }));
  const scored = ({ predictions }: typeof one) =>
    predictions.map(({ tokenStr, score }) => [tokenStr, score]);
  expect(scored(one)).toEqual(scored(other));
  expect(one.predictions[0].score).toBeGreaterThan(0.05);
  expect(given(typed, trained)).toEqual(given(text, trained));
});

test.each([
  ...['\u00a0', '\t', '\n', '\r\n', '\n\n', '\u202f', '\u2009', '\u3000', '\u2028', '\u0085'],
  ...['  ', ' \n   ', '\u200b ', ' \ufeff'],
])('%j is a space beside the blank and in a sentence, and nothing at its ends', (space) => {
  expect(given(`${ANIMAL}${space}__.`)).toEqual(given(`${ANIMAL} __.`));
  expect(given(`${ANIMAL} __${space}.`)).toEqual(given(`${ANIMAL} __ .`));
  expect(given(`${ANIMAL}${space}__`).leadingBlank).toBe(true);
  expect(given(`${space}Mein${space}Tier ist __.${space}`)).toEqual(given('Mein Tier ist __.'));
  expect(given(`${ANIMAL}${space}`)).toEqual(given(ANIMAL));
});

test.each<FillOptions>([{}, { coupling: 'causal' }, { coupling: 'sinkhorn' }, { reading: 'both' }])(
  'what is decomposed is answered as what is composed: %j',
  (options) => {
    const text = options.coupling === 'causal' ? 'Er fährt nach Köln mit dem __' : DRIVES;
    const targets = ['ö', 'Bä', 'Müll'];
    const decomposed = targets.map((target) => ` ${target.normalize('NFD')}\u00a0`);
    const scored = (typed: string, asked: string[]) => {
      const { targets: found, ...all } = fillBlank(longer, typed, {
        ...options,
        targets: asked,
        maximumExpansions: 8,
      });
      return [...all.predictions, ...(found ?? [])].map(({ tokenStr, score }) => [tokenStr, score]);
    };
    expect(scored(text.normalize('NFD'), decomposed)).toEqual(scored(text, targets));
    expect(scoreAnswers(longer, text.normalize('NFD'), { targets: decomposed })).toEqual(
      scoreAnswers(longer, text, { targets }),
    );
  },
);

test('places are those of the text as it was typed, and so is the text with an answer', () => {
  const typed = '\u00a0Er fa\u0308hrt\u2009mit\n\ndem\t __\r\nnach Ko\u0308ln. ';
  const found = fillBlank(trained, typed, { top: 1, targets: ['Zug'] });
  expect(found.text).toBe(typed);
  expect(found.blank).toEqual({ start: typed.indexOf('__'), end: typed.indexOf('__') + 2 });
  for (const { text, start, end } of found.tokens)
    if (!text.includes('\ufffd'))
      expect(typed.slice(start, end).normalize('NFC').replace(/\s+/g, ' ')).toBe(text);
  expect(found.predictions[0].sequence).toBe(typed.replace('__', found.predictions[0].tokenStr));
  expect(found.targets?.[0].sequence).toBe(typed.replace('__', 'Zug'));
  const [next] = fillBlank(trained, `${ANIMAL}\n\n`, { top: 1 }).predictions;
  expect(next.sequence).toBe(`${ANIMAL}${next.tokenStr}`);
});

test('an underscore between letters is text, for a second reading too', () => {
  const { blank, tokens } = fillBlank(model, 'my_var ist __', { reading: 'both', top: 1 });
  expect(blank).toEqual({ start: 11, end: 13 });
  const before = tokens.slice(1, -1);
  expect(before.map(({ text }) => text).join('')).toBe('my_var ist');
  expect(layOut(model, 'foo_bar').kind).toBe('next-token');
});

test('trace, interventions, portrait, particles and limits read a text alike', async () => {
  const [typed, text] = ['\u00a0Ba\u0308r\u2009und\n__. ', 'Bär und __.'];
  const few = { top: 2, depth: 2, maximumExpansions: 2 };
  const [one, other] = [typed, text].map((some) => trace(model, some, few));
  expect(one.hiddenStates).toEqual(other.hiddenStates);
  const ablate = [{ head: 0 }];
  expect(runWithCache(model, typed, { ...few, ablate }).effect).toEqual(
    runWithCache(model, text, { ...few, ablate }).effect,
  );
  expect(sentenceParticles(model, typed).positions).toEqual(
    sentenceParticles(model, text).positions,
  );
  const asked = { depth: 2 };
  expect(portrait(model, [typed], asked).layers).toEqual(portrait(model, [text], asked).layers);
  const cloud = { draws: 1, depth: 1 };
  expect((await perturbationLimit(model, typed, cloud)).perturbations).toEqual(
    (await perturbationLimit(model, text, cloud)).perturbations,
  );
  // without a blank nothing is searched for
  const depths = { depths: [1, 2], schemes: ['layer' as const] };
  expect((await modelDepthLimit(model, typed.replace('__', ''), depths)).schemes).toEqual(
    (await modelDepthLimit(model, 'Bär und .', depths)).schemes,
  );
});

const own = (text: string, answers: string[]) =>
  parseOwnBlanks(JSON.stringify({ de: [{ kind: 'everyday', text, answers }] }), 'own.json').de;

test('evaluation sentences and their answers are read so too, and may have many answers', () => {
  const text = `${ANIMAL} __.`;
  const [best] = fillBlank(trained, text, { top: 10 }).predictions.filter(({ tokenStr }) =>
    /[äöü]/.test(tokenStr),
  );
  const many = Array.from({ length: 40 }, (_, i) => `Antwort${i}`);
  const answers = [...many, best.tokenStr];
  const decomposed = own(
    text.replace(' __', '\u00a0__'),
    answers.map((answer) => answer.normalize('NFD')),
  );
  const [one, other] = [decomposed, own(text, answers)].map((some) =>
    evaluateOwnBlanks(trained, some),
  );
  expect(one.all).toEqual(other.all);
  expect(other.all.top10).toBe(1);
});

test.each([
  ['Mein Tier ist.', ['a'], /de\.0\.text .*no blank/],
  ['Mein Tier__ ist.', ['a'], /de\.0\.text .*glued/],
  ['Mein __ ist __.', ['a'], /found 2 blanks/],
  ['Mein __ ist.', [' '], /de\.0\.answers\.0 .*empty/],
  ['Mein __ ist.', [], /de\.0\.answers/],
])('an evaluation sentence %j with %j is refused before any work', (text, answers, message) => {
  expect(() => own(text, answers)).toThrow(message);
});
