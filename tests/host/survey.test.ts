/** The survey of texts in models. */
import { expect, it } from 'vitest';
import { readModel } from '../../src/host/models.ts';
import { inspectText } from '../../src/language/inspect-text.ts';
import { textSurveyReport } from '../../src/language/survey-report.ts';
import { surveyText } from '../../src/language/survey-text.ts';
import { trace, traceToJson } from '../../src/language/trace.ts';
import { resultToJson } from '../../src/numerics/result-json.ts';
import { folderOf, plainOf, textOf } from './pretrained-folder.ts';

const { ids } = plainOf('gemma3');
const model = readModel(folderOf('gemma3'), { precision: 'float64' });

it('has the cosines of the trace, frame by frame', () => {
  const found = surveyText(model, textOf(ids), { surrogates: 3 });
  const { diagnostics } = trace(model, textOf(ids));
  expect(found.frames.map(({ plain }) => plain.all.cosineMean)).toBeAllClose(
    diagnostics.cosine_mean as number[],
    { absolute: 1e-12 },
  );
  // what attention and MLP change is all that changes
  const { energies } = found;
  for (const [k, { energy, attention, mlp }] of energies.entries())
    if (k > 0)
      expect((attention as number) + (mlp as number)).toBeCloseTo(
        energy - energies[k - 1].energy,
        14,
      );
  expect(energies.map(({ energy }) => energy)).toBeAllClose(diagnostics.energy as number[], {
    absolute: 1e-12,
  });
  const { columns, figure, findings } = textSurveyReport(found);
  for (const { values } of columns) expect(values).toHaveLength(found.frames.length);
  expect(figure.panels).toHaveLength(found.frames.length);
  expect(findings.length).toBeGreaterThan(2);
});

it('centres by a reference text, and refuses one that is empty', () => {
  const other = surveyText(model, textOf(ids), { surrogates: 0, reference: textOf(ids.slice(3)) });
  const own = surveyText(model, textOf(ids), { surrogates: 0 });
  expect([own.centre, other.centre]).toEqual(['frame', 'reference']);
  expect(other.frames[1].centred?.all.cosineMean).not.toBe(own.frames[1].centred?.all.cosineMean);
  expect(other.frames[1].plain).toEqual(own.frames[1].plain);
  expect(() => surveyText(model, textOf(ids), { reference: ' ' })).toThrow(
    /reference text is empty/,
  );
  expect(() => surveyText(model, 'w1')).toThrow(/1 token has no pairs/);
});

it('is the same beside a trace and an inspection, whose own numbers stay', () => {
  const text = textOf(ids);
  const asked = { surrogates: 3, reference: textOf(ids.slice(2)) };
  const alone = surveyText(model, text, asked);
  const { survey: traced, ...rest } = trace(model, text, { frames: 2, survey: asked });
  expect(traced).toEqual(alone);
  expect(rest).toEqual(trace(model, text, { frames: 2 }));
  expect(traceToJson({ ...rest, survey: traced }).survey).toEqual(resultToJson(alone));
  const { survey: inspected, ...diagnosed } = inspectText(model, text, { survey: asked });
  expect(inspected).toEqual(alone);
  expect(diagnosed).toEqual(inspectText(model, text));
  for (const run of [trace, inspectText]) {
    expect(() => run(model, text, { survey: { reference: ' ' } })).toThrow(
      /reference text is empty/,
    );
    expect(() => run(model, 'w1', { survey: {} })).toThrow(/1 token has no pairs/);
  }
});

it('says what two tokens and few surrogates cannot', () => {
  const findingsOf = (text: string, surrogates: number) =>
    textSurveyReport(surveyText(model, text, { surrogates })).findings.join('\n');
  expect(findingsOf('w1 w2', 20)).toMatch(/2 tokens cannot be centred by their own mean/);
  expect(findingsOf('w1 w2', 20)).toMatch(/directions: fewer than three have no clusters/);
  expect(findingsOf(textOf(ids), 5)).toMatch(/5 surrogates p is 0.17 at least.*take 19 or more/);
  expect(findingsOf(textOf(ids), 19)).toMatch(/^directions: .*clusters beyond chance/m);
});
