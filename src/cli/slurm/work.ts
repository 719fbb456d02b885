/** What jobs work on: numbered items, cells or experiments, whose results lie in a folder that all nodes see. */
import type { WorkKind } from './journal.ts';

export interface Work {
  readonly kind: WorkKind;
  /** What its folder does not say, as JSON: the journal keeps it. */
  readonly about?: unknown;
  /** As it is called, such as `sweep`. */
  readonly command: string;
  /** Without an end of its own: "the sweep in runs/phase". */
  readonly title: string;
  /** As a path from the root. */
  readonly folder: string;
  /** Where the relative paths among its flags begin. */
  readonly cwd: string;
  /** What an item is called, and one of them by number. */
  readonly noun: string;
  name(item: number): string;
  /** How many there are. */
  readonly items: number;
  /** What its files say, now. */
  look(): WorkState;
  /** Items that one task shall have, since they share work; each alone where this is absent. */
  groups?(items: readonly number[]): readonly (readonly number[])[];
  /** Items as a line of the file of tasks, and back. */
  line(items: readonly number[]): string;
  itemsOf(line: string): readonly number[];
  /** What a task runs, in shell: `tasks` is the file of tasks, $task the number of a task, $restart of its run, $cores of
   * its node. */
  task(tasks: string, nonce: string): string;
  /** What makes one of the results, in shell; null where there is one alone. */
  readonly merge: string | null;
  /** Measures some of the items, whose results are kept. Null where that is not done. */
  time?(items: readonly number[]): Promise<Timing>;
}

export interface WorkState {
  readonly failed: readonly number[];
  /** Still to be done. */
  readonly open: readonly number[];
}

export interface Timing {
  /** Of an item on one core; null where none was done in time. */
  readonly seconds: number | null;
  /** It takes as long for sure. */
  readonly atLeast: number;
  /** Bytes that a task of one core took; null where that is not known. */
  readonly memory: number | null;
}
