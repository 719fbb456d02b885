/**
 * A standard transformer from its training to what a model is asked: written, read, run against plain loops,
 * predicted, traced, changed, evaluated, resumed, started from, refused. Needs dist/ for the workers.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { worldCorpus } from '../../src/host/corpus.ts';
import { describeModel, readFlow, readModel, readTrained } from '../../src/host/models.ts';
import { type TrainingProgress, trainModel } from '../../src/host/training/run.ts';
import { saveModel } from '../../src/language/checkpoint.ts';
import { textLoss } from '../../src/language/evaluation/causal.ts';
import { evaluateModel } from '../../src/language/evaluation/evaluate.ts';
import { evaluationSettings } from '../../src/language/evaluation/settings.ts';
import { fillBlank, scoreAnswers } from '../../src/language/fill.ts';
import { runWithCache } from '../../src/language/interventions.ts';
import { modelRecord } from '../../src/language/model-record.ts';
import { portrait } from '../../src/language/portrait/portrait.ts';
import { StandardModel } from '../../src/language/standard-model.ts';
import { surveyText } from '../../src/language/survey-text.ts';
import { trace } from '../../src/language/trace.ts';
import { parseTrainingConfig } from '../../src/language/training/config.ts';
import { networkDepthLimit } from '../../src/limits/depth/network-depth.ts';
import { InputError } from '../../src/numerics/errors.ts';
import { toRows } from '../../src/numerics/matrix.ts';
import { tinyConfig, tinyCorpus, tinyWorld } from '../language/training/tiny-run.ts';

const root = mkdtempSync(join(tmpdir(), 'schmetterling-standard-'));
afterAll(() => rmSync(root, { recursive: true }));

const { model: flow, optimiser } = parseTrainingConfig(tinyConfig());
const SHAPE = { ...flow, standard: { layers: 2, hidden: 12 } };
const CONFIG = tinyConfig({ model: SHAPE, steps: 8, workers: 1, checkpointMinutes: 1e-9 });
const train = (name: string, changes: Partial<Parameters<typeof trainModel>[0]> = {}) =>
  trainModel({
    corpus: worldCorpus(tinyCorpus),
    config: CONFIG,
    out: join(root, name),
    resume: false,
    onProgress: () => {},
    ...changes,
  });
const weights = (name: string) => readFileSync(join(root, name, 'model.safetensors'));

const BLANK = 'Mein __ ist der Hund.';
const END = 'Mein Lieblingstier ist __';
const OPEN = 'Mein Lieblingstier ist';

let trained: StandardModel;
let folder: string;
/** In float64, for loops to be held against. */
let exact: StandardModel;
beforeAll(async () => {
  folder = join(root, 'whole');
  trained = (await train('whole')) as StandardModel;
  exact = readModel(folder, { precision: 'float64' }) as StandardModel;
});

describe('the files', () => {
  it('read back as the model that was trained, and are written alike', () => {
    const read = readTrained(folder, 'this test') as StandardModel;
    expect(read).toBeInstanceOf(StandardModel);
    expect(read.config).toEqual(trained.config);
    expect(read.config).toMatchObject({ format: 'schmetterling-standard/1', depth: 2, hidden: 12 });
    expect(read.config.training).toMatchObject({ steps: 8 });
    expect(read.tensors).toEqual(trained.tensors);
    const files = saveModel(read);
    expect(Buffer.from(files.weights).equals(weights('whole'))).toBe(true);
    expect(files.config).toBe(readFileSync(join(folder, 'config.json'), 'utf8'));
  });

  it('are listed like any model', () => {
    const { vocabulary, dimension: d, maximumPositions } = exact.config;
    const size = vocabulary.length + 3;
    const parameters = (2 * size + maximumPositions) * d + size + 2 * (4 * d * d + 2 * 12 * d);
    expect(modelRecord(describeModel(folder))).toMatchObject({
      depth: 2,
      dimension: d,
      parameters,
    });
  });

  it('of 16 bits are rounded once', () => {
    const half = { ...trained.config, precision: 'float16' as const };
    const stored = saveModel(new StandardModel({ ...trained, config: half }));
    expect(stored.weights.length).toBeLessThan(0.52 * weights('whole').length);
  });
});

