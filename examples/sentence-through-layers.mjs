/**
 * A sentence through the layers of a trained model: the answer that the blank would give at each of them (the
 * lens), how alike the tokens are, how many directions they fill, and how widely they attend (nats).
 */
import { trace } from 'schmetterling';
import { readModel } from 'schmetterling/node';

const { lens, layers, diagnostics, prediction } = trace(
  readModel('alltag'),
  'Mein Lieblingstier ist __',
  { depth: 8 },
);

console.log('layer  best answer        p      mean cosine  effective rank  entropy');
layers.forEach((layer, k) => {
  const [best] = lens[k].predictions;
  console.log(
    `${layer}`.padEnd(6),
    best.tokenStr.padEnd(18),
    best.score.toFixed(3).padEnd(6),
    diagnostics.cosine_mean[k].toFixed(3).padEnd(12),
    diagnostics.effective_rank[k].toFixed(2).padEnd(15),
    diagnostics.attention_entropy[k]?.toFixed(3) ?? '',
  );
});
const [answer] = prediction.predictions;
console.log(`answer: ${answer.tokenStr} ${(100 * answer.score).toFixed(2)} %`);
