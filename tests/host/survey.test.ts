/** The survey of texts in models. */
import { expect, it } from 'vitest';
import { readModel } from '../../src/host/models.ts';
import { textSurveyReport } from '../../src/language/survey-report.ts';
import { surveyText } from '../../src/language/survey-text.ts';
import { trace } from '../../src/language/trace.ts';
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
