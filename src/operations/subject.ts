/** What operations are of besides their options: as they take it, and as JSON. Not its files, which the command line reads. */
import { z } from 'zod';
import type { FlowModel } from '../language/flow-model.ts';
import { asFlow, type LanguageModel } from '../language/model.ts';
import { InputError } from '../numerics/errors.ts';
import { fromRows, type Matrix, toRows } from '../numerics/matrix.ts';
import type { Measure } from '../transport/measure.ts';

export interface TextSubject {
  /** Operations on texts are limits of its flow. */
  readonly model: FlowModel;
  readonly text: string;
}

/** A text of any model, a flow or not. */
export interface AnyTextSubject {
  readonly model: LanguageModel;
  readonly text: string;
}

export interface MeasuresSubject {
  readonly measures: readonly Measure[];
  /** Of the measures, for figures and tables. */
  readonly names: readonly string[];
}

export interface Subjects {
  readonly none: null;
  readonly text: TextSubject;
  readonly 'any text': AnyTextSubject;
  /** Null for a flow, which is among the options. */
  readonly 'text or flow': TextSubject | null;
  readonly 'any text or flow': AnyTextSubject | null;
  readonly measures: MeasuresSubject;
  /** Two measures. */
  readonly pair: MeasuresSubject;
  /** [n, d] by time. */
  readonly frames: readonly Matrix[];
}

export type SubjectKind = keyof Subjects;

const ROWS = { error: 'expected rows of numbers such as [[0], [1.5]]' };
const rows = z.array(z.array(z.number(ROWS), ROWS), ROWS);
const NUMBERS = { error: 'expected numbers' };

export const textField = z.string({
  error: 'expected a string such as "Mein Lieblingstier ist __"',
});
export const modelField = z
  .string({ error: 'expected the name of a model' })
  .optional()
  .describe('A name of /api/models; the default model when absent');
const question = {
  text: textField.describe(
    'A text with one blank (__, _ or [MASK]), or with none for its continuation',
  ),
  model: modelField,
};

const measures = z
  .array(z.strictObject({ points: rows, masses: z.array(z.number(NUMBERS), NUMBERS).optional() }), {
    error: 'expected a list such as [{"points": [[0], [1]]}, {"points": [[4], [9]]}]',
  })
  .describe('Points by rows, and masses; absent masses are equal');

const frames = z
  .array(rows, {
    error: 'expected frames of rows such as [[[1, 0], [0, 1]], [[0.8, 0.6], [0, 1]]]',
  })
  .describe('Unit vectors by rows; the first frame is the start');

/** The fields of a body that are the subject. */
export const subjectFields = {
  none: {},
  text: question,
  'any text': question,
  'text or flow': question,
  'any text or flow': question,
  measures: { measures },
  pair: { measures: measures.length(2, 'expected two measures') },
  frames: { frames },
} as const satisfies Readonly<Record<SubjectKind, z.ZodRawShape>>;

/** Where an operation is of a flow instead: what is an object in the library has a name or is JSON here. */
export const flowFields = {
  dynamics: z
    .string({ error: 'expected the name of dynamics' })
    .default('sa')
    .describe('A name of /api/catalogue'),
  init: rows.optional().describe('Positions of one’s own, a row a particle, instead of a start'),
};

/** Whether it is of a flow where no text is given. */
export const mayBeFlow = (kind: SubjectKind): boolean => kind.endsWith('or flow');

const takesAnyModel = (kind: SubjectKind) => kind.startsWith('any');

type Body = Readonly<Record<string, unknown>>;
type FieldsOf<K extends SubjectKind> = z.output<z.ZodObject<(typeof subjectFields)[K]>>;

/** A model by its name, the default one without. */
export type Models = (name?: string) => LanguageModel | Promise<LanguageModel>;

/** The subject of a body, and the options that are left. Throws InputError for rows of different lengths, and as `models`. */
export async function readSubject(
  kind: SubjectKind,
  body: Body,
  models: Models,
): Promise<{ readonly subject: Subjects[SubjectKind]; readonly options: Body }> {
  if (kind === 'none' || (mayBeFlow(kind) && 'dynamics' in body))
    return { subject: null, options: body };
  if (kind === 'frames') {
    const { frames, ...options } = body as FieldsOf<'frames'>;
    const read = measuresOf(
      frames.map((points) => ({ points })),
      'frames',
    );
    return { subject: read.map(({ points }) => points), options };
  }
  if (kind === 'measures' || kind === 'pair') {
    const { measures, ...options } = body as FieldsOf<'measures'>;
    const names = measures.map((_, k) => `measures.${k}`);
    return { subject: { measures: measuresOf(measures, 'measures'), names }, options };
  }
  const { text, model, ...options } = body as FieldsOf<'text'>;
  const named = await models(model);
  const subject = { model: takesAnyModel(kind) ? named : asFlow(named, 'a limit'), text };
  return { subject, options };
}

/** The subject as a body has it, `readSubject` backwards; the name of a model is its reader's. */
export function subjectToJson(subject: Subjects[SubjectKind]): Body {
  if (subject === null) return {};
  if (Array.isArray(subject)) return { frames: subject.map(toRows) };
  if ('text' in subject) return { text: subject.text };
  const { measures } = subject as MeasuresSubject;
  return {
    measures: measures.map(({ points, masses }) => ({
      points: toRows(points),
      ...(masses && { masses: Array.from(masses) }),
    })),
  };
}

function measuresOf(given: FieldsOf<'measures'>['measures'], field: string): Measure[] {
  return given.map(({ points, masses }, k) => {
    const d = points[0]?.length ?? 0;
    const odd = points.findIndex((row) => row.length !== d);
    if (d === 0 || odd >= 0)
      throw new InputError(
        field,
        `${field}.${k} has ${points.length} rows${odd < 0 ? '' : `, row ${odd} of ${points[odd].length} numbers and row 0 of ${d}`}: expected rows of as many numbers, one at least`,
      );
    return { points: fromRows(points), masses };
  });
}
