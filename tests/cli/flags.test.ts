/** Flags that several commands share show the defaults of the library. */
import { Command } from 'commander';
import { expect, it } from 'vitest';
import { withAnswerFlags, withParticleFlags, withRunFlags } from '../../src/cli/flags.ts';
import { simulationSchema } from '../../src/flow/simulation-settings.ts';
import { D, N } from '../../src/geometry/catalogue.ts';
import { fillSchema } from '../../src/language/options.ts';
import { fieldsOf } from '../../src/operations/options.ts';

/** What help shows of each option that has a default in the schema; null where it shows none. */
function shown(command: Command, usual: Readonly<Record<string, unknown>>) {
  const told = command.options
    .filter((option) => option.attributeName() in usual)
    .map((option) => {
      const text = option.description.match(/\(default: ([^;)]*)\)$/)?.[1] ?? null;
      const number = Number(text?.replaceAll(',', ''));
      return [option.attributeName(), text === null || Number.isNaN(number) ? text : number];
    });
  return Object.fromEntries(told);
}

/** Defaults by name, those that are shown: no switches, and no lists. */
function defaultsOf(schema: typeof simulationSchema | typeof fillSchema) {
  const fields = Object.entries(fieldsOf(schema)).filter(
    ([, { default: usual }]) => typeof usual === 'number' || typeof usual === 'string',
  );
  return Object.fromEntries(fields.map(([name, { default: usual }]) => [name, usual]));
}

it('of simulate and sweep', () => {
  // those of sizes are not the schema's, for init has others
  const usual = { ...defaultsOf(simulationSchema), n: N.default, d: D.default };
  expect(Object.keys(usual)).toEqual(expect.arrayContaining(['time', 'tolerance']));
  expect(shown(withRunFlags(withParticleFlags(new Command())), usual)).toEqual(usual);
});

it('of predict and trace', () => {
  const {
    maximumUnexplored: _,
    maximumExpansions: __,
    reading: ___,
    ...usual
  } = defaultsOf(fillSchema);
  expect(usual).toEqual({ top: 10 });
  expect(shown(withAnswerFlags(new Command()), usual)).toEqual(usual);
});