/** x √d / |x| */
const normed = (x: readonly number[]) => {
  const length = Math.sqrt(x.reduce((sum, value) => sum + value * value, 0));
  return x.map((value) => (value * Math.sqrt(x.length)) / length);
};
const plus = (x: readonly number[], y: readonly number[]) => x.map((value, c) => value + y[c]);
const gelu = (x: number) =>
  0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));

/** Frames, streams after attention and attentions of a text, by loops over the numbers of the file. */
function byHand(
  { tensors, config }: StandardModel,
  ids: readonly number[],
  places: readonly number[],
  causal: boolean,
) {
  const { dimension: d, heads, depth, hidden } = config;
  const k = d / heads;
  const row = (name: string, r: number) =>
    Array.from(tensors[name].data.subarray(r * d, (r + 1) * d));
  /** y = x W for matrix `at` [in, out] of a tensor. */
  const times = (x: readonly number[], name: string, at: number, out: number) =>
    Array.from({ length: out }, (_, j) =>
      x.reduce(
        (sum, value, i) => sum + value * tensors[name].data[(at * x.length + i) * out + j],
        0,
      ),
    );
  let xs = ids.map((id, i) => normed(plus(row('embedding', id), row('positions', places[i]))));
  const frames = [xs];
  const middles: number[][][] = [];
  const attentions: number[][][][] = [];
  for (let layer = 0; layer < depth; layer++) {
    const seen = xs.map(normed);
    const [q, key, v] = [0, 1, 2].map((part) =>
      seen.map((x) => times(x, 'attention', 4 * layer + part, d)),
    );
    const rows = Array.from({ length: heads }, (_, h) =>
      seen.map((_, i) => {
        const own = seen.map((_, j) => {
          if (causal && j > i) return 0;
          let score = 0;
          for (let c = h * k; c < (h + 1) * k; c++) score += q[i][c] * key[j][c];
          return Math.exp(score / Math.sqrt(k));
        });
        const sum = own.reduce((a, b) => a + b);
        return own.map((value) => value / sum);
      }),
    );
    attentions.push(rows);
    xs = xs.map((x, i) => {
      const gathered = x.map((_, c) =>
        seen.reduce((sum, _, j) => sum + rows[Math.floor(c / k)][i][j] * v[j][c], 0),
      );
      return plus(x, times(gathered, 'attention', 4 * layer + 3, d));
    });
    middles.push(xs);
    xs = xs.map((x) => {
      const wide = times(normed(x), 'up', layer, hidden).map(gelu);
      return plus(x, times(wide, 'down', layer, d));
    });
    frames.push(xs);
  }
  return { frames, middles, attentions };
}

const CLOSE = { absolute: 1e-11, relative: 1e-11 };

describe.each([
  ['a text with a blank sees both sides', BLANK, false],
  ['a text without sees what is before', OPEN, true],
])('%s', (_, text, causal) => {
  it('layer by layer, as plain loops have it', () => {
    const layout = exact.layOut(text);
    const ids = layout.tokens.map(({ id }) => id);
    const run = exact.run(layout, { parts: true });
    const { frames, middles, attentions } = byHand(exact, ids, layout.positions, causal);
    expect(run.frames).toHaveLength(3);
    run.frames.forEach(({ positions, coupling }, k) => {
      expect(positions.data).toBeAllClose(frames[k].flat(), CLOSE);
      if (k > 0) expect(coupling!.data).toBeAllClose(attentions[k - 1].flat(2), CLOSE);
    });
    run.parts!.forEach(({ data }, k) => {
      expect(data).toBeAllClose([middles[k], frames[k + 1]].flat(2), CLOSE);
    });
  });

  it('and its scores are those of the last norm and the readout', () => {
    const { tensors, config } = exact;
    const d = config.dimension;
    const layout = exact.layOut(text);
    const state = Array.from(exact.run(layout).behind([[]]));
    const x = normed(state);
    const scores = Array.from(tensors.bias.data, (bias, v) =>
      x.reduce((sum, value, c) => sum + value * tensors.output.data[v * d + c], bias),
    );
    const sum = scores.reduce((total, score) => total + Math.exp(score), 0);
    expect(exact.tokenProbabilities(Float64Array.from(state))).toBeAllClose(
      scores.map((score) => Math.exp(score) / sum),
      CLOSE,
    );
  });

  it('in float32 within float tolerance', () => {
    const layout = exact.layOut(text);
    const [wide, narrow] = [exact, trained].map(
      (model) => model.run(layout).frames[2].positions.data,
    );
    expect(narrow).toBeAllClose(wide, { absolute: 2e-5 });
    expect(narrow).not.toEqual(wide);
  });
});

