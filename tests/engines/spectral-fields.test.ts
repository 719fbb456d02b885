/** The spectral engine under the conformance suite, at its default accuracy. What is special to it: spectral.test.ts. */
import { spectralEngine } from '../../src/engines/spectral/engine.ts';
import { spawnFieldThread } from '../../src/host/field-threads.ts';
import { certifyField } from './fields.ts';

certifyField({
  engine: spectralEngine(),
  precision: 'float64',
  claims: ['sa', 'usa', 'normalised', 'noisy', 'kuramoto', 'repulsion'],
  dimensions: [2, 3],
  tolerance: 1e-12,
  clusters: null,
  threaded: { engine: spectralEngine({ spawn: spawnFieldThread, threads: 3 }), n: 5000 },
});
