/**
 * Hugging Face folders as language models: what texts, traces, predictions and interventions say of the fixtures,
 * whose states and logits the reference library has computed.
 */
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { predictionLines } from '../../src/cli/prediction-text.ts';
import { describeModel, readFlow, readModel } from '../../src/host/models.ts';
import { evaluatePretrainedTexts } from '../../src/language/evaluation/pretrained-texts.ts';
import { fillBlank } from '../../src/language/fill.ts';
import { runWithCache } from '../../src/language/interventions.ts';
import type { LanguageModel } from '../../src/language/model.ts';
import { modelRecord } from '../../src/language/model-record.ts';
import type { FillOptions } from '../../src/language/options.ts';
import type { PretrainedModel } from '../../src/language/pretrained-model.ts';
import { trace, traceToJson } from '../../src/language/trace.ts';
import { softmaxRows } from '../../src/language/transformer.ts';
import { layerFlow } from '../../src/limits/layer/layer.ts';
import { configOf } from '../pretrained/fixtures.ts';
import { folderOf, lawAt, plainOf, single, textOf } from './pretrained-folder.ts';

const EVERY = { top: 1000, maximumUnexplored: 0, maximumExpansions: 1000 };
const CLOSE = { absolute: 1e-9 };

describe.each(['bert', 'albert-groups', 'modernbert', 'distilbert'])('masked: %s', (name) => {
  const reference = plainOf(name);
  const { ids } = reference;
  const place = single(ids);
  let model: LanguageModel;
  beforeAll(() => {
    model = readModel(folderOf(name, ids[place]), { precision: 'float64' });
  });

  it('traces the states and attentions of the reference library', () => {
    const found = trace(model, textOf(ids, place), { parts: true });
    const hidden = reference.list('hidden');
    const last = reference.one('last') ?? hidden[hidden.length - 1];
    expect(found.layers).toEqual(hidden.map((_, k) => k));
    for (const [k, { data }] of found.hiddenStates.entries())
      expect(data).toBeAllClose(k === hidden.length - 1 ? last : hidden[k], { absolute: 1e-8 });
    for (const [k, wanted] of reference.list('attention').entries()) {
      const heads = found.attentions[k].flatMap(({ data }) => [...data]);
      expect(heads).toBeAllClose(wanted, CLOSE);
    }
    const [head] = found.directions;
    const length = Math.hypot(...head.data.subarray(0, head.columns));
    expect(length).toBeCloseTo(1, 12);
    expect(found.parts).toHaveLength(hidden.length - 1);
    expect(found.blocks).toHaveLength(hidden.length - 1);
  });

  it.each(['__', '[MASK]', '_'])('reads the law of the reference at %s', (mark) => {
    const { predictions, unlisted, unexplored, ...rest } = fillBlank(
      model,
      textOf(ids, place, mark),
      {
        top: 1000,
        slots: 1,
      },
    );
    const law = lawAt(reference, place);
    expect(predictions.map(({ score }) => score)).toBeAllClose(
      [...law].sort((a, b) => b - a),
      CLOSE,
    );
    expect(unlisted).toBe(0);
    expect(unexplored).toBeCloseTo(0, 12);
    expect(rest).toMatchObject({ kind: 'blank', coupling: 'full', slots: 1, precision: 'float64' });
  });

  it('looks behind a hundred beginnings at each of many masks, and says what that leaves out', () => {
    const { predictions, unlisted, unexplored } = fillBlank(model, textOf(ids, place), {
      slots: 6,
      top: 1000,
    });
    expect(predictions).toHaveLength(1000);
    expect(predictions[0].tokens).toHaveLength(6);
    expect(unexplored).toBeGreaterThan(0.01);
    const total = predictions.reduce((sum, { score }) => sum + score, unlisted + unexplored);
    expect(total).toBeCloseTo(1, 12);
  });

  it('lists answers of two tokens, each given the ones before and the masks left', () => {
    const { network } = model as PretrainedModel;
    const { longer = [] } = fillBlank(model, textOf(ids, place));
    expect(longer.map(({ slots }) => slots)).toEqual([2, 3]);
    const [{ predictions, unlisted, unexplored }] = longer;
    const total = predictions.reduce((sum, { score }) => sum + score, unlisted + unexplored);
    expect(total).toBeCloseTo(1, 12);
    const law = (second: number | null, at: number) => {
      const twice = [
        ...ids.slice(0, place),
        second ?? ids[place],
        ids[place],
        ...ids.slice(place + 1),
      ];
      const { states } = network.run(twice);
      const { data } = network.logits(states[states.length - 1]);
      const size = data.length / twice.length;
      return softmaxRows(Float64Array.from(data.slice(at * size, (at + 1) * size)), size);
    };
    const first = law(null, place);
    for (const { tokens, score, tokenScores = [] } of predictions.slice(0, 5)) {
      const [a, b] = tokens.map((piece) =>
        piece === '[MASK]' ? ids[place] : Number(piece.slice(1)),
      );
      const second = law(a, place + 1);
      expect(score).toBeCloseTo(first[a] * second[b], 10);
      expect(tokenScores).toBeAllClose([first[a], second[b]], CLOSE);
    }
  });

  it('a reader is told each list apart, and what it leaves out', () => {
    const lines = predictionLines(
      { width: 80, colour: false },
      fillBlank(model, textOf(ids, place)),
      0.1,
    );
    expect(lines.join('\n')).toMatch(
      /the blank as 2 masks · .* left out[\s\S]*the blank as 3 masks/,
    );
  });

  it('the last lens is the prediction', () => {
    const { lens, prediction } = trace(model, textOf(ids, place));
    expect(lens.at(-1)?.predictions[0].score).toBeCloseTo(prediction.predictions[0].score, 12);
  });
});

