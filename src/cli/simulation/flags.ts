/**
 * The flags of `simulate` that come from the catalogues, and their way into the library's options. A
 * parameter `initial_radius` of dynamics is --initial-radius; one of a start has --start- before it.
 */
import type { Command } from 'commander';
import { dynamics } from '../../dynamics/catalogue.ts';
import type { Parameter } from '../../dynamics/dynamics.ts';
import { matrixText } from '../../dynamics/matrices.ts';
import { simulationSchema } from '../../flow/simulation-settings.ts';
import { starts } from '../../geometry/catalogue.ts';
import { InputError } from '../../numerics/errors.ts';
import { show } from '../../numerics/parameters.ts';
import { numberIfOne } from '../flags.ts';

/** What commander has read, by camelCase name. */
export type Flags = Readonly<Record<string, unknown>>;

interface Owner {
  readonly name: string;
  readonly parameters: readonly Parameter[];
}

/** Adds a flag for every parameter of every entry; several entries may share one. */
export function addCatalogueFlags(command: Command): Command {
  addFlags(command, dynamics, '');
  addFlags(command, starts, 'start-');
  return command;
}

function addFlags(command: Command, owners: readonly Owner[], prefix: string): void {
  for (const [name, { parameter, owned }] of byName(owners))
    command.option(
      `--${prefix}${name.replaceAll('_', '-')} <${placeholder(parameter)}>`,
      `${parameter.help} (${owned.join(', ')}; default: ${shown(parameter)})`,
    );
}

function byName(owners: readonly Owner[]) {
  const found = new Map<string, { parameter: Parameter; owned: string[] }>();
  for (const { name, parameters } of owners)
    for (const parameter of parameters) {
      // κ of dynamics that have one is the run's
      if (parameter.name in simulationSchema.shape) continue;
      const known = found.get(parameter.name) ?? { parameter, owned: [] };
      known.owned.push(name);
      found.set(parameter.name, known);
    }
  return found;
}

const placeholder = ({ type }: Parameter) =>
  ({ number: 'number', choice: 'name', matrix: 'matrix|file' })[type];

const shown = (parameter: Parameter) =>
  parameter.type === 'matrix' ? matrixText(parameter.default) : parameter.default;

/** What the flags of the catalogues set, by name: parameters of dynamics, and of starts with start_ before. */
export const parameterNames = (): string[] => [
  ...byName(dynamics).keys(),
  ...[...byName(starts).keys()].map((name) => `start_${name}`),
];

/** The parameters that were given as flags, unchecked, by their names in the catalogue. */
export function givenParameters(flags: Flags): Record<string, unknown> {
  return collect(flags, dynamics, '');
}

export function givenStartParameters(flags: Flags): Record<string, unknown> {
  return collect(flags, starts, 'start_');
}

function collect(flags: Flags, owners: readonly Owner[], prefix: string): Record<string, unknown> {
  const given = [...byName(owners).keys()].map((name) => [name, flags[camelCase(prefix + name)]]);
  return Object.fromEntries(
    given
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [name, numberIfOne(String(value))]),
  );
}

/** As commander names the value of a flag. */
export const camelCase = (name: string) =>
  name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

/**
 * `name=value` pairs of --set. Throws InputError for one without a name or a value, and for a name that
 * has a value already: in another pair, or among those `named` by flags of their own.
 */
export function readPairs(
  pairs: readonly string[],
  named: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const read: Record<string, unknown> = {};
  for (const pair of pairs) {
    const at = pair.indexOf('=');
    if (at < 1 || at === pair.length - 1)
      throw new InputError('set', `option set is "${pair}": expected name=value, such as beta=4`);
    const name = pair.slice(0, at);
    const before = { ...named, ...read }[name];
    if (before !== undefined)
      throw new InputError(
        'set',
        `option set is "${pair}", and ${name} is ${show(before)} already: expected it once, leave one out`,
      );
    read[name] = numberIfOne(pair.slice(at + 1));
  }
  return read;
}
