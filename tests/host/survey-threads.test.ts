/** Surveys over threads: the numbers of one thread, and errors that keep what they are. */
import { expect, it } from 'vitest';
import { type SurveyedFrame, survey, surveyBy } from '../../src/diagnostics/survey/survey.ts';
import { surveyThreads } from '../../src/host/survey-threads.ts';
import { InputError } from '../../src/numerics/errors.ts';
import { matrix } from '../../src/numerics/matrix.ts';
import { random } from '../../src/numerics/random.ts';

function framesOf(n: number): SurveyedFrame[] {
  return [1, 2, 3].map((seed) => {
    const { gaussian } = random(seed, n);
    const numbers = (length: number) => Float64Array.from({ length }, gaussian);
    const heads = [matrix(n, n, numbers(n * n).map(Math.abs))];
    const states = matrix(n, 12, numbers(12 * n));
    states.data.fill(40, 0, 12);
    return { states, heads, reference: matrix(5, 12, numbers(60)) };
  });
}

it.each([
  [80, 1],
  [80, 2],
  // done before it has reached a thread
  [20, 2],
])('%d tokens on %d threads have the numbers of none', async (n, count) => {
  const { surveyed, close } = surveyThreads(count);
  const options = { surrogates: 2 };
  const found = await surveyBy(surveyed, framesOf(n), options);
  await close();
  expect(found).toEqual(survey(framesOf(n), options));
  expect(found.frames[0].sinks.map(({ token }) => token)).toContain(0);
});

it('an error comes back as what it is', async () => {
  const { surveyed, close } = surveyThreads(2);
  const [frame] = framesOf(70);
  frame.states.data.fill(0, 12, 24);
  await expect(surveyBy(surveyed, [frame])).rejects.toThrow(InputError);
  await expect(surveyBy(surveyed, [frame])).rejects.toThrow(/token 1 of frame 0 is 0/);
  await close();
});