describe('questions', () => {
  it('blanks, by either reading, and next tokens are answered', () => {
    for (const text of [BLANK, END]) {
      const { predictions, depth, targets } = fillBlank(exact, text, { targets: ['der Hund'] });
      expect(depth).toBe(2);
      expect(predictions.length).toBeGreaterThan(3);
      const [score] = scoreAnswers(exact, text, { targets: ['der Hund'] });
      expect(targets?.[0].score).toBe(score);
    }
    const both = fillBlank(exact, BLANK, { reading: 'both', top: 3 });
    expect(both.predictions[0].readings).toBeDefined();
    expect(fillBlank(exact, END, { coupling: 'causal' }).predictions.length).toBeGreaterThan(3);
    const next = fillBlank(exact, OPEN, { top: 9 });
    expect(next.kind).toBe('next-token');
    const p = exact.tokenProbabilities(exact.run(exact.layOut(OPEN)).behind([[]]));
    for (const { score } of next.predictions) expect(p).toContain(score);
  });

  it('is surveyed as the text is read', () => {
    const meanOf = (coupling: 'full' | 'causal') =>
      surveyText(exact, END, { coupling, surrogates: 0 }).frames.map(
        ({ plain }) => plain.all.cosineMean as number,
      );
    for (const coupling of ['full', 'causal'] as const)
      expect(meanOf(coupling)).toBeAllClose(
        trace(exact, END, { coupling }).diagnostics.cosine_mean as number[],
        CLOSE,
      );
    expect(meanOf('causal')).not.toEqual(meanOf('full'));
  });

  it('tokens of an answer see the text and are not seen by it', () => {
    const layout = exact.layOut(BLANK);
    const run = exact.run(layout);
    const chain = exact.answerTokens(layout, 'Lieblingstier');
    const beginnings = chain.map((_, j) => chain.slice(0, j + 1));
    const together = run.behind(beginnings);
    const apart = beginnings.map((one) => exact.run(layout).behind([one]));
    expect(together).toBeAllClose(Float64Array.from(apart.flatMap((x) => [...x])), CLOSE);
    const frames = [...run.framesBehind(beginnings)];
    expect(frames).toHaveLength(3);
    expect(frames[2].states).toEqual(together);
  });

  it('what flows alone have is refused by name', () => {
    const refused = (ask: () => unknown, field: string, message: RegExp) => {
      expect(ask).toThrow(message);
      expect(ask).toThrow(expect.objectContaining({ details: { field } }));
    };
    const options = (given: object) => () => fillBlank(exact, BLANK, given);
    refused(options({ depth: 8 }), 'depth', /has 2 layers, each with weights of its own/);
    refused(options({ depth: 'ode' }), 'depth', /has 2 layers/);
    refused(options({ coupling: 'sinkhorn' }), 'coupling', /"sinkhorn" is for particle flows/);
    refused(options({ slots: 2 }), 'slots', /for models that fill masks/);
    refused(
      () => readFlow(folder, 'limit depth'),
      'model',
      /limit depth needs a model that is a flow/,
    );
    expect(() => exact.layOut('w '.repeat(60))).toThrow(/48 positions/);
  });
});