describe.each(['llama', 'gpt2', 'gpt-neox', 'gemma3', 'qwen3', 'mistral'])('causal: %s', (name) => {
  const reference = plainOf(name);
  const { ids } = reference;
  let model: LanguageModel;
  beforeAll(() => {
    model = readModel(folderOf(name), { precision: 'float64' });
  });

  it.each(['', ' __'])('reads the next token as the reference does, blank "%s"', (blank) => {
    // all words of this tokenizer are one token, so that the next word is the next token, down to the least that the
    // search keeps
    const { predictions, kind, coupling } = fillBlank(model, textOf(ids) + blank, EVERY);
    const law = lawAt(reference, ids.length - 1);
    expect(predictions.map(({ score }) => score)).toBeAllClose(
      [...law].filter((p) => !blank || p >= 1e-7).sort((a, b) => b - a),
      CLOSE,
    );
    expect([kind, coupling]).toEqual([blank ? 'blank' : 'next-token', 'causal']);
  });

  it('is traced to the last state before the last norm', () => {
    const { hiddenStates } = trace(model, textOf(ids));
    expect(hiddenStates.at(-1)?.data).toBeAllClose(reference.one('last') as Float64Array, {
      absolute: 1e-8,
    });
  });

  it('refuses a blank that is not at the end', () => {
    expect(() => fillBlank(model, textOf(ids, 2))).toThrow(/has no mask token.*blank at the end/);
  });
});

describe('interventions', () => {
  const { ids } = plainOf('bert');
  const place = single(ids);
  const text = textOf(ids, place);
  let model: LanguageModel;
  beforeAll(() => {
    model = readModel(folderOf('bert', ids[place]), { precision: 'float64' });
  });

  it('change what they say they change', () => {
    const plain = runWithCache(model, text);
    const sharper = runWithCache(model, text, { scaleBeta: [{ factor: 2, layer: 2, head: 1 }] });
    const [own, other] = [plain, sharper].map(({ attentions }) => attentions);
    expect(other[0]).toEqual(own[0]);
    expect(other[1][0]).toEqual(own[1][0]);
    // A ∝ e^{s}, so with 2s it is A² by its sum
    const squares = own[1][1].data.map((value) => value ** 2).slice(0, ids.length);
    const sum = squares.reduce((a, b) => a + b, 0);
    expect(other[1][1].data.slice(0, ids.length)).toBeAllClose(
      squares.map((value) => value / sum),
      { absolute: 1e-12 },
    );
    expect(sharper.effect?.divergence).toBeGreaterThan(0);
  });

  it('without heads and MLP a layer of a pre-norm network adds nothing', () => {
    const { ids: tokens } = plainOf('llama');
    const llama = readModel(folderOf('llama'), { precision: 'float64' });
    const silent = runWithCache(llama, textOf(tokens), {
      ablate: [0, 1, 2, 3].map((head) => ({ head, layer: 2 })),
      ablateMlp: [2],
    });
    expect(silent.hiddenStates[2].data).toBeAllClose(silent.hiddenStates[1].data, {
      absolute: 1e-15,
    });
    expect(silent.hiddenStates[3].data).not.toEqual(silent.hiddenStates[2].data);
  });

  it('a token put where another run had it goes on as there', () => {
    const other = runWithCache(model, textOf([...ids].reverse(), ids.length - 1 - place));
    const patch = ids.map((_, token) => ({ from: other, layer: 1, token }));
    const patched = runWithCache(model, text, { patch });
    expect(patched.hiddenStates.at(-1)?.data).toBeAllClose(
      other.hiddenStates.at(-1)?.data as Float64Array,
      { absolute: 1e-12 },
    );
  });
});

