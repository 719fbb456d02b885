/** The tfjs engine on its own kernels: the baseline of the benchmark must compute the same thing. */
import { expect, it } from 'vitest';
import { createTensorflowEngine } from '../../src/engines/tensorflow/engine.ts';
import { conformance } from './conformance.ts';
import { tensorflowUnderTest } from './engines.ts';
import { gradientsMatchFiniteDifferences } from './gradients.ts';

conformance(await tensorflowUnderTest('stock'));
const engine = await createTensorflowEngine('stock');
gradientsMatchFiniteDifferences('stock kernels', engine);

it('does not count operations', () => {
  expect(engine.productOperations()).toBeNaN();
});
