/**
 * The tfjs engine with our kernels. Registration is global in tfjs, so the stock kernels have a
 * test file, and with it a process, of their own.
 */
import { describe, expect, it } from 'vitest';
import { createTensorflowEngine } from '../../src/engines/tensorflow/engine.ts';
import type { TrainingAlgebra } from '../../src/engines/training-engine.ts';
import { conformance } from './conformance.ts';
import { tensorflowUnderTest } from './engines.ts';
import { gradientsMatchFiniteDifferences } from './gradients.ts';

conformance(await tensorflowUnderTest('fused'));
const engine = await createTensorflowEngine('fused');
gradientsMatchFiniteDifferences('our kernels', engine);

describe('operations of matrix products', () => {
  const array = (...shape: number[]) => ({
    shape,
    values: new Float32Array(shape.reduce((size, length) => size * length, 1)).fill(0.5),
  });
  /** 2 particles attend to each other in 2 heads: projection of x [2, 6] by w [6, 4], scores, mixing. */
  function attended<A>(algebra: TrainingAlgebra<A>, [x, w]: A[]): A {
    const projected = algebra.project(x, w);
    return algebra.headMix(algebra.headScores(projected, projected, 2), projected, 2);
  }
  const forward = 2 * (2 * 6 * 4) + 2 * (2 * 2 * 4) + 2 * (2 * 2 * 4);

  it('are counted, a multiplication and an addition each', () => {
    const before = engine.productOperations();
    engine.evaluate([array(2, 6), array(6, 4)], attended);
    expect(engine.productOperations() - before).toBe(forward);
  });

  it('are three times as many with the gradient', () => {
    const parameters = [array(2, 6), array(6, 4), array(3, 4), array(3)];
    const before = engine.productOperations();
    engine.valuesAndGradients(
      parameters,
      (algebra, [x, w, output, bias]) => {
        const readout = { output, bias, scale: 1 };
        return [
          algebra.crossEntropy(
            attended(algebra, [x, w]),
            readout,
            new Int32Array(2),
            new Float32Array(2),
          ),
        ];
      },
      parameters.map(({ shape }) => array(...shape)),
    );
    expect(engine.productOperations() - before).toBe(3 * (forward + 2 * (2 * 4 * 3)));
  });
});

describe('kernels are a choice of the process', () => {
  it('refuses stock kernels once ours are registered', async () => {
    await expect(createTensorflowEngine('stock')).rejects.toThrow('this process already');
  });
});
