/**
 * What a reader changes in the flow: heads that say nothing, and β scaled, in one layer or in all. As
 * text in the address: `2.5:off,0:2,*:0.5` switches head 2 (from 0) off in layer 5, doubles β of head 0
 * and halves that of all.
 */

export interface Change {
  /** From 0; null is all of them. */
  readonly head: number | null;
  /** From 1; null is all of them. */
  readonly layer: number | null;
  /** What β is multiplied by; null switches the head off. */
  readonly factor: number | null;
}

/** As the server and the library take them. */
export interface Interventions {
  readonly ablate: { readonly head: number; readonly layer?: number }[];
  readonly scaleBeta: {
    readonly factor: number;
    readonly head?: number;
    readonly layer?: number;
  }[];
}

const one = /^(\*|\d{1,3})(?:\.(\d{1,3}))?:(off|\d{1,2}(?:\.\d{1,3})?)$/;

/** The changes in a text; what cannot be read is left out. */
export function readChanges(text: string): Change[] {
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

export function writeChanges(changes: readonly Change[]): string {
  return changes
    .map(({ head, layer, factor }) => {
      const place = `${head ?? '*'}${layer === null ? '' : `.${layer}`}`;
      return `${place}:${factor ?? 'off'}`;
    })
    .join(',');
}

const isSilence = ({ factor }: Change) => factor === null;

/** Whether two changes speak of the same thing: the same head and layer, and both of silence or both of β. */
const isSame = (a: Change, b: Change) =>
  a.head === b.head && a.layer === b.layer && isSilence(a) === isSilence(b);

/** With a change in the place of an earlier one of the same; a factor of 1 is no change. */
export function withChange(changes: readonly Change[], change: Change): Change[] {
  const rest = withoutChange(changes, change);
  return change.factor === 1 ? rest : [...rest, change];
}

export function withoutChange(changes: readonly Change[], change: Change): Change[] {
  return changes.filter((other) => !isSame(other, change));
}

/** null where nothing is changed. */
export function interventionsOf(text: string): Interventions | null {
  const changes = readChanges(text);
  if (changes.length === 0) return null;
  const placed = ({ head, layer }: Change) => ({
    ...(head !== null && { head }),
    ...(layer !== null && { layer }),
  });
  return {
    ablate: changes.flatMap((change) =>
      change.factor === null && change.head !== null
        ? [{ head: change.head, ...placed(change) }]
        : [],
    ),
    scaleBeta: changes.flatMap((change) =>
      change.factor === null ? [] : [{ factor: change.factor, ...placed(change) }],
    ),
  };
}
