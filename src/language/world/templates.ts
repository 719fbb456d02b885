/**
 * The template mini-language as syntax: text → parts. Names are resolved when rules are compiled.
 *
 *   literal words and marks          Mein Lieblingstier ist
 *   a draw                           {y:animal~favourite[home=x.home]!x!z.the}
 *   a field of a drawn variable      {x.plural}
 *   a call of a rule                 <Recall p a>
 */
import { fault } from './fault.ts';

export interface DrawPart {
  readonly kind: 'draw';
  readonly variable: string;
  readonly table: string;
  readonly weight: string;
  readonly filters: readonly { column: string; value: string }[];
  readonly exclusions: readonly string[];
  readonly field: string;
}

export type Part =
  | { readonly kind: 'symbol'; readonly symbol: string }
  | { readonly kind: 'field'; readonly variable: string; readonly field: string }
  | { readonly kind: 'call'; readonly rule: string; readonly names: readonly string[] }
  | DrawPart;

const partPattern =
  /(?<blank>\s+)|\{(?<entry>[^{}<>]*)\}|<(?<call>[^{}<>]*)>|(?<word>[\p{L}\p{N}'’-]+)|(?<mark>[.,!?:])/uy;
const drawPattern =
  /^(?<variable>\w+):(?<table>\w+)(?:~(?<weight>\w+))?(?<filters>(?:\[[^[\]]*\])*)(?<exclusions>(?:!\w+)*)\.(?<field>\w+)$/u;
const fieldPattern = /^(?<variable>\w+)\.(?<field>\w+)$/u;

/** The parts of a template; `at` names it in complaints. */
export function parseTemplate(template: string, at: string): Part[] {
  const parts: Part[] = [];
  let glued = false;
  partPattern.lastIndex = 0;
  for (let index = 0; index < template.length; index = partPattern.lastIndex) {
    const groups = partPattern.exec(template)?.groups;
    if (!groups)
      fault(
        at,
        `cannot read "${template.slice(index, index + 20)}": expected words, {…} or <…>, braces closed`,
      );
    if (groups.blank === undefined && groups.mark === undefined && glued)
      fault(
        at,
        `"${template.slice(index, index + 20)}" is glued to what stands before it: put a blank between`,
      );
    glued = groups.blank === undefined;
    if (glued) parts.push(partOf(groups, at));
  }
  return parts.length > 0 ? parts : fault(at, 'is empty: write at least one word');
}

function partOf(groups: Record<string, string>, at: string): Part {
  if (groups.entry !== undefined) return entryPart(groups.entry, at);
  if (groups.call === undefined) return { kind: 'symbol', symbol: groups.word ?? groups.mark };
  const [rule, ...names] = groups.call.trim().split(/\s+/);
  return rule ? { kind: 'call', rule, names } : fault(at, 'has an empty call <>: name a rule');
}

function entryPart(text: string, at: string): Part {
  const field = fieldPattern.exec(text)?.groups;
  if (field) return { kind: 'field', variable: field.variable, field: field.field };
  const draw = drawPattern.exec(text)?.groups;
  if (!draw)
    fault(
      at,
      `cannot read {${text}}: expected {x:table~weight[column=value]!y.field} or {x.field}`,
    );
  return {
    kind: 'draw',
    variable: draw.variable,
    table: draw.table,
    weight: draw.weight ?? 'weight',
    filters: Array.from(draw.filters.matchAll(/\[([^\]]*)\]/g), ([, filter]) =>
      filterOf(filter, at),
    ),
    exclusions: draw.exclusions.split('!').slice(1),
    field: draw.field,
  };
}

function filterOf(text: string, at: string): { column: string; value: string } {
  const [column, value, ...rest] = text.split('=').map((side) => side.trim());
  if (!column || !value || rest.length > 0)
    fault(at, `cannot read the filter [${text}]: expected [column=x.column] or [column=value]`);
  return { column, value };
}
