/** Qwen3 (Yang et al., arXiv 2505.09388): norms of queries and keys, heads of a size of their own. */
import { z } from 'zod';
import { count, flag, readFields } from '../config.ts';
import type { Family } from './family.ts';
import { decoderNames } from './llama-like.ts';
import { qwen } from './qwen-like.ts';

const fields = z.object({ head_dim: count(128), attention_bias: flag(false) });

export const qwen3: Family = {
  name: 'Qwen3',
  modelTypes: ['qwen3'],
  architecture(source) {
    const { head_dim: headSize, attention_bias: bias } = readFields(fields, source);
    return qwen(source, {
      family: 'Qwen3',
      headSize: () => headSize,
      biases: { queryKeyValue: bias, output: bias, mlp: false },
      queryKeyNorm: true,
    });
  },
  names: decoderNames,
};
