/** Every operation on every face: what the command line, HTTP and the catalogue say of it is what its record says. */
import { Command } from 'commander';
import { beforeAll, describe, expect, it } from 'vitest';
import { addOperations } from '../../src/cli/operations/command.ts';
import * as library from '../../src/index.ts';
import {
  GROUPS,
  type Group,
  loadOperation,
  operationAt,
  operationNames,
  spelled,
} from '../../src/operations/catalogue.ts';
import type { Operation } from '../../src/operations/operation.ts';
import { fieldsOf } from '../../src/operations/options.ts';
import { openApi } from '../../src/server/openapi.ts';

const groups = Object.keys(GROUPS) as Group[];
const all = groups.flatMap((group) => operationNames(group).map((name) => ({ group, name })));

const commands = new Map<string, Command>();
const records = new Map<string, Operation>();

beforeAll(async () => {
  for (const group of groups) {
    const command = new Command(group);
    await addOperations(command, group, []);
    for (const one of [command, ...command.commands]) commands.set(`${group} ${one.name()}`, one);
  }
  for (const { group, name } of all)
    records.set(`${group} ${name}`, await loadOperation(group, name));
});

const recordOf = (key: string) => records.get(key) as Operation;
const commandOf = (key: string) => commands.get(key) as Command;

/** Flags of what is printed and written, which every operation has. */
const OUTPUT = ['out', 'json', 'figures', 'asCode'];

/** A number or a list as help shows it: commas, and 1e-12 or 0.001. */
function readDefault(shown: string): unknown {
  if (!shown.includes(',')) return Number.isNaN(Number(shown)) ? shown : Number(shown);
  return shown.split(',').map(readDefault);
}

describe.each(all.map(({ group, name }) => [`${group} ${name}`, group, name] as const))(
  '%s',
  (key, group, name) => {
    it('shows the defaults of the library, and no other', () => {
      const fields = fieldsOf(recordOf(key).options);
      const flow = recordOf(key).flow;
      const options = commandOf(key).options.filter(
        (option) =>
          /; default: |\(default: /.test(option.description) &&
          !OUTPUT.includes(option.attributeName()),
      );
      // flags of a flow that several commands share are the catalogue's, --precision of a text's model its own
      const shared = flow || recordOf(key).subject === 'any text';
      const own = options.filter((option) => !shared || option.attributeName() in fields);
      const told = own.map((option) => [
        option.attributeName(),
        readDefault(option.description.match(/default: (.*)\)$/)?.[1] ?? ''),
      ]);
      const usual = Object.entries(fields)
        .filter(([field]) => told.some(([shown]) => shown === field) || !flow)
        .filter(([, field]) => field.default !== undefined && field.default !== false)
        .map(([field, { default: value, items }]) => {
          const every = Array.isArray(value) && value.length === items?.enum?.length;
          return [field, every ? 'all' : value];
        });
      expect(Object.fromEntries(told)).toEqual(Object.fromEntries(usual));
    });

    it('says of every option what it means', () => {
      for (const option of commandOf(key).options)
        expect(option.description, option.long ?? '').toMatch(/[a-zβκλ∞]{3,}/);
    });

    it('has flags for all options, and examples of them alone', () => {
      const long = commandOf(key).options.map((option) => option.long);
      const attributes = commandOf(key).options.map((option) => option.attributeName());
      expect(attributes).toEqual(
        expect.arrayContaining(Object.keys(fieldsOf(recordOf(key).options))),
      );
      const used = recordOf(key).examples.flatMap(
        (example) => example.match(/--[a-z][a-z0-9-]*/g) ?? [],
      );
      // those of dynamics come from the catalogue
      const late = recordOf(key).flow ? ['--beta'] : [];
      expect([...long, ...late]).toEqual(expect.arrayContaining(used));
    });

    it('is in OpenAPI, or says why not', () => {
      const { served, summary } = recordOf(key);
      const { paths } = openApi() as { paths: Record<string, { post: { summary: string } }> };
      const path = paths[`/api/${spelled(group, name, '/')}`];
      if (typeof served === 'string') {
        expect(served).toMatch(/^[A-Z].{20,}\.$/);
        expect(path).toBeUndefined();
        return;
      }
      expect(path.post.summary.slice(1)).toBe(summary.slice(1));
      // a server narrows options and adds none; what it leaves out cannot be asked of it
      const names = Object.keys(fieldsOf(recordOf(key).options));
      expect(names).toEqual(expect.arrayContaining(Object.keys(fieldsOf(served))));
    });

    it('is in the library', () => {
      expect(Object.keys(library)).toEqual(expect.arrayContaining([...recordOf(key).library]));
      expect(recordOf(key).library).toHaveLength(recordOf(key).flow ? 2 : 1);
    });

    it('is found by its path', async () => {
      expect(await operationAt(`api/${spelled(group, name, '/')}`)).toBe(recordOf(key));
    });
  },
);

it('finds nothing by another path', async () => {
  for (const path of ['api/limit/depht', 'api/predict', 'api/limit/', 'api/constructor/name'])
    expect(await operationAt(path), path).toBeNull();
});
