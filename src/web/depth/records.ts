/** What the tab needs of the operations' records, which would bring what computes them: a test holds the two together. */
import type { Repeatable } from '../../operations/snippets.ts';

export const DEPTH_RECORD: Repeatable = {
  subject: 'any text or flow',
  library: ['modelDepthLimit', 'depthLimit'],
};

export const LAYER_RECORD: Repeatable = { subject: 'any text', library: ['layerFlow'] };
