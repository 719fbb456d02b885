/**
 * What an operation is: one record, of which every face makes what it needs. The command line makes flags
 * and help of it, the server a route and its description, the page its answers. Not what an operation
 * computes, which stands in limits/ and reduction/.
 */
import type { z } from 'zod';
import type { SurveyElsewhere } from '../diagnostics/survey/survey.ts';
import type { Engines } from '../engines/catalogue.ts';
import type { TrainingEngine } from '../engines/training-engine.ts';
import type { Report } from '../figures/report.ts';
import type { EndsOf } from '../limits/depth/depth.ts';
import type { SubjectKind, Subjects } from './subject.ts';

export interface OperationContext {
  readonly engines?: Engines;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
  /** For operations that train a network (`trains`). */
  readonly trainer?: () => Promise<TrainingEngine>;
  /** For `cut` operations: the ends of their flow, computed elsewhere. */
  readonly ends?: EndsOf;
  /** For `framed` operations: the survey of a frame, computed elsewhere. */
  readonly surveyed?: SurveyElsewhere;
}

export interface Operation<
  K extends SubjectKind = SubjectKind,
  S extends z.ZodObject = z.ZodObject,
  L extends object = object,
> {
  /** One line without a full stop; the command's description, and OpenAPI's. */
  readonly summary: string;
  /** The functions of the library that do it; of two the first is of a text. */
  readonly library: readonly string[];
  /** Of what the second function gives, the part that is the record; all of it where this is absent. */
  readonly flowAnswer?: string;
  /** It trains a network, with the context's `trainer`. */
  readonly trains?: boolean;
  /** What it is of, besides its options. */
  readonly subject: K;
  /** The options of the library. What they mean, what they are by default and which are lists, faces read here. */
  readonly options: S;
  /** The options where the subject is a flow, which is among them. */
  readonly flow?: z.ZodObject;
  /** The options with the bounds of a server that others wait for; or why no server takes them, as a sentence. */
  readonly served: z.ZodObject | string;
  /** Throws LimitError for more than a server takes, where the bounds of the options do not say it. */
  admit?(options: z.output<S>, subject: Subjects[K]): void;
  /** Other names of options on the command line. */
  readonly aliases?: Readonly<Record<string, string>>;
  /** Options that the command line reads from a file: a list, or rows like the subject's. */
  readonly files?: readonly string[];
  /** It runs one flow in many cuts, which the command line spreads over threads. */
  readonly cut?: boolean;
  /** It surveys frames, which the command line spreads over threads. */
  readonly framed?: boolean;
  /** Of the progress bar: what is counted. */
  readonly counted: string;
  /** Throws as the library does; the options are unchecked. */
  run(options: z.input<S>, context: OperationContext, subject: Subjects[K]): L | Promise<L>;
  report(found: L, subject: Subjects[K]): Report;
  /** Why what was found is no success, though it is told; null where it is one. */
  misfit?(found: L): string | null;
  /** Arguments that show what can be asked. */
  readonly examples: readonly string[];
  /** What the help says besides, in lines. */
  readonly notes: string;
}

/** The record as it is, its types checked against each other. */
export const operation = <K extends SubjectKind, S extends z.ZodObject, L extends object>(
  record: Operation<K, S, L>,
): Operation => record;

/** dopri5's tolerance is --tol as well, wherever it is asked for; others, such as that of clusters, are not. */
export const DOPRI5 = { tolerance: 'tol' } as const;
