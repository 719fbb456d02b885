/** The sampled output layer's draw: what it holds, its weights, and the estimate that they make. */
import { describe, expect, it } from 'vitest';
import { type Float64Tensor, tensor } from '../../../src/engines/tensor.ts';
import type { Candidates, TrainingEngine } from '../../../src/engines/training-engine.ts';
import { type DrawnCandidates, drawCandidates } from '../../../src/language/training/candidates.ts';
import { parseTrainingConfig } from '../../../src/language/training/config.ts';
import { parameterCount, parameterLayout } from '../../../src/language/training/parameters.ts';
import { workerTask } from '../../../src/language/training/worker-task.ts';
import { random } from '../../../src/numerics/random.ts';
import { referenceTrainingAlgebra } from '../../engines/engines.ts';
import { tinyConfig } from './tiny-run.ts';

const targets = Int32Array.of(7, 3, 7, 40, 0, 3);
const VOCABULARY = 60;
const draw = (negatives: number, seed = 1) =>
  drawCandidates(targets, VOCABULARY, negatives, random(seed));

describe('candidates', () => {
  it('are the targets, ascending, then others, all distinct and of the vocabulary', () => {
    const { ids } = draw(20);
    expect([...ids.subarray(0, 4)]).toEqual([0, 3, 7, 40]);
    expect(ids).toHaveLength(24);
    expect(new Set(ids).size).toBe(24);
    expect(ids.every((id) => id >= 0 && id < VOCABULARY)).toBe(true);
  });

  it('name each target by its place', () => {
    const drawn = draw(20);
    expect(Array.from(drawn.targets, (place) => drawn.ids[place])).toEqual([...targets]);
  });

  it('weigh each negative by how many tokens it stands for', () => {
    const { offsets } = draw(20);
    expect([...offsets.subarray(0, 4)]).toEqual([0, 0, 0, 0]);
    expect(offsets.subarray(4)).toBeAllClose(new Array(20).fill(Math.log(56 / 20)), {
      absolute: 1e-7,
    });
  });

  it('are the same with the same seed, and others with another', () => {
    expect(draw(20)).toEqual(draw(20));
    expect(draw(20).ids).not.toEqual(draw(20, 2).ids);
  });

  it.each([56, 57, 1000])('are the whole vocabulary, unweighted, for %i negatives', (negatives) => {
    const { ids, offsets } = draw(negatives);
    expect([...ids].sort((a, b) => a - b)).toEqual(Array.from({ length: VOCABULARY }, (_, v) => v));
    expect([...offsets]).toEqual(new Array(VOCABULARY).fill(0));
  });

  it('need no negatives where every token is a target', () => {
    const all = Int32Array.of(1, 0, 2);
    const { ids, offsets } = drawCandidates(all, 3, 5, random(1));
    expect([[...ids], [...offsets]]).toEqual([
      [0, 1, 2],
      [0, 0, 0],
    ]);
  });

  it('estimate the partition function without bias', () => {
    const stream = random(9);
    const logits = Array.from({ length: VOCABULARY }, () => stream.gaussian());
    const estimate = ({ ids, offsets }: DrawnCandidates) =>
      ids.reduce((sum, id, c) => sum + Math.exp(logits[id] + offsets[c]), 0);
    const draws = Array.from({ length: 4000 }, (_, seed) => estimate(draw(10, seed)));
    const mean = draws.reduce((sum, one) => sum + one) / draws.length;
    const variance = draws.reduce((sum, one) => sum + (one - mean) ** 2, 0) / draws.length;
    const exact = logits.reduce((sum, logit) => sum + Math.exp(logit), 0);
    expect(Math.abs(mean - exact)).toBeLessThan(3 * Math.sqrt(variance / draws.length));
  });
});

describe('in the config', () => {
  const parse = (output: unknown) => parseTrainingConfig(tinyConfig({ output })).output;

  it('may be left out', () => {
    expect(parse(undefined)).toBeUndefined();
    expect(parse({ negatives: 5, until: 0.5 })).toEqual({ negatives: 5, until: 0.5 });
  });

  it.each([{ negatives: 0, until: 0.5 }, { negatives: 5, until: 2 }, { negatives: 5 }])(
    'refuses %o',
    (output) => {
      expect(() => parse(output)).toThrow('training config: output.');
    },
  );
});

/** An engine without gradients that notes which candidates each loss was over. */
function noting(notes: (Candidates | undefined)[]): TrainingEngine {
  const algebra: typeof referenceTrainingAlgebra = {
    ...referenceTrainingAlgebra,
    crossEntropy(x, readout, places, weights, candidates) {
      notes.push(candidates);
      return referenceTrainingAlgebra.crossEntropy(x, readout, places, weights, candidates);
    },
  };
  return {
    name: 'noting',
    valuesAndGradients(parameters, losses) {
      const arrays = parameters.map(({ shape, values }) =>
        tensor(shape, Float64Array.from(values)),
      );
      return losses<Float64Tensor>(algebra, arrays).map(({ data }) => data[0]);
    },
    evaluate: () => new Float32Array(),
    productOperations: () => Number.NaN,
  };
}

/** The candidates of the two losses of a step: causal, blank. */
function candidatesOf(step: number, worker: number, output: unknown) {
  const config = parseTrainingConfig(tinyConfig({ output, steps: 10 }));
  const layout = parameterLayout({ ...config.model, vocabularySize: VOCABULARY });
  const notes: (Candidates | undefined)[] = [];
  const special = { start: 57, end: 58, blank: 59 };
  const every = new Uint8Array(VOCABULARY).fill(1);
  const words = { special, beginsWord: every, hasLetter: every, isDeterminer: every };
  const flow = { beta: [2, 2], horizon: 2, logitScale: 2, knots: config.model.knots };
  const sources = [{ source: { draw: () => Int32Array.of(3, 1, 4, 1, 5, 9) }, share: 1 }];
  const task = workerTask(noting(notes), { config, layout, flow, words, sources, worker });
  const size = parameterCount(layout);
  task(step, new Float32Array(size).fill(0.1), new Float32Array(size));
  return notes;
}

describe('in a worker', () => {
  const output = { negatives: 20, until: 0.5 };

  it('serve the causal loss until their share of the steps is over, and not the blank one', () => {
    const [causal, blank] = candidatesOf(4, 0, output);
    expect([...causal!.ids.subarray(0, 6)]).toEqual([1, 3, 4, 5, 9, 58]);
    expect(causal!.ids).toHaveLength(26);
    expect(blank).toBeUndefined();
    expect(candidatesOf(5, 0, output)).toEqual([undefined, undefined]);
    expect(candidatesOf(0, 0, undefined)).toEqual([undefined, undefined]);
  });

  it('serve the blank loss too where they are asked to, with a draw of its own', () => {
    const [causal, blank] = candidatesOf(4, 0, { ...output, blanks: true });
    expect(blank!.ids.length).toBeGreaterThan(20);
    expect(blank!.ids).not.toEqual(causal!.ids);
    expect(candidatesOf(5, 0, { ...output, blanks: true })).toEqual([undefined, undefined]);
  });

  it('are drawn anew by each step and worker', () => {
    const first = candidatesOf(1, 0, output);
    expect(candidatesOf(1, 0, output)).toEqual(first);
    expect(candidatesOf(1, 1, output)).not.toEqual(first);
    expect(candidatesOf(2, 0, output)).not.toEqual(first);
  });
});
