/** A thread of the simulator's wasm engine: computes blocks of velocities until the engine is closed. */
import { type FieldThreadStart, serveField } from '../../engines/wasm/threads.ts';

addEventListener('message', ({ data }: MessageEvent<FieldThreadStart>) => serveField(data));