describe('what such a model cannot', () => {
  const { ids } = plainOf('bert');
  const place = single(ids);
  const text = textOf(ids, place);
  let model: LanguageModel;
  beforeAll(() => {
    model = readModel(folderOf('bert', ids[place]));
  });

  it.each([
    ['depth', { depth: 5 }, /option depth is 5, and "bert-\d+" has 3 layers/],
    ['ode', { depth: 'ode' }, /option depth is ode/],
    ['coupling', { coupling: 'sinkhorn' }, /trained with full attention/],
    ['reading', { reading: 'both' }, /reading "both" needs a model that was trained here/],
    ['slots', { slots: 9 }, /slots/],
    ['a target of two tokens', { targets: ['w1 w2'] }, /has 2 tokens and the blank is 1 mask/],
  ] satisfies [string, FillOptions, RegExp][])('%s is refused by name', (_, options, message) => {
    expect(() => fillBlank(model, text, options)).toThrow(message);
  });

  it('slots are refused for a flow', () => {
    expect(() => fillBlank(readFlow('lieblingstier'), 'Das ist __', { slots: 2 })).toThrow(
      /option slots is for models that fill masks/,
    );
  });

  it('two blanks, no blank, an empty text and too long a text are refused', () => {
    expect(() => fillBlank(model, `${text} __`)).toThrow(/found 2 blanks/);
    expect(() => fillBlank(model, 'w1 w2')).toThrow(/the text has no blank/);
    expect(() => trace(model, ' ')).toThrow(/the text is empty/);
    const long = Array.from({ length: 25 }, () => 'w1').join(' ');
    expect(() => trace(model, long)).toThrow(/25 tokens, expected at most the 24 positions/);
  });

  it('a flow is asked for where one is needed', () => {
    const folder = folderOf('llama');
    expect(() => readFlow(folder, 'limit depth')).toThrow(
      /limit depth needs a model that is a flow in continuous depth/,
    );
    expect(() => readModel('lieblingstier', { precision: 'float32' })).toThrow(
      /computes in float64/,
    );
  });

  it('a body without a head is traced, and says why it predicts nothing', () => {
    const { ids: tokens } = plainOf('bert-headless');
    const body = readModel(folderOf('bert-headless', single(tokens)));
    expect(() => fillBlank(body, 'w1 __')).toThrow(/has no head that says anything of tokens/);
    const { prediction, lens, hiddenStates } = trace(body, 'w1 w2 w3');
    expect([prediction.kind, prediction.predictions]).toEqual(['text', []]);
    expect(lens).toHaveLength(hiddenStates.length);
  });
});

