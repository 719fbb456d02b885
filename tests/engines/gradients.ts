/** Gradients of the whole training loss against central differences in Float64. */
import { describe, expect, it } from 'vitest';
import { type Float64Tensor, tensor } from '../../src/engines/tensor.ts';
import type {
  ParameterArray,
  TrainingAlgebra,
  TrainingEngine,
} from '../../src/engines/training-engine.ts';
import { type Batch, blankBatch, causalBatch } from '../../src/language/training/batches.ts';
import { drawCandidates } from '../../src/language/training/candidates.ts';
import {
  batchLoss,
  type FlowSettings,
  type LossOptions,
} from '../../src/language/training/objective.ts';
import {
  initialise,
  parameterCount,
  parameterLayout,
  parameterViews,
} from '../../src/language/training/parameters.ts';
import type { ParameterPart } from '../../src/language/training/parts.ts';
import { ACTIVATIONS } from '../../src/numerics/activations.ts';
import { random } from '../../src/numerics/random.ts';
import { referenceTrainingAlgebra } from './engines.ts';

const VOCABULARY = 12;
const SHAPE = {
  vocabularySize: VOCABULARY,
  dimension: 8,
  heads: 2,
  knots: 3,
  maximumPositions: 24,
};
interface Network {
  readonly layout: readonly ParameterPart[];
  readonly settings: FlowSettings;
}
const flow = { beta: [2, 3], horizon: 2, logitScale: 2.5, knots: 3 };
const flowNetwork: Network = { layout: parameterLayout(SHAPE), settings: flow };
const { layout } = flowNetwork;
const tiedNetwork: Network = {
  layout: parameterLayout({ ...SHAPE, tied: true }),
  settings: flow,
};
/** So many sweeps reach the tolerance of either engine. */
const sinkhornNetwork: Network = {
  layout: parameterLayout(SHAPE),
  settings: { ...flow, balancing: { tolerance: 1e-10, sweeps: 300 } },
};
const standardNetwork: Network = {
  layout: parameterLayout({ ...SHAPE, standard: { layers: 2, hidden: 12 } }),
  settings: { ...flow, standard: { layers: 2, dimension: 8 } },
};

/** Tokens 0–8 are words of their own; 9, 10, 11 are start, end, blank. */
const words = {
  special: { start: 9, end: 10, blank: 11 },
  beginsWord: new Uint8Array(VOCABULARY).fill(1),
  hasLetter: new Uint8Array(VOCABULARY).fill(1, 0, 9),
  isDeterminer: new Uint8Array(VOCABULARY).fill(1, 0, 1),
};
const texts = [
  [1, 2, 0, 3],
  [4, 5, 6],
  [7, 8, 1, 2, 3],
].map((text) => Int32Array.from(text));
/** Leaves some tokens over that are no target. */
const few = causalBatch(texts.slice(0, 2), words);
const blanks = { slots: 4, blanks: 2, cutAtBlank: 0.3, cutAnywhere: 0.2 };

function start({ layout }: Network = flowNetwork): Float32Array {
  const values = new Float32Array(parameterCount(layout));
  initialise(layout, values, random(5));
  return values;
}

/** Made anew for each evaluation, since what draws a dropout is used up by it. */
type MakeOptions = () => LossOptions;

function referenceLoss(
  { layout, settings }: Network,
  values: Float64Array,
  batch: Batch,
  makeOptions: MakeOptions,
): number {
  const arrays = layout.map(({ shape, offset, size }) =>
    tensor(shape, values.subarray(offset, offset + size)),
  );
  const algebra = referenceTrainingAlgebra;
  return batchLoss<Float64Tensor>(algebra, layout, arrays, batch, settings, 3, makeOptions())
    .data[0];
}

/** Some entries of every part, by central differences; the loss is smooth, so 1e-5 is a good step. */
function finiteDifferences(
  network: Network,
  values: Float64Array,
  batch: Batch,
  makeOptions: MakeOptions,
): { at: number; slope: number }[] {
  const stream = random(8);
  return network.layout.flatMap(({ offset, size }) =>
    Array.from({ length: 6 }, () => {
      const at = offset + stream.integer(size);
      const step = 1e-5;
      const moved = (by: number) => {
        const copy = Float64Array.from(values);
        copy[at] += by;
        return referenceLoss(network, copy, batch, makeOptions);
      };
      return { at, slope: (moved(step) - moved(-step)) / (2 * step) };
    }),
  );
}

/** The losses' values, and the gradients in arrays of their own. */
function valuesAndGradients(
  engine: TrainingEngine,
  parameters: readonly ParameterArray[],
  losses: Parameters<TrainingEngine['valuesAndGradients']>[1],
) {
  const into = parameters.map(({ shape, values }) => ({
    shape,
    values: new Float32Array(values.length).fill(Number.NaN),
  }));
  const values = engine.valuesAndGradients(parameters, losses, into);
  return { values, gradients: into.map((one) => one.values) };
}

