/** The catalogue as text: a line for every entry, or one entry with its parameters. */
import type { MatrixValue } from '../dynamics/dynamics.ts';
import { matrixText } from '../dynamics/matrices.ts';
import { bold, dim, type Screen, table } from './terminal.ts';

/** What entries of every kind have, and what some have. */
export interface CatalogueEntry {
  readonly name: string;
  readonly title: string;
  readonly help: string;
  readonly citation?: string;
  readonly unit?: string;
  readonly properties?: Readonly<Record<string, unknown>>;
  readonly parameters?: readonly CatalogueParameter[];
}

interface CatalogueParameter {
  readonly name: string;
  readonly title: string;
  readonly help: string;
  readonly type: string;
  readonly default: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly integer?: boolean;
  readonly choices?: readonly string[];
  readonly forms?: readonly { readonly form: string; readonly help: string }[];
}

/** All kinds, each under its name. */
export function kindLines(
  screen: Screen,
  kinds: Readonly<Record<string, readonly CatalogueEntry[]>>,
): string[] {
  return Object.entries(kinds).flatMap(([kind, entries], index) => [
    ...(index === 0 ? [] : ['']),
    bold(screen, kind),
    ...table(
      screen,
      entries.map(({ name, title }) => [name, title]),
    ),
  ]);
}

export function entryLines(screen: Screen, kind: string, entry: CatalogueEntry): string[] {
  const { name, title, help, citation, parameters = [] } = entry;
  return [
    `${bold(screen, name)}  ${title} ${dim(screen, `(${kind})`)}`,
    `  ${help}`,
    ...(citation ? [dim(screen, `  ${citation}`)] : []),
    ...propertyLines(entry),
    ...parameters.flatMap((parameter) => parameterLines(screen, parameter)),
    '',
  ];
}

function propertyLines({ properties = {} }: CatalogueEntry): string[] {
  const said = Object.entries(properties).filter(([, value]) => value !== false && value !== null);
  if (said.length === 0) return [];
  const words = said.map(([name, value]) => (value === true ? spaced(name) : `${name} ${value}`));
  return [`  ${words.join(', ')}`];
}

/** `keepsCones` as `keeps cones`. */
const spaced = (name: string) => name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

function parameterLines(screen: Screen, parameter: CatalogueParameter): string[] {
  const { name, help, forms = [] } = parameter;
  const wide = Math.max(...forms.map(({ form }) => form.length));
  return [
    '',
    `  --${name.replaceAll('_', '-')} ${dim(screen, `${rangeOf(parameter)}, ${defaultOf(parameter)} by default`)}`,
    `      ${help}`,
    ...forms.map((one) => `      ${one.form.padEnd(wide)}  ${dim(screen, one.help)}`),
  ];
}

/** A matrix as its flag takes it. */
const defaultOf = ({ type, default: value }: CatalogueParameter) =>
  type === 'matrix' ? matrixText(value as MatrixValue) : value;

function rangeOf({ choices, minimum, maximum, integer }: CatalogueParameter): string {
  if (choices) return choices.join(' | ');
  if (minimum === undefined) return 'a matrix';
  return `${integer ? 'a whole number' : 'a number'} from ${minimum} to ${maximum}`;
}
