/** The spectral engine under the conformance suite, at its default accuracy. What is special to it: spectral.test.ts. */
import { spectralEngine } from '../../src/engines/spectral/engine.ts';
import type { SpawnFieldThread } from '../../src/engines/wasm/threads.ts';
import { certifyField } from './fields.ts';

certifyField({
  engine: spectralEngine(),
  precision: 'float64',
  claims: ['sa', 'usa', 'normalised', 'noisy', 'kuramoto', 'repulsion', 'birth_death'],
  dimensions: [2, 3],
  tolerance: 1e-12,
  clusters: null,
  threaded: {
    engine: (spawn: SpawnFieldThread) => spectralEngine({ spawn, threads: 3 }),
    n: 20_000,
  },
});
