/**
 * Interventions of a reader in the flow: heads and MLPs that say nothing, and β scaled, in one layer or in all. As
 * text in the address: `2.5:off,0:2,*:0.5,mlp.3:off` switches head 2 (from 0) off in layer 5, doubles β of head 0,
 * halves that of all, and switches the MLP of layer 3 off.
 */
import type { InterventionOptions } from '../language/interventions.ts';

/** A head from 0, all of them (null), or the MLP, which knows only off. */
export type Part = number | 'mlp' | null;

export interface Intervention {
  readonly head: Part;
  /** From 1; null is all of them. */
  readonly layer: number | null;
  /** What β is multiplied by; null switches the head off. */
  readonly factor: number | null;
}

/** As the server and the library take them. */
export interface Interventions {
  readonly ablate: NonNullable<InterventionOptions['ablate']>;
  readonly scaleBeta: Exclude<InterventionOptions['scaleBeta'], number | undefined>;
  readonly ablateMlp?: NonNullable<InterventionOptions['ablateMlp']>;
}

const one = /^(\*|mlp|\d{1,3})(?:\.(\d{1,3}))?:(off|\d{1,2}(?:\.\d{1,3})?)$/;

/** The interventions in a text; what cannot be read is left out. */
export function readInterventions(text: string): Intervention[] {
  return text.split(',').flatMap((part) => {
    const [, head, layer, what] = one.exec(part.trim()) ?? [];
    if (what === undefined || (head === '*' && what === 'off')) return [];
    if (head === 'mlp' && what !== 'off') return [];
    return [
      {
        head: head === '*' ? null : head === 'mlp' ? head : Number(head),
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

/**
 * null where nothing is changed. `layers`: of a model with layers of its own, which have MLPs; for others 0, and what
 * is said of MLPs is left out.
 */
export function interventionsOf(text: string, layers = 0): Interventions | null {
  const all = readInterventions(text);
  const mlps = layers > 0 ? all.filter(({ head }) => head === 'mlp') : [];
  const ofHeads = all.flatMap(({ head, layer, factor }) =>
    head === 'mlp'
      ? []
      : [{ factor, place: { ...(head !== null && { head }), ...(layer !== null && { layer }) } }],
  );
  if (ofHeads.length + mlps.length === 0) return null;
  const every = Array.from({ length: layers }, (_, i) => i + 1);
  const ablateMlp = new Set(mlps.flatMap(({ layer }) => layer ?? every));
  return {
    ablate: ofHeads.flatMap(({ factor, place: { head, ...place } }) =>
      factor === null && head !== undefined ? [{ head, ...place }] : [],
    ),
    scaleBeta: ofHeads.flatMap(({ factor, place }) =>
      factor === null ? [] : [{ factor, ...place }],
    ),
    ...(ablateMlp.size > 0 && { ablateMlp: [...ablateMlp] }),
  };
}
