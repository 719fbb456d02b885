/** The wasm engine under the conformance suite, in both precisions and on threads. What is special to it: wasm.test.ts. */
import { dynamics } from '../../src/dynamics/catalogue.ts';
import { wasmEngine } from '../../src/engines/wasm/engine.ts';
import type { SpawnFieldThread } from '../../src/engines/wasm/threads.ts';
import { certifyField } from './fields.ts';

const names = dynamics.map(({ name }) => name);
/** Round-off of float32 would pass for ties, and for sums that are met. */
const inFloat32 = (name: string) => !/hardmax|sinkhorn/.test(name);
const subject = {
  engine: wasmEngine(),
  dimensions: [2, 3, 4, 5, 16],
  threaded: { engine: (spawn: SpawnFieldThread) => wasmEngine({ spawn, threads: 3 }), n: 701 },
};

certifyField({
  ...subject,
  precision: 'float64',
  claims: names,
  tolerance: 1e-12,
  clusters: 1e-12,
});

certifyField({
  ...subject,
  precision: 'float32',
  claims: names.filter(inFloat32),
  tolerance: 1e-5,
  clusters: 1e-5,
});
