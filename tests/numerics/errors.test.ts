/** Errors carry their meaning through JSON, and every face reads the same of it. */
import { describe, expect, it } from 'vitest';
import * as errors from '../../src/numerics/errors.ts';
import { problemDetailsOf as serverProblem } from '../../src/server/problem-details.ts';
import { failureOf as pageProblem } from '../../src/web/failure.ts';

const { errorFromJson, errorToJson, KnownError } = errors;

const examples = [
  new errors.InputError('depth', 'depth is 0: expected 1 to 512'),
  new errors.LimitError('text', 'the text has 300 tokens, expected at most 128'),
  new errors.DamagedFileError('model.safetensors ends early: copy it again'),
  new errors.DivergedError(1.5, 12, 'after time 1.5 the flow is not finite: take a smaller step'),
  new errors.ConvergenceError('the residual is 0.1 after 100 sweeps: allow more'),
  new errors.UnfinishedError('3 of 4 cells are still to be run: begin the task again'),
];

it('has an example of every class of errors', () => {
  const classes = Object.values(errors).filter(
    (value) => typeof value === 'function' && value.prototype instanceof KnownError,
  );
  expect(new Set(examples.map((error) => error.constructor))).toEqual(new Set(classes));
});

describe.each(examples)('$name', (error) => {
  it('is itself again after JSON and after the way between threads', () => {
    for (const copy of [
      JSON.parse(JSON.stringify(errorToJson(error))),
      structuredClone(errorToJson(error)),
    ]) {
      const back = errorFromJson(copy);
      expect(back.constructor).toBe(error.constructor);
      expect({ ...back, message: back.message }).toEqual({ ...error, message: error.message });
    }
  });

  it('is the same problem from the server and in the page without one', () => {
    const server = serverProblem(error, () => expect.unreachable('it is known'));
    const { title: _, ...page } = pageProblem(error);
    expect(page).toEqual(server);
    expect(server).toEqual({ status: error.status, detail: error.message, ...error.details });
  });
});

it('keeps the message of what is none of them', () => {
  expect(errorFromJson(errorToJson(new TypeError('x is no function'))).message).toBe(
    'x is no function',
  );
  expect(errorToJson('words')).toEqual({ name: 'Error', message: 'words' });
  expect(errorFromJson({ name: 'constructor', message: 'm' })).toBeInstanceOf(Error);
});