export function gradientsMatchFiniteDifferences(name: string, engine: TrainingEngine): void {
  describe(`gradients, ${name}`, () => {
    const candidates = drawCandidates(few.targets, VOCABULARY, 3, random(6));
    const half: MakeOptions = () => ({ weight: 0.5 });
    const sampled: MakeOptions = () => ({ weight: 0.5, candidates });
    const thinned: MakeOptions = () => ({ dropout: { share: 0.25, random: random(9) } });
    it.each<[string, Network, Batch, MakeOptions]>([
      ['causal', flowNetwork, causalBatch(texts, words), half],
      ['blank', flowNetwork, blankBatch(texts, words, blanks, random(3)), half],
      ['sampled causal', flowNetwork, few, sampled],
      ['causal with dropout', flowNetwork, causalBatch(texts, words), thinned],
      ['blank (Sinkhorn)', sinkhornNetwork, blankBatch(texts, words, blanks, random(3)), half],
      ['causal (tied readout)', tiedNetwork, causalBatch(texts, words), half],
      ['causal (standard transformer)', standardNetwork, causalBatch(texts, words), half],
    ])('%s objective', (_, network, batch, makeOptions) => {
      const { layout, settings } = network;
      const values = start(network);
      const {
        values: [value],
        gradients,
      } = valuesAndGradients(engine, parameterViews(layout, values), (algebra, arrays) => [
        batchLoss(algebra, layout, arrays, batch, settings, 3, makeOptions()),
      ]);
      const exact = Float64Array.from(values);
      expect([value]).toBeAllClose([referenceLoss(network, exact, batch, makeOptions)], {
        absolute: 3e-6,
      });
      const flat = gradients.flatMap((part) => Array.from(part));
      const slopes = finiteDifferences(network, exact, batch, makeOptions);
      expect(slopes.map(({ at }) => flat[at])).toBeAllClose(
        slopes.map(({ slope }) => slope),
        { absolute: 2e-6, relative: 2e-4 },
      );
    });

    it.each(ACTIVATIONS)('%s, and what it does to a gradient', (activation) => {
      const stream = random(4);
      const values = Float32Array.from({ length: 12 }, () => 2 * stream.gaussian());
      const labels = Int32Array.of(0, 2, 1, 2);
      const loss = <A>(algebra: TrainingAlgebra<A>, x: A) => {
        const output = algebra.array([1, 0, -1, 0.5, 2, 0, 0, -1, 1], [3, 3]);
        const readout = { output, bias: algebra.array([0, 0.5, 0], [3]), scale: 1 };
        const weights = new Float32Array(4).fill(0.25);
        return algebra.crossEntropy(algebra[activation](x), readout, labels, weights);
      };
      const {
        values: [value],
        gradients,
      } = valuesAndGradients(engine, [{ shape: [4, 3], values }], (algebra, [x]) => [
        loss(algebra, x),
      ]);
      const exact = (at: number, by: number) => {
        const moved = Float64Array.from(values, (entry, i) => entry + (i === at ? by : 0));
        return loss(referenceTrainingAlgebra, tensor([4, 3], moved)).data[0];
      };
      expect([value]).toBeAllClose([exact(0, 0)], { absolute: 2e-6 });
      const slopes = Array.from(values, (_, at) => (exact(at, 1e-5) - exact(at, -1e-5)) / 2e-5);
      expect(gradients[0]).toBeAllClose(slopes, { absolute: 2e-6 });
    });

    it('candidates that are the whole vocabulary change nothing', () => {
      const views = parameterViews(layout, start());
      const [full, sampled] = [undefined, drawCandidates(few.targets, VOCABULARY, 99, random(6))];
      const [one, other] = [full, sampled].map((drawn) =>
        valuesAndGradients(engine, views, (algebra, arrays) => [
          batchLoss(algebra, layout, arrays, few, flow, 3, { candidates: drawn }),
        ]),
      );
      expect(sampled.ids).toHaveLength(VOCABULARY);
      expect(other.values).toBeAllClose(one.values, { absolute: 1e-6 });
      one.gradients.forEach((gradient, p) => {
        expect(other.gradients[p]).toBeAllClose(gradient, { absolute: 1e-6 });
      });
    });

    it('without a loss there is nothing to descend', () => {
      const { values, gradients } = valuesAndGradients(
        engine,
        parameterViews(layout, start()),
        () => [],
      );
      expect(values).toEqual([]);
      expect(gradients.every((gradient) => gradient.every((entry) => entry === 0))).toBe(true);
    });

    it('a token that is no candidate is left as it is', () => {
      const drawn = drawCandidates(few.targets, VOCABULARY, 3, random(6));
      const { gradients } = valuesAndGradients(
        engine,
        parameterViews(layout, start()),
        (algebra, arrays) => [
          batchLoss(algebra, layout, arrays, few, flow, 3, { candidates: drawn }),
        ],
      );
      const bias = gradients[layout.findIndex(({ name }) => name === 'bias')];
      const touched = Array.from(bias, (_, v) => v).filter((v) => bias[v] !== 0);
      expect(touched).toEqual([...drawn.ids].sort((a, b) => a - b));
      expect(touched.length).toBeLessThan(VOCABULARY);
    });
  });
}
