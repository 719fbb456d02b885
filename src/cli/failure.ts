/** From an error to one line on standard error and an exit code: 2 for wrong usage, 1 for everything else. */
import { type Command, CommanderError } from 'commander';
import { KnownError } from '../numerics/errors.ts';
import { printable } from '../numerics/printable.ts';

const SHOWN = new Set(['commander.helpDisplayed', 'commander.version']);

/** Says what went wrong, where that has not been done, and returns the exit code. */
export function reportFailure(error: unknown, program: Command, args: readonly string[]): number {
  if (error instanceof CommanderError) return reportUsage(error, program, args);
  say(error instanceof Error ? error.message : String(error));
  return error instanceof KnownError ? error.exitCode : 1;
}

function reportUsage(error: CommanderError, program: Command, args: readonly string[]): number {
  if (SHOWN.has(error.code)) return 0;
  if (error.code === 'commander.help') return 2;
  const message = error.message.replace(/^error: /, '');
  say(`${message}${remedy(error.code, program, args)}`);
  return 2;
}

/** What would have been valid. */
function remedy(code: string, program: Command, args: readonly string[]): string {
  const command = program.commands.find((one) => one.name() === args[0]);
  const nested = command?.commands.find((one) => one.name() === args[1]);
  const owner = nested ?? command ?? program;
  if (code === 'commander.unknownCommand')
    return `; valid are ${(command ?? program).commands.map((one) => one.name()).join(', ')}`;
  if (code === 'commander.unknownOption')
    return `; valid are ${owner.options.map((option) => option.long).join(', ')}, --help`;
  const names = ['schmetterling', command?.name(), nested?.name()].filter((name) => name);
  return `; see ${names.join(' ')} --help`;
}

/** One line, whatever the message holds. */
function say(message: string): void {
  process.stderr.write(`schmetterling: ${printable(message.replace(/\s*\n\s*/g, ' '))}\n`);
}