describe('bad folders', () => {
  const { ids } = plainOf('bert');
  /** The fixture with a file changed or, null, without it. */
  const spoiled = (file: string, change: ((content: Record<string, unknown>) => object) | null) => {
    const folder = folderOf('bert', single(ids));
    const path = join(folder, file);
    if (change === null) rmSync(path);
    else writeFileSync(path, JSON.stringify(change(JSON.parse(readFileSync(path, 'utf8')))));
    return folder;
  };
  it.each<[string, string, Parameters<typeof spoiled>[1], RegExp]>([
    [
      'an empty tokenizer.json',
      'tokenizer.json',
      () => ({}),
      /tokenizer\.json: there is no model in it/,
    ],
    [
      'a model without a vocabulary',
      'tokenizer.json',
      (file) => ({ ...file, model: { type: 'WordPiece' } }),
      /tokenizer\.json: model WordPiece\.vocab: expected an object of tokens/,
    ],
    [
      'no tokenizer',
      'tokenizer.json',
      null,
      /the folder has no tokenizer: expected tokenizer\.json, vocab\.txt/,
    ],
    [
      'more ids than rows',
      'tokenizer.json',
      (file) => ({
        ...file,
        added_tokens: [
          {
            id: 40,
            content: 'more',
            special: true,
            single_word: false,
            lstrip: false,
            rstrip: false,
            normalized: false,
          },
        ],
      }),
      /ids up to 40 \("more"\) and the embedding 40 rows/,
    ],
    [
      'an unknown type',
      'config.json',
      (config) => ({ ...config, model_type: 'bort' }),
      /nearest is "bert"; it reads .*CONTRIBUTING/,
    ],
    [
      'code of its own',
      'config.json',
      (config) => ({ ...config, auto_map: { AutoModel: 'm.M' } }),
      /never run/,
    ],
    [
      'quantised weights',
      'config.json',
      (config) => ({ ...config, quantization_config: { bits: 4 } }),
      /dequantised/,
    ],
    [
      'no heads',
      'config.json',
      (config) => ({ ...config, num_attention_heads: 0 }),
      /num_attention_heads is 0: expected a whole number from 1 on/,
    ],
    ['no config', 'config.json', null, /config/],
  ])('%s is one clear line', (_, file, change, message) => {
    const folder = spoiled(file, change);
    expect(() => readModel(folder)).toThrow(message);
    try {
      readModel(folder);
    } catch (error) {
      expect((error as Error).message).not.toContain('\n');
      expect((error as Error).message).toContain(folder);
    }
  });
});

describe('records', () => {
  it('say the precision and what was decided', () => {
    const { ids } = plainOf('bert-head-differs');
    const place = single(ids);
    const model = readModel(folderOf('bert-head-differs', ids[place]));
    const record = traceToJson(trace(model, textOf(ids, place)));
    expect(record.precision).toBe('float32');
    expect(record.notes?.join(' ')).toMatch(/tie/);
  });

  it('list the folder with its sizes', () => {
    const record = modelRecord(describeModel(folderOf('gpt2')));
    const { n_layer: depth, n_embd: dimension, n_head: heads } = configOf('gpt2');
    expect(record).toMatchObject({ family: 'GPT-2', causal: true, depth, dimension, heads });
  });

  // as the reference library counts, model.num_parameters(), of fixtures that were saved by it
  it.each([
    ['bert', 7312, { masks: true, causal: false, head: true }],
    ['albert-groups', 12434, { masks: true, head: true }],
    // without the pooler of 272
    ['bert-headless-prefix', 5008, { head: false, parts: true }],
    ['gpt2', 10896, { masks: false, causal: true, head: true, parts: true }],
    ['llama-shards', 5200, { causal: true, head: true }],
    ['gemma3-ropes', 9960, { causal: true, head: true }],
  ])('tell the parameters of %s, and what it can do', (name, parameters, abilities) => {
    expect(modelRecord(describeModel(folderOf(name)))).toMatchObject({ parameters, ...abilities });
  });

  it('tell a folder whose tensors do not fit with its problem', () => {
    const folder = folderOf('bert-untied');
    const config = join(folder, 'config.json');
    writeFileSync(config, JSON.stringify({ ...configOf('bert-untied'), intermediate_size: 25 }));
    expect(modelRecord(describeModel(folder))).toMatchObject({
      problem: expect.stringMatching(/intermediate\.dense\.weight \[24,16\], expected \[25,16\]/),
    });
  });

  it('none of a folder is changed by reading it', () => {
    const folder = folderOf('gpt2');
    const before = readdirSync(folder);
    readModel(folder);
    expect(readdirSync(folder)).toEqual(before);
  });
});

