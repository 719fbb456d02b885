/** The question of the page as a command line and as a program: the same options, spelled twice. */
import { FRAMES } from '../api.ts';
import { interventionsOf } from '../interventions.ts';
import type { Page } from '../page.ts';
import { predictQuestionOf } from '../page.ts';

/** Options by their names in the library; what is undefined is left out. Objects are for programs only. */
export type Options = Readonly<
  Record<string, string | number | readonly (string | number | object)[] | undefined>
>;

export interface Call {
  /** Of the command line. */
  readonly command: string;
  /** Of the library: a function of a model, a text and options, and whether it must be awaited. */
  readonly name: string;
  readonly awaited?: boolean;
  readonly options: Options;
  /** What the program prints, from `result`. */
  readonly print: string;
  /** Further names that the program imports. */
  readonly also?: readonly string[];
}

interface Asked {
  readonly text: string;
  /** Absent while the page does not know the server's default. */
  readonly model?: string;
  readonly options: Options;
}

/** Who is asked, and what. null where the box is empty. */
function askedOf({ state, models }: Page): Asked | null {
  const question = predictQuestionOf(state.get());
  if (!question) return null;
  const { text, depth, coupling, reading, targets } = question;
  const model = question.model ?? models.get().value?.default;
  return { text, model, options: { depth, coupling, reading, targets } };
}

/** In a shell of the checkout. The text comes last, after `--` where it could be taken for a flag. */
export function commandOf({ command, options }: Call, text: string, model?: string): string {
  const flags = Object.entries({ model, ...options }).flatMap(([name, value]) =>
    value === undefined ? [] : [`--${name} ${quoted(flagText(value))}`],
  );
  const end = text.startsWith('-') ? ['--', quoted(text)] : [quoted(text)];
  return ['node bin/schmetterling.js', command, ...flags, '--json', ...end].join(' ');
}

const flagText = (value: Exclude<Options[string], undefined>) =>
  Array.isArray(value) ? value.join(',') : String(value);

/** A word of a POSIX shell. */
export function quoted(text: string): string {
  return /^[\w.,:/+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** A module for Node, run where the package is installed or in its checkout. */
export function programOf(call: Call, text: string, model?: string): string {
  const { name, awaited, options, print, also = [] } = call;
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  const list = given.map(([key, value]) => `  ${key}: ${JSON.stringify(value)},`);
  return [
    `import { ${[name, ...also].join(', ')} } from 'schmetterling';`,
    "import { readModel } from 'schmetterling/node';",
    '',
    `const model = readModel(${model === undefined ? '' : JSON.stringify(model)});`,
    `const result = ${awaited ? 'await ' : ''}${name}(model, ${JSON.stringify(text)}, {`,
    ...list,
    '});',
    `console.log(${print});`,
    '',
  ].join('\n');
}

/** Both spellings of a call for the page's question. */
export function spelled(page: Page, make: (options: Options) => Call) {
  const asked = askedOf(page);
  if (!asked) return { command: null, code: null };
  const { text, model, options } = asked;
  const call = make(options);
  return { command: commandOf(call, text, model), code: programOf(call, text, model) };
}

/** `predict`, as the first tab asks it. */
export const predictCall = (options: Options): Call => ({
  command: 'predict',
  name: 'fillBlank',
  options,
  print: 'JSON.stringify(result, null, 2)',
});

/** As many frames as the page shows, where there are more. */
const framesOf = ({ depth }: Options) => ({
  frames: Number(depth) < FRAMES ? undefined : FRAMES,
});

/** `trace`: the same pass with its inside; the page asks for no candidates there. */
export const traceCall = ({ targets: _, ...options }: Options): Call => ({
  command: 'trace',
  name: 'trace',
  options: { ...options, ...framesOf(options) },
  print: 'JSON.stringify(traceToJson(result))',
  also: ['traceToJson'],
});

/** `runWithCache`: the same with interventions in the flow; it has no command line. */
export const changedCall =
  ({ state }: Page) =>
  ({ targets: _, ...options }: Options): Call => ({
    command: '',
    name: 'runWithCache',
    options: { ...options, ...framesOf(options), ...interventionsOf(state.get().changes) },
    print: 'JSON.stringify(interventionToJson(result))',
    also: ['interventionToJson'],
  });
