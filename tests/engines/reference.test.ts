import { describe, expect, it } from 'vitest';
import { referenceAlgebra } from '../../src/engines/reference.ts';
import { tensor } from '../../src/engines/tensor.ts';
import { conformance } from './conformance.ts';
import { referenceUnderTest } from './engines.ts';

conformance(referenceUnderTest);

describe('shapes', () => {
  it('names both shapes when they do not fit', () => {
    expect(() => referenceAlgebra.project(tensor([2, 3]), tensor([4, 4]))).toThrow(
      '[2,3] by [4,4]: 3 ≠ 4',
    );
    expect(() => tensor([2, 3], new Float64Array(5))).toThrow('shape [2,3] needs 6 values, got 5');
  });
});
