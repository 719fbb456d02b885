/** The question of the page as a command line and as a program: the same options, spelled twice. */
import { type Repeatable, snippetsOf } from '../../operations/snippets.ts';
import { COMMAND, flag, lastWord, literal, objectLiteral } from '../../operations/spelling.ts';
import { FRAMES } from '../api.ts';
import { interventionsOf } from '../interventions.ts';
import type { Page } from '../page.ts';
import { ownLayers, predictQuestionOf } from '../page.ts';

/** Options by their names in the library; what is undefined is left out. Objects are for programs only. */
export type Options = Readonly<
  Record<string, string | number | readonly (string | number | object)[] | undefined>
>;

export interface Call {
  /** Of the command line. */
  readonly command: string;
  /** Of the library: a function of a model, a text and options. */
  readonly name: string;
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
  const question = predictQuestionOf(state.get(), { models });
  if (!question) return null;
  const { text, depth, coupling, reading, targets } = question;
  const model = question.model ?? models.get().value?.default;
  return { text, model, options: { depth, coupling, reading, targets } };
}

/** In a shell of the checkout. */
export function commandOf({ command, options }: Call, text: string, model?: string): string {
  const flags = Object.entries({ model, ...options }).flatMap(([name, value]) =>
    value === undefined ? [] : [flag(name, flagText(value))],
  );
  return [COMMAND, command, ...flags, '--json', lastWord(text)].join(' ');
}

const flagText = (value: Exclude<Options[string], undefined>) =>
  Array.isArray(value) ? value.join(',') : String(value);

/** A module for Node, run where the package is installed or in its checkout. */
export function programOf(call: Call, text: string, model?: string): string {
  const { name, options, print, also = [] } = call;
  return [
    `import { ${[name, ...also].join(', ')} } from 'schmetterling';`,
    "import { readModel } from 'schmetterling/node';",
    '',
    `const model = readModel(${model === undefined ? '' : literal(model)});`,
    `const result = ${name}(model, ${literal(text)}, ${objectLiteral(options)});`,
    `console.log(${print});`,
    '',
  ].join('\n');
}

const NOTHING = { command: null, code: null };

/** Both spellings of a call for the page's question. */
export function spelled(page: Page, make: (options: Options) => Call) {
  const asked = askedOf(page);
  if (!asked) return NOTHING;
  const { text, model, options } = asked;
  const call = make(options);
  return { command: commandOf(call, text, model), code: programOf(call, text, model) };
}

/** Those of an operation on the page's text. */
export function operationSpelled(
  page: Page,
  called: string,
  record: Repeatable,
  make: (options: Options) => Options,
) {
  const asked = askedOf(page);
  if (!asked) return NOTHING;
  const { options, ...subject } = asked;
  const { command, code } = snippetsOf(called, record, { ...subject, ...make(options) });
  return { command, code };
}

/** `predict`, as the first tab asks it. */
export const predictCall = (options: Options): Call => ({
  command: 'predict',
  name: 'fillBlank',
  options,
  print: 'JSON.stringify(predictionToJson(result), null, 2)',
  also: ['predictionToJson'],
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
  (page: Page) =>
  ({ targets: _, ...options }: Options): Call => ({
    command: '',
    name: 'runWithCache',
    options: {
      ...options,
      ...framesOf(options),
      ...interventionsOf(page.state.get().changes, ownLayers(page.state.get(), page)),
    },
    print: 'JSON.stringify(interventionToJson(result))',
    also: ['interventionToJson'],
  });
