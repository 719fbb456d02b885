/**
 * Interventions of a reader in the flow: heads that say nothing, and β scaled, in one layer or in all. As
 * text in the address: `2.5:off,0:2,*:0.5` switches head 2 (from 0) off in layer 5, doubles β of head 0
 * and halves that of all.
 */
import type { InterventionOptions } from '../language/interventions.ts';

export interface Intervention {
  /** From 0; null is all of them. */
  readonly head: number | null;
  /** From 1; null is all of them. */
  readonly layer: number | null;
  /** What β is multiplied by; null switches the head off. */
  readonly factor: number | null;
}

/** As the server and the library take them. */
export interface Interventions {
  readonly ablate: NonNullable<InterventionOptions['ablate']>;
  readonly scaleBeta: Exclude<InterventionOptions['scaleBeta'], number | undefined>;
}

const one = /^(\*|\d{1,3})(?:\.(\d{1,3}))?:(off|\d{1,2}(?:\.\d{1,3})?)$/;

/** The interventions in a text; what cannot be read is left out. */
export function readInterventions(text: string): Intervention[] {
  return text.split(',').flatMap((part) => {
    const [, head, layer, what] = one.exec(part.trim()) ?? [];
    if (what === undefined || (head === '*' && what === 'off')) return [];
    return [
      {
        head: head === '*' ? null : Number(head),
        layer: layer === undefined ? null : Number(layer),
        factor: what === 'off' ? null : Number(what),
      },
    ];
  });
}

export function writeInterventions(interventions: readonly Intervention[]): string {
  return interventions
    .map(({ head, layer, factor }) => {
      const place = `${head ?? '*'}${layer === null ? '' : `.${layer}`}`;
      return `${place}:${factor ?? 'off'}`;
    })
    .join(',');
}

const isSilence = ({ factor }: Intervention) => factor === null;

/** Whether two interventions speak of the same thing: the same head and layer, and both of silence or both of β. */
const isSame = (a: Intervention, b: Intervention) =>
  a.head === b.head && a.layer === b.layer && isSilence(a) === isSilence(b);

/** With an intervention in the place of an earlier one of the same; a factor of 1 is none. */
export function withIntervention(
  interventions: readonly Intervention[],
  intervention: Intervention,
): Intervention[] {
  const rest = withoutIntervention(interventions, intervention);
  return intervention.factor === 1 ? rest : [...rest, intervention];
}

export function withoutIntervention(
  interventions: readonly Intervention[],
  intervention: Intervention,
): Intervention[] {
  return interventions.filter((other) => !isSame(other, intervention));
}

/** null where nothing is changed. */
export function interventionsOf(text: string): Interventions | null {
  const interventions = readInterventions(text);
  if (interventions.length === 0) return null;
  const placed = ({ head, layer }: Intervention) => ({
    ...(head !== null && { head }),
    ...(layer !== null && { layer }),
  });
  return {
    ablate: interventions.flatMap((intervention) =>
      intervention.factor === null && intervention.head !== null
        ? [{ head: intervention.head, ...placed(intervention) }]
        : [],
    ),
    scaleBeta: interventions.flatMap((intervention) =>
      intervention.factor === null
        ? []
        : [{ factor: intervention.factor, ...placed(intervention) }],
    ),
  };
}
