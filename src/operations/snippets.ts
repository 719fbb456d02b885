/**
 * An operation "as command" and "as code": the line and the program that repeat it, made of its record and of
 * what was asked, in the form of a request's body. Not how values are spelled: spelling.ts.
 */
import type { Operation } from './operation.ts';
import { COMMAND, flag, flagName, lastWord, literal, objectLiteral } from './spelling.ts';
import { mayBeFlow, type SubjectKind } from './subject.ts';

/** Of a record, what its snippets are made of. */
export type Repeatable = Pick<Operation, 'subject' | 'library' | 'files' | 'trains' | 'flowAnswer'>;

/** A table or an array that the command reads; its name says in which format: .csv or .npy. */
export interface SnippetFile {
  readonly name: string;
  readonly shape: readonly number[];
  /** Row-major. */
  readonly data: readonly number[];
}

export interface Snippets {
  readonly command: string;
  readonly code: string;
  /** To be saved where the command is run. The program needs none. */
  readonly files: readonly SnippetFile[];
}

/** The subject and the options, as over HTTP. */
export type Body = Readonly<Record<string, unknown>>;
type Rows = readonly (readonly number[])[];
type MeasureRows = readonly { readonly points: Rows; readonly masses?: readonly number[] }[];

/** The snippets of an operation that is called `limit stack`. */
export function snippetsOf(called: string, record: Repeatable, body: Body): Snippets {
  const { text, model, measures, frames, ...flagged } = body;
  // of a text it is how its model is read, and no option of the operation
  const { precision, ...others } = flagged;
  const options = text === undefined ? flagged : others;
  const files: SnippetFile[] = [];
  const flags = Object.entries(flagged).flatMap(([name, value]) =>
    flagsOf(name, value, record, files),
  );
  const subject = wordsOf(body, files);
  const line = [COMMAND, called, ...subject.flags, ...flags, '--json', ...subject.words];
  return { command: line.join(' '), code: programOf(record, body, options), files };
}

/** The subject on the command line; files are in the order of their words. */
function wordsOf({ text, model, measures, frames }: Body, files: SnippetFile[]) {
  const flags = model === undefined ? [] : [flag('model', String(model))];
  if (text !== undefined) return { flags, words: [lastWord(String(text))] };
  if (frames !== undefined) {
    const [all, name] = [frames as readonly Rows[], 'frames.npy'];
    const shape = [all.length, all[0].length, all[0][0].length];
    files.push({ name, shape, data: all.flat(2) });
    return { flags, words: [name] };
  }
  if (measures === undefined) return { flags, words: [] };
  const all = measures as MeasureRows;
  const weighted = all.some(({ masses }) => masses !== undefined);
  const words = all.map(({ points, masses }, k) => {
    const rows = weighted
      ? points.map((row, i) => [...row, masses?.[i] ?? 1 / points.length])
      : points;
    return addFile(files, `measure-${k + 1}.csv`, rows);
  });
  return { flags: weighted ? ['--masses'] : [], words };
}

/** The flags of an option; what the command line reads from files is put into them. */
function flagsOf(name: string, value: unknown, record: Repeatable, files: SnippetFile[]): string[] {
  if (value === undefined || value === false) return [];
  if (value === true) return [flagName(name)];
  if (name === 'parameters' || name === 'startParameters')
    return Object.entries(value as object).map(([parameter, own]) =>
      flag(name === 'parameters' ? parameter : `start_${parameter}`, wordOf(own)),
    );
  if (record.files?.includes(name) || name === 'init' || name === 'masses') {
    const rows = (value as readonly (number | readonly number[])[]).map((row) => [row].flat());
    return [flag(name, addFile(files, `${name}.csv`, rows))];
  }
  return [flag(name, Array.isArray(value) ? value.join(',') : wordOf(value))];
}

/** Matrices of dynamics are JSON where they are rows. */
const wordOf = (value: unknown) => (typeof value === 'object' ? JSON.stringify(value) : `${value}`);

function addFile(files: SnippetFile[], name: string, rows: Rows): string {
  files.push({ name, shape: [rows.length, rows[0].length], data: rows.flat() });
  return name;
}

/** A module for Node, run where the package is installed or in its checkout. */
function programOf(record: Repeatable, body: Body, options: Body): string {
  const { library, subject, trains, flowAnswer } = record;
  const isFlow = mayBeFlow(subject) && body.text === undefined;
  const name = library[isFlow ? 1 : 0];
  const fromNode = [
    ...(body.text === undefined ? [] : ['readModel']),
    ...(trains ? ['trainingEngine'] : []),
  ];
  const given = [...argumentsOf(subject, body), objectLiteral(options)];
  if (trains) given.push('{ trainer: await trainingEngine() }');
  const result = isFlow && flowAnswer ? `result.${flowAnswer}` : 'result';
  return [
    `import { ${name}, resultToJson } from 'schmetterling';`,
    ...(fromNode.length > 0
      ? [`import { ${fromNode.join(', ')} } from 'schmetterling/node';`]
      : []),
    '',
    ...(body.text === undefined ? [] : [`const model = readModel(${readingOf(body)});`]),
    `const result = await ${name}(${given.join(', ')});`,
    `console.log(JSON.stringify(resultToJson(${result})));`,
    '',
  ].join('\n');
}

/** Which model, and in which precision. */
function readingOf({ model, precision }: Body): string {
  const name = model === undefined ? (precision === undefined ? '' : 'undefined') : literal(model);
  return precision === undefined ? name : `${name}, ${objectLiteral({ precision })}`;
}

/** The subject as the library takes it. */
function argumentsOf(subject: SubjectKind, { text, measures, frames }: Body): string[] {
  if (text !== undefined) return ['model', literal(text)];
  if (frames !== undefined) return [listOf((frames as readonly Rows[]).map(matrixLiteral))];
  if (measures === undefined) return [];
  const all = (measures as MeasureRows).map(({ points, masses }) => {
    const own = masses ? `, masses: ${numbersLiteral(masses)}` : '';
    return `{ points: ${matrixLiteral(points)}${own} }`;
  });
  return subject === 'pair' ? all : [listOf(all)];
}

const listOf = (items: readonly string[]) => `[\n  ${items.join(',\n  ')},\n]`;

const numbersLiteral = (numbers: readonly number[]) => `Float64Array.of(${numbers.join(', ')})`;

const matrixLiteral = (rows: Rows) =>
  `{ rows: ${rows.length}, columns: ${rows[0].length}, data: ${numbersLiteral(rows.flat())} }`;
