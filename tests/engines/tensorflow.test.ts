/**
 * The tfjs engine with our kernels. Registration is global in tfjs, so the stock kernels have a
 * test file, and with it a process, of their own.
 */
import { describe, expect, it } from 'vitest';
import { createTensorflowEngine } from '../../src/engines/tensorflow/engine.ts';
import { conformance } from './conformance.ts';
import { tensorflowUnderTest } from './engines.ts';
import { gradientsMatchFiniteDifferences } from './gradients.ts';

conformance(await tensorflowUnderTest('fused'));
gradientsMatchFiniteDifferences('our kernels', await createTensorflowEngine('fused'));

describe('kernels are a choice of the process', () => {
  it('refuses stock kernels once ours are registered', async () => {
    await expect(createTensorflowEngine('stock')).rejects.toThrow('this process already');
  });
});
