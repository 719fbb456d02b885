/**
 * The command line. Each command is a file under commands/, loaded when it is asked for, and loads the rest when it
 * runs: a cold start pays only for its own command.
 */
import { Command } from 'commander';
import { packageVersion } from '../host/package.ts';
import type { Services } from '../host/services.ts';
import { GROUPS, type Group } from '../operations/catalogue.ts';
import { reportFailure } from './failure.ts';
import { once } from './flags.ts';

const groups = Object.keys(GROUPS) as Group[];

/** Every command, in the order of the help. A new one is a file under commands/ and a line here. */
const COMMANDS: Readonly<Record<string, (services: Services) => Promise<Command>>> = {
  predict: async () => (await import('./commands/predict.ts')).predictCommand(),
  trace: async () => (await import('./commands/trace.ts')).traceCommand(),
  inspect: async () => (await import('./commands/inspect.ts')).inspectCommand(),
  portrait: async () => (await import('./commands/portrait.ts')).portraitCommand(),
  simulate: async () => (await import('./commands/simulate.ts')).simulateCommand(),
  sweep: async () => (await import('./commands/sweep.ts')).sweepCommand(),
  ...Object.fromEntries(
    groups.map((group) => [group, async () => new Command(group).description(GROUPS[group])]),
  ),
  experiment: async () => (await import('./commands/experiment.ts')).experimentCommand(),
  train: async () => (await import('./commands/train.ts')).trainCommand(),
  evaluate: async () => (await import('./commands/evaluate.ts')).evaluateCommand(),
  models: async () => (await import('./commands/models.ts')).modelsCommand(),
  catalogue: async () => (await import('./commands/catalogue.ts')).catalogueCommand(),
  serve: async (services) => (await import('./commands/serve.ts')).serveCommand(services),
};

const HELP = `
Examples:
  schmetterling predict "Mein Lieblingstier ist __"
  schmetterling trace "Mein Lieblingstier ist __" --out runs/lieblingstier
  schmetterling serve

Exit codes: 0 done, 1 failed, 2 wrong usage, 75 told to end before the work was done (sweep task).`;

/** Runs one command line (without node and script) and returns its exit code. */
export async function run(args: readonly string[], services: Services): Promise<number> {
  const program = await createProgram(args, services);
  await addLate(program, args);
  try {
    await program.parseAsync(args, { from: 'user' });
    return 0;
  } catch (error) {
    return reportFailure(error, program, args);
  }
}

/** With the command that is asked for; with all of them where that is none, for the help and for near names. */
async function createProgram(args: readonly string[], services: Services): Promise<Command> {
  const program = new Command('schmetterling')
    .description(
      'A sentence with a blank flows through an attention-only model, and out come the answers.',
    )
    .version(packageVersion())
    .addHelpText('after', HELP);
  throwing(program);
  const asked = args.find((arg) => arg !== 'help');
  const create =
    asked !== undefined && Object.hasOwn(COMMANDS, asked) ? COMMANDS[asked] : undefined;
  for (const command of create ? [create] : Object.values(COMMANDS))
    program.addCommand(throwing(await command(services)));
  return program;
}

/** Subcommands and flags that are made from catalogues: commands that are not named do not pay for reading them. */
async function addLate({ commands }: Command, args: readonly string[]): Promise<void> {
  const named = commands.filter((command) => args.includes(command.name()));
  for (const command of named) {
    const group = groups.find((name) => name === command.name());
    if (group) {
      const { addOperations } = await import('./operations/command.ts');
      await addOperations(command, group, args);
    }
    const nested = nestedOf(command, args);
    const flows = (nested ? [nested] : [command, ...command.commands]).filter(takesDynamics);
    if (flows.length > 0) {
      const { addCatalogueFlags } = await import('./simulation/flags.ts');
      flows.forEach(addCatalogueFlags);
    }
    throwing(command);
  }
}

/** Which of its subcommands is asked for, such as `status` of `sweep status`. */
const nestedOf = (command: Command, args: readonly string[]) =>
  command.commands.find((one) => one.name() === args[args.indexOf(command.name()) + 1]);

const takesDynamics = ({ options }: Command) => options.some(({ long }) => long === '--dynamics');

/** Failures come back as errors, so that one place words them. */
function throwing(command: Command): Command {
  for (const nested of command.commands) throwing(nested);
  return once(command)
    .exitOverride()
    .configureOutput({ outputError: () => {} });
}
