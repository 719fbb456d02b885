/** Every fixture against the reference library: states, attentions, parts and logits, in both precisions. */
import { describe, expect, it } from 'vitest';
import { readNetwork } from '../../src/host/pretrained.ts';
import { FAMILIES } from '../../src/pretrained/families.ts';
import type { Network } from '../../src/pretrained/network.ts';
import { PRECISIONS } from '../../src/pretrained/precision.ts';
import {
  configOf,
  fixtureFolder,
  fixtureNames,
  type Reference,
  referencesOf,
  relativeError,
} from './fixtures.ts';

/** Of the largest entry. */
const TOLERANCE = { float32: 1e-5, float64: 1e-9 };

/** What differs by more than the tolerance: name and error. */
function faults(network: Network, reference: Reference): [string, number][] {
  const { ids, types: typeIds } = reference;
  const { states, attentions, parts } = network.run(ids, {
    typeIds,
    attentions: true,
    parts: true,
  });
  const last = states.length - 1;
  const errors: [string, number][] = [];
  const compare = (
    name: string,
    found: Parameters<typeof relativeError>[0],
    wanted: Float64Array,
  ) => errors.push([name, relativeError(found, wanted)]);
  const hidden = reference.list('hidden');
  expect(states).toHaveLength(hidden.length);
  expect([attentions.length, parts.length]).toEqual([last, last]);
  for (const [k, wanted] of hidden.entries())
    compare(`hidden.${k}`, k === last ? network.finished(states[k]) : states[k], wanted);
  for (const [k, wanted] of reference.list('attention').entries())
    compare(`attention.${k}`, attentions[k], wanted);
  for (const [k, wanted] of reference.list('parts').entries())
    compare(`parts.${k}`, parts[k], wanted);
  const before = reference.one('last');
  if (before) compare('last', states[last], before);
  const logits = reference.one('logits');
  // the embedding alone may be the head, also of a file that was saved without one
  const { transform, tied } = network.architecture.head;
  expect(network.hasHead).toBe(logits !== undefined || (tied && transform === null));
  if (logits) compare('logits', network.logits(states[last]), logits);
  return errors.filter(([, error]) => !(error <= TOLERANCE[network.precision]));
}

describe.each(fixtureNames)('%s', (name) => {
  it.each(PRECISIONS)('agrees with the reference library in %s', (precision) => {
    const network = readNetwork(fixtureFolder(name), { precision });
    for (const reference of referencesOf(name))
      expect(faults(network, reference), reference.file).toEqual([]);
  });
});

describe('families and fixtures', () => {
  const used = new Set(fixtureNames.map((name) => configOf(name).model_type));
  const known = FAMILIES.flatMap(({ modelTypes }) => modelTypes);

  it('every family has a fixture of each of its types', () => {
    expect(known.filter((type) => !used.has(type))).toEqual([]);
  });

  it('every fixture has a family', () => {
    expect([...used].filter((type) => !known.some((own) => own === type))).toEqual([]);
  });
});
