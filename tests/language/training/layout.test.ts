/**
 * What training optimises is what inference reports: the same texts through the batches and the loss,
 * and through layout and chain rule, with the same weights, give the same probabilities.
 */
import { describe, expect, it } from 'vitest';
import { type Float64Tensor, tensor } from '../../../src/engines/tensor.ts';
import { answerRules } from '../../../src/language/answers.ts';
import { finalChainScores } from '../../../src/language/chains.ts';
import { textLoss } from '../../../src/language/evaluation/causal.ts';
import { fillBlank } from '../../../src/language/fill.ts';
import { layOut } from '../../../src/language/layout.ts';
import { StandardModel } from '../../../src/language/standard-model.ts';
import {
  answerSpans,
  type Batch,
  blankBatch,
  causalBatch,
} from '../../../src/language/training/batches.ts';
import { parseTrainingConfig } from '../../../src/language/training/config.ts';
import { batchLoss, lossSettings } from '../../../src/language/training/objective.ts';
import { wordBoundaries } from '../../../src/language/training/word-boundaries.ts';
import { referenceTrainingAlgebra } from '../../engines/engines.ts';
import { scripted } from './scripted.ts';
import { startOf, tinyConfig, tinyWorld } from './tiny-run.ts';

const flowConfig = parseTrainingConfig(tinyConfig());
const standardConfig = parseTrainingConfig(
  tinyConfig({ model: { ...flowConfig.model, standard: { layers: 2, hidden: 12 } } }),
);
const standard = await startOf(standardConfig);
/** Both kinds of networks, and at which depths they are run. */
const NETWORKS = {
  'a flow': {
    ...(await startOf(flowConfig)),
    settings: lossSettings(flowConfig),
    depth: 3,
    depths: [1, 3, 7],
  },
  'a standard transformer': {
    ...standard,
    model: new StandardModel(standard.model as StandardModel, 'float64'),
    settings: lossSettings(standardConfig),
    depth: 2,
    depths: [2],
  },
};
const CLOSE = { absolute: 1e-10 };
const total = (numbers: readonly number[]) => numbers.reduce((sum, one) => sum + one, 0);

/** A text, its answer, and whether the text is cut right behind it. */
const BLANKS: [before: string, answer: string, after: string, cut: boolean][] = [
  ['Mein Lieblingstier ist ', 'der Hund', '. Ich mag Hunde.', false],
  ['Mein Lieblingstier ist ', 'der Hund', '', true],
  ['Mein Lieblingstier ist der ', 'Hund', '. Ich mag Hunde.', false],
  ['', 'Annas', ' Lieblingstier ist die Katze.', false],
  ['', "Anna's", ' favourite animal is the dog.', false],
  ['Ich mag Katzen und ', 'Pferde', '.', false],
];

