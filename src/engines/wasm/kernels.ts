/** The compiled kernels of assembly/field.ts. Not who calls them, nor what lies in their memory. */
import { fieldKernels } from './field-kernels.generated.ts';

/** Computes one block of the job that lies at an address, with work space of the caller's own. */
export type BlockKernel = (job: number, block: number, scratch: number) => void;

export interface FieldKernels {
  /** Unit vectors in d = 2, 3, 4, coupled by their differences. */
  near32: BlockKernel;
  near64: BlockKernel;
  /** Any coupling, head sizes in steps of four. */
  attend32: BlockKernel;
  attend64: BlockKernel;
  /** Of the spectral engine: assembly/spectral.ts. */
  circleMoments: BlockKernel;
  circleField: BlockKernel;
  sphereMoments: BlockKernel;
  sphereField: BlockKernel;
  directRow: BlockKernel;
  /** Bytes of work space of a thread. */
  scratchBytes(): number;
  /** Queries in a block of numbers of so many bytes. */
  blockSize(bytes: number): number;
}

let compiled: WebAssembly.Module | undefined;

/** Compiles at once (22 kB), the first time in a process; threads receive the result. */
export function compileFieldKernels(): WebAssembly.Module {
  compiled ??= new WebAssembly.Module(
    Uint8Array.from(atob(fieldKernels), (character) => character.charCodeAt(0)),
  );
  return compiled;
}

/** The kernels on a shared memory. */
export function instantiateFieldKernels(
  module: WebAssembly.Module,
  memory: WebAssembly.Memory,
): FieldKernels {
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  return exports as unknown as FieldKernels;
}
