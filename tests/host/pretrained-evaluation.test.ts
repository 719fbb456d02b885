/** `evaluate` of Hugging Face folders: held against the reference's logits, and against laws of the network itself. */
import { describe, expect, it } from 'vitest';
import { evaluatePretrained } from '../../src/cli/pretrained-evaluation.ts';
import { readModel } from '../../src/host/models.ts';
import { parseConfig } from '../../src/language/checkpoint.ts';
import { evaluatePretrainedBlanks } from '../../src/language/evaluation/pretrained-blanks.ts';
import { evaluatePretrainedTexts } from '../../src/language/evaluation/pretrained-texts.ts';
import { EVALUATION_DEFAULTS } from '../../src/language/evaluation/settings.ts';
import type { PretrainedModel } from '../../src/language/pretrained-model.ts';
import { softmaxRows } from '../../src/language/transformer.ts';
import { folderOf, lawAt, plainOf, single, textOf } from './pretrained-folder.ts';

const open = (name: string, mask?: number) =>
  readModel(folderOf(name, mask), { precision: 'float64' }) as PretrainedModel;
const ALL = { seed: 3, texts: 1000 };

/** p(token) at a place, by a run of the network with ids. */
function lawOf({ network }: PretrainedModel, ids: readonly number[], place: number) {
  const { states } = network.run(ids);
  const { data } = network.logits(states[states.length - 1]);
  const size = data.length / ids.length;
  return softmaxRows(Float64Array.from(data.slice(place * size, (place + 1) * size)), size);
}

describe.each(['llama', 'gpt2', 'gemma3'])('texts of a causal model: %s', (name) => {
  const reference = plainOf(name);
  const { ids } = reference;
  const model = open(name);

  it('cost −log p of each token but the first, by the reference', () => {
    const found = evaluatePretrainedTexts(model, [textOf(ids), 'w3'], ALL);
    const nats = ids.slice(1).reduce((sum, id, i) => sum - Math.log(lawAt(reference, i)[id]), 0);
    expect(found.natsPerText).toBeCloseTo(nats, 8);
    expect(found.natsPerToken).toBeCloseTo(nats / (ids.length - 1), 9);
    const said = textOf(ids).length - `w${ids[0]}`.length;
    expect(found.natsPerCharacter).toBeCloseTo(nats / said, 9);
    expect(found).toMatchObject({
      measure: 'log-likelihood',
      lines: 2,
      texts: 1,
      unscoredTexts: 1,
      tokens: ids.length - 1,
      characters: said,
      perplexity: Math.exp(found.natsPerToken),
    });
    expect(found.firstToken).toMatch(/^not scored/);
  });
});

it('a beginning that the template adds predicts the first token', () => {
  const model = open('llama');
  const [bos, ...rest] = plainOf('llama').ids;
  const template = { before: [{ id: bos, typeId: 0 }], after: [{ id: 5, typeId: 0 }], typeId: 0 };
  const encode = (text: string) => {
    const { ids, offsets, typeIds } = model.pieces.encode(text);
    return {
      ids: [bos, ...ids, 5],
      offsets: [null, ...offsets, null],
      typeIds: [0, ...typeIds, 0],
    };
  };
  const begun = Object.assign(Object.create(model), {
    pieces: { ...model.pieces, template, encode },
  });
  const found = evaluatePretrainedTexts(begun, [textOf(rest)], ALL);
  const nats = rest.reduce((sum, id, i) => sum - Math.log(lawOf(model, [bos, ...rest], i)[id]), 0);
  expect(found.natsPerText).toBeCloseTo(nats, 8);
  expect([found.tokens, found.characters]).toEqual([rest.length, textOf(rest).length]);
  expect(found.firstToken).toMatch(`scored behind w${bos}`);
});

describe.each(['bert', 'roberta', 'albert'])('texts of a masked model: %s', (name) => {
  const { ids: all } = plainOf(name);
  const mask = all[single(all)];
  const model = open(name, mask);
  const ids = all.filter((id) => id !== mask).slice(0, 5);

  it('cost −log p of each token, masked alone', () => {
    const found = evaluatePretrainedTexts(model, [textOf(ids)], ALL);
    const nats = ids.reduce((sum, id, place) => {
      const masked = ids.map((other, i) => (i === place ? mask : other));
      return sum - Math.log(lawOf(model, masked, place)[id]);
    }, 0);
    expect(found.natsPerText).toBeCloseTo(nats, 8);
    expect(found).toMatchObject({
      tokens: ids.length,
      characters: textOf(ids).length,
      pseudoPerplexity: Math.exp(found.natsPerToken),
    });
    expect(found).not.toHaveProperty('perplexity');
    expect(found.measure).toMatch(/^pseudo-log-likelihood: one token masked at a time/);
  });
});

