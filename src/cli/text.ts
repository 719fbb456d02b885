/** The text a command works on: its argument, or standard input for `-`. */
import { InputError } from '../numerics/errors.ts';

/** Throws InputError (field `text`) when none is given or standard input is not UTF-8. */
export async function givenText(argument: string | undefined): Promise<string> {
  if (argument === undefined)
    throw new InputError(
      'text',
      'no text is given, expected a sentence: add one, such as "Mein Lieblingstier ist __", or - to read standard input',
    );
  if (argument !== '-') return argument;
  const { readStdinText } = await import('../host/stdin.ts');
  return readStdinText();
}
