/**
 * A standard pre-norm transformer that was trained here (training/standard-transformer.ts), as a language model: texts
 * and answers as a flow has them, layers as other networks have them.
 */
import type { CouplingName } from '../attention/model-coupling.ts';
import { InputError } from '../numerics/errors.ts';
import type { Network } from '../pretrained/network.ts';
import type { Precision } from '../pretrained/precision.ts';
import type { StandardConfig, StandardParts } from './checkpoint.ts';
import type { Layout } from './layout.ts';
import type { ModelRun, RunSettings } from './model.ts';
import { checkDepth, endsOf, readoutOf, runText } from './network-run.ts';
import { type Ends, OwnModel } from './own-model.ts';
import type { Tensors } from './safetensors.ts';
import { standardNetwork } from './standard-network.ts';
import type { Tokenizer } from './tokenizer.ts';

/** A standard transformer in memory, with all that its files hold. */
export class StandardModel extends OwnModel implements StandardParts {
  readonly config: StandardConfig;
  readonly tokenizer: Tokenizer;
  readonly tensors: Tensors;
  readonly notes?: readonly string[];
  readonly network: Network;
  readonly flow = null;
  readonly onSphere = false;

  constructor(
    { config, tokenizer, tensors, notes }: StandardParts,
    precision: Precision = 'float32',
  ) {
    super();
    this.config = config;
    this.tokenizer = tokenizer;
    this.tensors = tensors;
    this.notes = notes;
    this.network = standardNetwork(config, tensors, precision);
  }

  get precision(): Precision {
    return this.network.precision;
  }

  get blocks(): readonly string[] {
    return this.network.architecture.layers.map(({ block }) => block);
  }

  override layOut(text: string, coupling?: CouplingName): Layout {
    if (coupling === 'sinkhorn')
      throw new InputError(
        'coupling',
        `coupling "sinkhorn" is for particle flows, and "${this.name}" is a standard transformer: choose "full" or "causal"`,
      );
    return super.layOut(text, coupling);
  }

  run(layout: Layout, settings: RunSettings = {}): ModelRun {
    checkDepth(this, settings.depth);
    return runText(this.network, layout, settings);
  }

  tokenProbabilities(states: Float64Array): Float64Array {
    return readoutOf(this.network, states);
  }

  causalEnds(ids: readonly number[], settings: RunSettings = {}): Ends {
    checkDepth(this, settings.depth);
    return endsOf(this.network, ids, settings);
  }
}