describe('texts', () => {
  const model = open('gpt2');

  it('are as many as asked for, others with another seed', () => {
    const lines = Array.from({ length: 12 }, (_, i) => `w${i} w${i + 1} w${(3 * i) % 7}`);
    const some = (seed: number) => evaluatePretrainedTexts(model, lines, { seed, texts: 5 });
    expect(some(1)).toMatchObject({ lines: 12, texts: 5, tokens: 10 });
    expect(some(1)).toEqual(some(1));
    expect(some(1).natsPerToken).not.toBe(some(2).natsPerToken);
  });

  it('that cannot be scored, or are too long, are refused', () => {
    expect(() => evaluatePretrainedTexts(model, ['w1', 'w2'], ALL)).toThrow(/none of 2 texts has/);
    const long = Array.from({ length: 1100 }, () => 'w1').join(' ');
    expect(() => evaluatePretrainedTexts(model, ['w1 w2', long], ALL)).toThrow(
      /text 2 has 1100 tokens, expected at most the \d+ positions/,
    );
    expect(() => evaluatePretrainedTexts(open('bert-headless', 1), ['w3 w2'], ALL)).toThrow(
      /has no head that says anything of tokens/,
    );
  });
});

describe('own sentences of a masked model', () => {
  const reference = plainOf('bert');
  const { ids } = reference;
  const place = single(ids);
  const model = open('bert', ids[place]);
  const text = textOf(ids, place);
  const law = lawAt(reference, place);
  const ranked = [...law.keys()].filter((id) => id !== ids[place]).sort((a, b) => law[b] - law[a]);
  const rankOf = (id: number) => [...law.keys()].filter((other) => law[other] > law[id]).length + 1;

  it('stand at the place of their best answer in the whole law', () => {
    const [, , third, , , , , late] = ranked;
    const sentences = [
      { kind: 'everyday', text, answers: [`w${late}`, `w${third}`, 'w1 w2'] },
      { kind: 'hard', text, answers: [`w${late}`] },
      { kind: 'hard', text, answers: ['w1 w2'] },
    ];
    const found = evaluatePretrainedBlanks(model, sentences);
    expect(found.all).toMatchObject({ count: 2, top5: 0.5 });
    expect(found.all.mrr).toBeCloseTo((1 / rankOf(third) + 1 / rankOf(late)) / 2, 12);
    expect(found.kinds.hard.mrr).toBeCloseTo(1 / rankOf(late), 12);
    expect(found.missed).toMatchObject([{ kind: 'hard', acceptable: [`w${late}`] }]);
    expect(found.notAsked).toEqual([{ text, why: 'no answer has so many tokens' }]);
    expect(found.slots).toBe(1);
  });

  it('of two masks are ranked among answers of two tokens', () => {
    const answers = ['w1', `w${ranked[0]} w1`];
    const found = evaluatePretrainedBlanks(model, [{ kind: 'everyday', text, answers }], 2);
    expect(found.all.count).toBe(1);
    const whole = ids.flatMap((id, i) => (i === place ? [ids[place], ids[place]] : [id]));
    const first = lawOf(model, whole, place);
    const best = [...first.keys()].sort((a, b) => first[b] - first[a]).slice(0, 10);
    const chains = best.flatMap((a) => {
      const given = whole.map((id, i) => (i === place ? a : id));
      return Array.from(lawOf(model, given, place + 1), (p, b) => [a, b, first[a] * p]);
    });
    const own = chains.find(([a, b]) => a === ranked[0] && b === 1);
    const rank = own ? chains.filter(([, , p]) => p > own[2]).length + 1 : Infinity;
    expect(found.all.mrr).toBeCloseTo(1 / rank, 12);
  });
});

describe('own sentences of a causal model', () => {
  const model = open('llama');

  it('are asked at the end of a text alone', () => {
    const law = lawOf(model, [1, 2], 1);
    const [, second] = [...law.keys()].sort((a, b) => law[b] - law[a]);
    const sentences = [
      { kind: 'everyday', text: 'w1 w2 __', answers: [`w${second}`] },
      { kind: 'everyday', text: 'w1 __ w2', answers: ['w3'] },
    ];
    const { all, notAsked } = evaluatePretrainedBlanks(model, sentences);
    expect(all.count).toBe(1);
    expect(all.mrr).toBe(1 / 2);
    expect(notAsked).toEqual([{ text: 'w1 __ w2', why: 'behind the blank stands text' }]);
  });

  it('have no slots', () => {
    const sentence = { kind: 'everyday', text: 'w1 __', answers: ['w3'] };
    expect(() => evaluatePretrainedBlanks(model, [sentence], 2)).toThrow(/option slots is for/);
  });
});

it('slots without blanks are refused', () => {
  const model = open('bert', 4);
  const asked = { corpus: [], own: {}, slots: 2, settings: EVALUATION_DEFAULTS };
  expect(() => evaluatePretrained(model, asked)).toThrow(
    /slots is for the blanks of own sentences/,
  );
});

it('a config of neither kind names both', () => {
  expect(() => parseConfig('{"hidden_size": 16}')).toThrow(
    /format: .*expected "schmetterling\/1" or "schmetterling-standard\/1", or model_type of a Hugging Face model/,
  );
});
