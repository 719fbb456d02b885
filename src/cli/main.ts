/**
 * The command line. Each command is a file under commands/ that describes it with little loaded, and
 * loads what it needs when it runs: a cold start pays only for its own command.
 */
import { Command } from 'commander';
import { packageVersion } from '../host/package.ts';
import type { Services } from '../host/services.ts';
import { GROUPS, type Group } from '../operations/catalogue.ts';
import { catalogueCommand } from './commands/catalogue.ts';
import { evaluateCommand } from './commands/evaluate.ts';
import { experimentCommand } from './commands/experiment.ts';
import { inspectCommand } from './commands/inspect.ts';
import { modelsCommand } from './commands/models.ts';
import { portraitCommand } from './commands/portrait.ts';
import { predictCommand } from './commands/predict.ts';
import { serveCommand } from './commands/serve.ts';
import { simulateCommand } from './commands/simulate.ts';
import { sweepCommand } from './commands/sweep.ts';
import { traceCommand } from './commands/trace.ts';
import { trainCommand } from './commands/train.ts';
import { reportFailure } from './failure.ts';
import { once } from './flags.ts';

const groups = Object.keys(GROUPS) as Group[];

/** Every command, in the order of the help. A new one is a file beside these and a line here. */
const commands: readonly ((services: Services) => Command)[] = [
  predictCommand,
  traceCommand,
  inspectCommand,
  portraitCommand,
  simulateCommand,
  sweepCommand,
  ...groups.map((group) => () => new Command(group).description(GROUPS[group])),
  experimentCommand,
  trainCommand,
  evaluateCommand,
  modelsCommand,
  catalogueCommand,
  serveCommand,
];

const HELP = `
Examples:
  schmetterling predict "Mein Lieblingstier ist __"
  schmetterling trace "Mein Lieblingstier ist __" --out runs/lieblingstier
  schmetterling serve

Exit codes: 0 done, 1 failed, 2 wrong usage, 75 told to end before the work was done (sweep task).`;

/** Runs one command line (without node and script) and returns its exit code. */
export async function run(args: readonly string[], services: Services): Promise<number> {
  const program = createProgram(services);
  await addLate(program, args);
  try {
    await program.parseAsync(args, { from: 'user' });
    return 0;
  } catch (error) {
    return reportFailure(error, program, args);
  }
}

function createProgram(services: Services): Command {
  const program = new Command('schmetterling')
    .description(
      'A sentence with a blank flows through an attention-only model, and out come the answers.',
    )
    .version(packageVersion())
    .addHelpText('after', HELP);
  throwing(program);
  for (const create of commands) program.addCommand(throwing(create(services)));
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
