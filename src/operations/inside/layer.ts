/** `inside layer`: one particle through one layer of a flow, with all numbers between. */
import { insideLayer, insideLayerSchema } from '../../language/inside/layer.ts';
import { insideLayerReport } from '../../language/inside/reports.ts';
import { operation } from '../operation.ts';

export default operation({
  summary:
    'one particle through one layer: query, keys, scores, weights, values, what each head adds, the step and the normalisation',
  library: ['insideLayer'],
  subject: 'text',
  options: insideLayerSchema,
  served: insideLayerSchema,
  counted: 'layers',
  run: (options, _, { model, text }) => insideLayer(model, text, options),
  report: insideLayerReport,
  examples: [
    '"Mein Lieblingstier ist __"',
    '"Anna mag Hunde. Annas Lieblingstier ist __" --layer 3 --token 12 --depth 16 --json',
  ],
  notes: `
Layers count from 1, particles and heads from 0. The layer reads its weights at t = (layer - 1/2)/L. Scores are
beta<Qx_i, Kx_j>, weights their softmax (of the Sinkhorn coupling what it is balanced to), and the particle behind the
layer is normalise(x + h v) with the sum v of what the heads add.`,
});
