/** What a call refuses: the field and the message of its InputError. */
import { InputError } from '../../src/numerics/errors.ts';

export function refusal(call: () => unknown): { field: string; message: string } {
  try {
    call();
  } catch (error) {
    if (error instanceof InputError) return { field: error.field, message: error.message };
    throw error;
  }
  throw new Error('nothing was refused');
}
