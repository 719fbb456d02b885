/**
 * Threads that share the blocks of a job through one memory. Who takes a block is a matter of speed:
 * blocks are fixed by n and write apart, so that any number of threads gives the same bits.
 * Not here: how a platform starts a thread; it is handed in.
 */
import { CONTROL, JOB, MOST_THREADS, SCRATCH } from './memory.ts';

/** Computes one block of the job that lies at an address, with work space of the caller's own. */
export type BlockKernel = (job: number, block: number, scratch: number) => void;

/** A module whose exports of these names are block kernels, on a memory laid out as memory.ts says. */
export interface KernelModule<K extends string = string> {
  readonly module: WebAssembly.Module;
  readonly names: readonly K[];
  /** Work space of a thread. */
  readonly scratchBytes: number;
}

/** What a thread needs; all of it can be posted to a worker. */
export interface FieldThreadStart extends KernelModule {
  readonly memory: WebAssembly.Memory;
  /** 1, 2, …; the caller's own thread is 0. */
  readonly thread: number;
}

/** Starts a thread that calls `serveField` with its argument; returns what ends it. */
export type SpawnFieldThread = (start: FieldThreadStart) => { stop(): void };

/** Words of the control region. */
const GENERATION = 0;
const NEXT = 1;
const BLOCKS = 2;
const KERNEL = 3;
const CLOSED = 4;
const FAILED = 5;
const STATE = 16;
const DONE = STATE + MOST_THREADS;

/** States of a thread: not up yet (0), asking to take part, and taking part. */
const JOINED = 1;
const ACCEPTED = 2;

/** Looks at a word this often before going to sleep: about 20 µs. */
const SPINS = 400;

const controlOf = (memory: WebAssembly.Memory) =>
  new Int32Array(memory.buffer, CONTROL, DONE + MOST_THREADS);

export interface Crew<K extends string> {
  /** Runs all blocks of the job at JOB; `share`: worth waking the others. Throws Error when a kernel failed. */
  run(kernel: K, blocks: number, share: boolean): void;
  /** Threads that took part in the last shared job, with the caller's. */
  size(): number;
  close(): void;
}

/**
 * The caller's thread and up to `threads` − 1 others. They join when they are up: the first jobs do not
 * wait for them, and a thread that never comes is not missed. Blocks the caller while a job runs.
 */
export function startCrew<K extends string>(
  memory: WebAssembly.Memory,
  threads: number,
  spawn: SpawnFieldThread | undefined,
  { module, names, scratchBytes }: KernelModule<K>,
): Crew<K> {
  const start = { module, names, scratchBytes, memory, thread: 0 };
  const kernels = blockKernels(start);
  const control = controlOf(memory);
  const others = Array.from({ length: spawn ? threads - 1 : 0 }, (_, i) => i + 1);
  const running = others.map((thread) => spawn?.({ ...start, thread }));
  let members: number[] = [];
  return {
    run(kernel, blocks, share) {
      const index = names.indexOf(kernel);
      members = share ? others.filter((t) => Atomics.load(control, STATE + t) > 0) : [];
      const generation = publish(control, index, blocks, members);
      takeBlocks(control, kernels, SCRATCH);
      for (const t of members) awaitWord(control, DONE + t, (done) => done === generation);
      if (Atomics.load(control, FAILED)) throw new Error(`a thread failed in kernel ${kernel}`);
    },
    size: () => 1 + members.length,
    close() {
      Atomics.store(control, CLOSED, 1);
      Atomics.add(control, GENERATION, 1);
      Atomics.notify(control, GENERATION);
      for (const thread of running) thread?.stop();
    },
  };
}

/**
 * Announces a job and returns its number. Members are accepted last: a thread that looks early either
 * keeps out or sees the whole job. Without members nobody is woken.
 */
function publish(control: Int32Array, kernel: number, blocks: number, members: number[]): number {
  Atomics.store(control, KERNEL, kernel);
  Atomics.store(control, BLOCKS, blocks);
  Atomics.store(control, NEXT, 0);
  if (members.length === 0) return Atomics.load(control, GENERATION);
  for (const thread of members) Atomics.store(control, STATE + thread, ACCEPTED);
  const generation = (Atomics.add(control, GENERATION, 1) + 1) | 0;
  Atomics.notify(control, GENERATION);
  return generation;
}

/** The kernels of a module by the number that threads tell each other. */
function blockKernels({ module, memory, names }: FieldThreadStart): BlockKernel[] {
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  return names.map((name) => exports[name] as BlockKernel);
}

/** Computes blocks until none is left; the last ones, which are the longest when causal, come first. */
function takeBlocks(control: Int32Array, kernels: readonly BlockKernel[], scratch: number): void {
  const blocks = Atomics.load(control, BLOCKS);
  const kernel = kernels[Atomics.load(control, KERNEL)];
  for (let taken = 0; taken < blocks; ) {
    taken = Atomics.add(control, NEXT, 1);
    if (taken < blocks) kernel(JOB, blocks - 1 - taken, scratch);
  }
}

/** The word's value once it satisfies the condition. Sleeps, so it must not run in a page's own thread. */
function awaitWord(control: Int32Array, word: number, met: (value: number) => boolean): number {
  for (let spin = 0; spin < SPINS; spin++) {
    const value = Atomics.load(control, word);
    if (met(value)) return value;
  }
  for (;;) {
    const value = Atomics.load(control, word);
    if (met(value)) return value;
    Atomics.wait(control, word, value);
  }
}

/** Whether a thread is up, so that it takes part in the next job that is shared. */
export function hasJoined({ memory, thread }: FieldThreadStart): boolean {
  return Atomics.load(controlOf(memory), STATE + thread) > 0;
}

/** A worker thread's whole life: joins, and takes blocks until the crew is closed. */
export function serveField(start: FieldThreadStart): void {
  const { memory, thread, scratchBytes } = start;
  const control = controlOf(memory);
  const kernels = blockKernels(start);
  let seen = Atomics.load(control, GENERATION);
  Atomics.store(control, STATE + thread, JOINED);
  while (!Atomics.load(control, CLOSED)) {
    const last = seen;
    seen = awaitWord(control, GENERATION, (generation) => generation !== last);
    if (Atomics.load(control, STATE + thread) !== ACCEPTED) continue;
    try {
      takeBlocks(control, kernels, SCRATCH + thread * scratchBytes);
    } catch {
      Atomics.store(control, FAILED, 1);
    }
    Atomics.store(control, DONE + thread, seen);
    Atomics.notify(control, DONE + thread);
  }
}
