/** BERT (Devlin et al., arXiv 1810.04805). */
import { bertArchitecture, bertExtras, bertNames, readBert } from './bert-like.ts';
import type { Family } from './family.ts';

export const bert: Family = {
  name: 'BERT',
  modelTypes: ['bert'],
  architecture(source) {
    const read = readBert(source);
    return bertArchitecture(read, {
      family: 'BERT',
      padding: null,
      headActivation: read.hidden_act,
    });
  },
  names: {
    ...bertNames,
    base: 'bert.',
    head: {
      dense: 'cls.predictions.transform.dense',
      norm: 'cls.predictions.transform.LayerNorm',
      decoder: ['cls.predictions.decoder.weight'],
      bias: ['cls.predictions.decoder.bias', 'cls.predictions.bias'],
    },
    extras: [...bertExtras, /^cls\.seq_relationship\./],
  },
};