describe('a template with token types', () => {
  const MASK = 9;
  /** The fixture with a template that puts w5 before the text, w6 behind, and gives the text and w6 this type. */
  const typed = (name: string, type_id: number) => {
    const folder = folderOf(name, MASK);
    const file = join(folder, 'tokenizer.json');
    const tokenizer = JSON.parse(readFileSync(file, 'utf8'));
    const special = (id: string, type: number) => ({ SpecialToken: { id, type_id: type } });
    tokenizer.post_processor = {
      type: 'TemplateProcessing',
      single: [special('w5', 0), { Sequence: { id: 'A', type_id } }, special('w6', type_id)],
      special_tokens: {
        w5: { id: 'w5', ids: [5], tokens: ['w5'] },
        w6: { id: 'w6', ids: [6], tokens: ['w6'] },
      },
    };
    writeFileSync(file, JSON.stringify(tokenizer));
    return folder;
  };
  const read = (name: string, type: number) =>
    readModel(typed(name, type), { precision: 'float64' }) as PretrainedModel;
  const lastOf = (model: PretrainedModel, ids: readonly number[], typeIds: readonly number[]) =>
    model.network.run(ids, { typeIds }).states.at(-1)?.data as Float64Array;

  it('is refused for types that the model does not have, and taken no notice of without any', () => {
    expect(() => readModel(typed('bert', 2))).toThrow(
      /has the token type 2 in its template: the model has the types 0 to 1/,
    );
    expect(readModel(typed('bert', 1)).name).toMatch(/^bert/);
    expect(readModel(typed('distilbert', 2)).name).toMatch(/^distilbert/);
  });

  it('is run with its types: frames, masks and what fills them', () => {
    const [model, plain] = [read('bert', 1), read('bert', 0)];
    const types = [0, 1, 1, 1, 1, 1];
    const layout = model.layOut('w3 __ w7 w8');
    expect(layout.typeIds).toEqual(types);
    const run = model.run(layout);
    const own = lastOf(model, [5, 3, MASK, 7, 8, 6], types);
    expect(run.frames[model.sizes.depth].positions.data).toEqual(own);
    expect(plain.run(plain.layOut('w3 __ w7 w8')).frames.at(-1)?.positions.data).not.toEqual(own);
    // two masks, the first filled
    const two = model.layOut('w3 __ w7', undefined, 2);
    const filled = lastOf(model, [5, 3, 4, MASK, 7, 6], types);
    const { dimension } = model.sizes;
    expect(model.run(two).behind([[4]])).toBeAllClose(
      filled.subarray(3 * dimension, 4 * dimension),
      CLOSE,
    );
    expect(layerFlow(model, 'w3 w7 w8 w2', { time: 1, layer: 1 }).tokens).toHaveLength(6);
  });

  it('is evaluated with them, a token masked at a time', () => {
    const model = read('bert', 1);
    const { natsPerText } = evaluatePretrainedTexts(model, ['w3 w7'], { seed: 1, texts: 1 });
    const wanted = [1, 2].map((place) => {
      const ids = [5, 3, 7, 6];
      const states = lastOf(model, ids.with(place, MASK), [0, 1, 1, 1]);
      const { dimension } = model.sizes;
      const p = model.tokenProbabilities(states.slice(place * dimension, (place + 1) * dimension));
      return -Math.log(p[ids[place]]);
    });
    expect(natsPerText).toBeCloseTo(wanted[0] + wanted[1], 10);
  });
});

describe('schedules', () => {
  const { ids } = plainOf('llama');
  const steps = [{ layer: 2, attention: 2 }, { layer: 1 }, { layer: 1, attention: 0, mlp: 3 }];

  it.each([
    ['of attention', steps],
    ['without any', [{ layer: 1, attention: 0 }]],
  ])('what comes behind a text is told as of the whole text, with steps %s', (_, schedule) => {
    const model = readModel(folderOf('llama'), { precision: 'float64' });
    const layout = model.layOut(textOf(ids));
    const run = model.run(layout, { schedule });
    expect(run.frames).toHaveLength(schedule.length + 1);
    const longer = model.run(model.layOut(textOf([...ids, 5, 9])), { schedule });
    const last = longer.frames[schedule.length].positions;
    expect(run.behind([[5, 9]])).toBeAllClose(last.data.slice(-last.shape[1]), CLOSE);
  });

  it('are refused by a model that is cut by its depth', () => {
    const flow = readFlow('lieblingstier');
    const layout = flow.layOut('Mein Lieblingstier ist __');
    expect(() => flow.run(layout, { schedule: [{ layer: 1 }] })).toThrow('by its depth');
  });
});
