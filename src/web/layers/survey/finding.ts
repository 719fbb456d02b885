/** A finding of clusters against chance, in the page's words: of a survey's layer, or of a layer alone at a time. */
import { isUnusual } from '../../../diagnostics/survey/told.ts';
import type { SurveyReply } from '../../api.ts';
import { decimal } from '../../format.ts';
import type { Page } from '../../page.ts';

export type Finding = NonNullable<SurveyReply['frames'][number]['plain']['all']['clusters']>;

/** Where clusters last longest, and whether that is chance; `what` is of whom. */
export function findingText(
  { words, state }: Page,
  what: string,
  found: Finding | null | undefined,
): string {
  const { language } = state.get();
  const number = (value: number) => decimal(value, language, 2);
  if (!found) return words.survey.noClusters(what);
  const { count, from, to, chance, unusual } = found;
  if (to === from) return words.survey.allTogether(what, number(to));
  const told = words.survey.clusters(what, count, number(from), number(to));
  if (chance === null || unusual === null) return told;
  const against = words.survey.against(
    number(to / from),
    number(chance.mean),
    number(chance.most),
    decimal(unusual, language, 3),
  );
  return `${told} ${against} ${isUnusual(found) ? words.survey.unusual : words.survey.usual}`;
}
