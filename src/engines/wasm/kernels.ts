/** The compiled kernels of assembly/field.ts. Not who calls them, nor what lies in their memory. */
import { fieldKernels } from './field-kernels.generated.ts';
import { SCRATCH_BYTES } from './memory.ts';
import type { KernelModule } from './threads.ts';

const NAMES = [
  // unit vectors in d = 2, 3, 4, coupled by their differences
  ...(['near32', 'near64'] as const),
  // any coupling, head sizes in steps of four
  ...(['attend32', 'attend64'] as const),
  // of the spectral engine: assembly/spectral.ts
  ...(['circleMoments', 'circleField', 'sphereMoments', 'sphereField', 'directRow'] as const),
] as const;
export type KernelName = (typeof NAMES)[number];

let compiled: WebAssembly.Module | undefined;

/** Compiled at once (22 kB), the first time in a process; threads receive the result. */
export function fieldModule(): KernelModule<KernelName> {
  compiled ??= new WebAssembly.Module(
    Uint8Array.from(atob(fieldKernels), (character) => character.charCodeAt(0)),
  );
  return { module: compiled, names: NAMES, scratchBytes: SCRATCH_BYTES };
}
