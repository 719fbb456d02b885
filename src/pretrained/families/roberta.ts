/** RoBERTa (Liu et al., arXiv 1907.11692), and XLM-RoBERTa and CamemBERT, which differ in their tokenizers only. */
import { z } from 'zod';
import { countFromZeroOrNull, readFields } from '../config.ts';
import { bertArchitecture, bertExtras, bertNames, readBert } from './bert-like.ts';
import type { Family } from './family.ts';

const padding = z.object({ pad_token_id: countFromZeroOrNull(1) });

export const roberta: Family = {
  name: 'RoBERTa',
  modelTypes: ['roberta', 'xlm-roberta', 'camembert'],
  architecture(source) {
    const read = readBert({
      ...source,
      values: {
        vocab_size: source.values.model_type === 'roberta' ? 50265 : 30522,
        ...source.values,
      },
    });
    return bertArchitecture(read, {
      family: 'RoBERTa',
      padding: readFields(padding, source).pad_token_id ?? 1,
      headActivation: 'gelu',
    });
  },
  names: {
    ...bertNames,
    base: 'roberta.',
    head: {
      dense: 'lm_head.dense',
      norm: 'lm_head.layer_norm',
      decoder: ['lm_head.decoder.weight'],
      bias: ['lm_head.decoder.bias', 'lm_head.bias'],
    },
    extras: bertExtras,
  },
};
