/** The tfjs engine on its own kernels: the baseline of the benchmark must compute the same thing. */
import { createTensorflowEngine } from '../../src/engines/tensorflow/engine.ts';
import { conformance } from './conformance.ts';
import { tensorflowUnderTest } from './engines.ts';
import { gradientsMatchFiniteDifferences } from './gradients.ts';

conformance(await tensorflowUnderTest('stock'));
gradientsMatchFiniteDifferences('stock kernels', await createTensorflowEngine('stock'));
