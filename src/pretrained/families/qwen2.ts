/** Qwen2 and Qwen2.5 (Yang et al., arXiv 2407.10671): biases of queries, keys and values. */
import { z } from 'zod';
import { countOrNull, dividedHead, readFields } from '../config.ts';
import type { Family } from './family.ts';
import { decoderNames } from './llama-like.ts';
import { qwen } from './qwen-like.ts';

const fields = z.object({ head_dim: countOrNull(null) });

export const qwen2: Family = {
  name: 'Qwen2',
  modelTypes: ['qwen2'],
  architecture(source) {
    const own = readFields(fields, source).head_dim;
    return qwen(source, {
      family: 'Qwen2',
      headSize: (width, heads) => own ?? dividedHead(width, heads),
      biases: { queryKeyValue: true, output: false, mlp: false },
      queryKeyNorm: false,
    });
  },
  names: decoderNames,
};