describe('looking inside', () => {
  it('traces have a frame behind each layer, parts, lens and blocks', () => {
    const inside = trace(exact, BLANK, { parts: true });
    expect(inside.hiddenStates).toHaveLength(3);
    const lengths = toRows(inside.hiddenStates[0]).map((x) => Math.hypot(...x));
    expect(lengths).toBeAllClose(
      lengths.map(() => Math.sqrt(8)),
      { absolute: 1e-12 },
    );
    expect(inside.parts).toHaveLength(2);
    const { predictions } = fillBlank(exact, BLANK);
    expect(inside.prediction.predictions).toEqual(predictions);
    const { knots } = portrait(exact, [BLANK]);
    expect(knots.map(({ time, heads }) => [time, heads.length])).toEqual([
      [1, 2],
      [2, 2],
    ]);
  });

  it('without heads and MLPs nothing moves; patched with itself nothing changes', () => {
    const still = runWithCache(exact, BLANK, {
      ablate: [{ head: 0 }, { head: 1 }],
      ablateMlp: [1, 2],
    });
    expect(still.hiddenStates[2]).toEqual(still.hiddenStates[0]);
    const flat = runWithCache(exact, BLANK, { scaleBeta: 0 });
    const n = flat.tokens.length;
    expect(flat.attentions[1][0].data).toBeAllClose(new Array(n * n).fill(1 / n), CLOSE);
    const from = runWithCache(exact, BLANK);
    const same = runWithCache(exact, BLANK, { patch: [{ from, layer: 1, token: 2 }] });
    expect(same.effect?.divergence).toBe(0);
    for (const { before, after } of same.effect!.answers) expect(after).toBe(before);
    const other = runWithCache(exact, 'Mein __ ist die Katze.');
    const moved = runWithCache(exact, BLANK, { patch: [{ from: other, layer: 1, token: 4 }] });
    const at = (run: typeof moved, frame: number) => toRows(run.hiddenStates[frame])[4];
    expect(at(moved, 1)).toEqual(at(other, 1));
    expect(at(moved, 2)).not.toEqual(at(from, 2));
    expect(moved.effect!.divergence).toBeGreaterThan(0);
  });

  it('is evaluated at its own depth, and with its attention taken away', () => {
    const few = { ...evaluationSettings({ texts: 4, depths: [] }), baselineTexts: 50 };
    const found = evaluateModel(exact, tinyWorld, few);
    expect(Object.values(found.depths)).toEqual([]);
    const { nats, natsAtStart } = textLoss(exact, OPEN, 2);
    expect([nats, natsAtStart, found.natsPerToken].every(Number.isFinite)).toBe(true);
    expect(found.uniformAttention.natsPerToken).not.toBe(found.natsPerToken);
    expect(found.blanks.nats.mean).toBeGreaterThan(0);
  });
});

describe('an interrupted run', () => {
  it('becomes a model as it is, and goes on to the same weights', async () => {
    const stop = ({ step }: TrainingProgress) => {
      if (step > 5) throw new Error('interrupted');
    };
    await expect(train('half', { onProgress: stop })).rejects.toThrow('interrupted');
    const now = await train('half', { resume: true, interim: true });
    expect(now.config.training).toMatchObject({ steps: 5 });
    expect(weights('half').equals(weights('whole'))).toBe(false);
    await train('half', { resume: true });
    expect(weights('half').equals(weights('whole'))).toBe(true);
  });
});

it.each([BLANK, END, OPEN])('takes its layers in steps, as the text is read: %s', async (text) => {
  const limit = await networkDepthLimit(exact, text, { steps: [1, 2], alone: 2 });
  for (const { effects } of limit.parts) {
    expect(effects[0]).toMatchObject({ kl: 0, distance: 0 });
    expect(effects[1].distance).toBeGreaterThan(0);
  }
  expect(limit.matrix.cells).toHaveLength(6);
});

describe('a run that starts from one', () => {
  const still = (model: object) =>
    tinyConfig({ model, steps: 1, workers: 1, optimiser: { ...optimiser, learningRate: 1e-30 } });

  it('begins with its weights', async () => {
    await train('further', { from: trained, config: still(SHAPE) });
    expect(weights('further').equals(weights('whole'))).toBe(true);
  });

  it.each([
    [flow, /model\.standard is absent, and tiny, .* is a standard transformer/],
    [{ ...SHAPE, standard: { layers: 2, hidden: 16 } }, /model\.standard\.hidden is 16, and tiny/],
    [{ ...SHAPE, coupling: 'sinkhorn' }, /a standard transformer .* has none but softmax/],
  ])('is refused another shape', async (model, message) => {
    const run = train('refused', { from: trained, config: still(model) });
    await expect(run).rejects.toThrow(message);
    await expect(run).rejects.toThrow(InputError);
  });
});