describe.each(Object.entries(NETWORKS))('%s', (_, network) => {
  const { model, layout, parameters, settings, depth, depths } = network;
  const { tokenizer, config } = model;
  const words = wordBoundaries(tokenizer, tinyWorld.determiners);
  const arrays = layout.map(({ shape, offset, size }) =>
    tensor(shape, Float64Array.from(parameters.subarray(offset, offset + size))),
  );

  /** Mean of −log p(target) over the batch, in Float64. */
  function loss(batch: Batch, depth: number): number {
    const algebra = referenceTrainingAlgebra;
    return batchLoss<Float64Tensor>(algebra, layout, arrays, batch, settings, depth).data[0];
  }

  /** −log p of each target by itself. */
  function losses(batch: Batch, depth: number): number[] {
    return Array.from(batch.targets, (_, t) => {
      const one = {
        rows: batch.rows.subarray(t, t + 1),
        targets: batch.targets.subarray(t, t + 1),
      };
      return loss({ ...batch, ...one }, depth);
    });
  }

  const tokensOf = (text: string) => Int32Array.from(tokenizer.encodeIds(text));

  describe('causal', () => {
    const texts = [
      'Mein Lieblingstier ist der Hund. Ich mag Hunde.',
      "Anna's favourite animal is the dog.",
      'Ich',
    ];

    it.each(depths)('the loss of a text is its loss in a batch, L = %i', (depth) => {
      for (const text of texts) {
        const batch = causalBatch([tokensOf(text)], words);
        expect([total(losses(batch, depth))]).toBeAllClose(
          [textLoss(model, text, depth).nats],
          CLOSE,
        );
      }
    });

    it('also beside longer texts', () => {
      const nats = texts.map((text) => textLoss(model, text, depth).nats);
      const batch = causalBatch(texts.map(tokensOf), words);
      expect([total(losses(batch, depth))]).toBeAllClose([total(nats)], CLOSE);
    });

    it('and the mean over the targets is what is descended', () => {
      const batch = causalBatch(texts.map(tokensOf), words);
      const mean = total(losses(batch, depth)) / batch.targets.length;
      // the share of a target is a Float32
      expect([loss(batch, depth)]).toBeAllClose([mean], { relative: 1e-7 });
    });
  });

  /** A batch of just this blank. */
  function batchOf([before, answer, after, cut]: (typeof BLANKS)[number]): Batch {
    const text = tokensOf(before + answer + (cut ? '.' : after));
    const from = tokensOf(before.trimEnd()).length;
    const spans = answerSpans(text, words).filter((span) => span.to - span.from < config.slots);
    const place = spans.findIndex((span) => span.from === from);
    const cuts = { slots: config.slots, blanks: 1, cutAtBlank: cut ? 1 : 0, cutAnywhere: 0 };
    const script = scripted({ integers: [place, 0], uniforms: [0.5] });
    return blankBatch([text], words, cuts, script);
  }

  describe.each(BLANKS)('blank: %s[%s]%s', (before, answer, after, cut) => {
    const batch = batchOf([before, answer, after, cut]);
    const blanked = `${before}__${after}`;
    const placed = layOut(model, blanked);

    it('the particles are those of the text, then those of the answer', () => {
      const context = placed.tokens.map(({ id }) => id);
      const chain = tokenizer.encodeIds((placed.leadingBlank ? ' ' : '') + answer);
      expect([...batch.ids]).toEqual([...context, ...chain]);
      const follow = chain.map((_, j) => placed.followFrom + j);
      expect([...batch.positions]).toEqual([...placed.positions, ...follow]);
      expect(batch.rows[0]).toBe(placed.readAt);
    });

    it.each(depths)('each token is as likely as by the chain rule, L = %i', (depth) => {
      const run = model.run(placed, { depth });
      const chain = [...batch.ids].slice(placed.tokens.length);
      const beginnings = chain.map((_, j) => chain.slice(0, j + 1));
      const problem = { model, run };
      const open = finalChainScores({ ...problem, rules: null, chains: beginnings }).scores;
      const rules = answerRules(model, placed);
      const ended = finalChainScores({ ...problem, rules, chains: [chain] }).scores[0];
      const products = [...open, ended].map((p) => -Math.log(p));
      const expected = products.map((sum, j) => sum - (products[j - 1] ?? 0));
      expect(losses(batch, depth)).toBeAllClose(expected, CLOSE);
    });

    it('the whole answer is as likely as predict says', () => {
      const options = { depth, targets: [answer], maximumExpansions: 1 };
      const score = fillBlank(model, blanked, options).targets?.[0].score ?? 0;
      expect([total(losses(batch, depth))]).toBeAllClose([-Math.log(score)], CLOSE);
    });
  });

  it('blanks of other texts in the batch, and their padding, change nothing', () => {
    const texts = [
      'Ich mag Hunde und Katzen.',
      'Mein Lieblingstier ist die Katze. Die Katze schläft.',
    ];
    const cuts = { slots: config.slots, blanks: 1, cutAtBlank: 0, cutAnywhere: 0 };
    const script = { integers: [2, 0, 3, 0], uniforms: [0.5, 0.5] };
    const together = blankBatch(texts.map(tokensOf), words, cuts, scripted(script));
    const alone = texts.map((text, i) => {
      const own = { integers: script.integers.slice(2 * i), uniforms: [0.5] };
      return blankBatch([tokensOf(text)], words, cuts, scripted(own));
    });
    expect(losses(together, depth)).toBeAllClose(
      alone.flatMap((batch) => losses(batch, depth)),
      { absolute: 1e-12 },
    );
  });

  it('a second blank is seen by the first as its particle alone', () => {
    // both blanks in one row; then the second one's answer is another: the first hears nothing of it
    const cuts = { slots: config.slots, blanks: 2, cutAtBlank: 0, cutAnywhere: 0 };
    const of = (text: string) =>
      losses(
        blankBatch(
          [tokensOf(text)],
          words,
          cuts,
          scripted({ integers: [2, 1, 4], uniforms: [0.5] }),
        ),
        depth,
      );
    const [one, other] = [of('Ich mag Hunde und Katzen.'), of('Ich mag Hunde und Pferde.')];
    expect(one.slice(0, 2)).toBeAllClose(other.slice(0, 2), { absolute: 1e-12 });
    expect(one).not.toEqual(other);
  });
});
