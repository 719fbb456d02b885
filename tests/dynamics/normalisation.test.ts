/** regulate() against the formulas of arXiv 2510.22026: s_i and ṙ_i of every scheme. */
import { describe, expect, it } from 'vitest';
import { dynamicsNamed } from '../../src/dynamics/catalogue.ts';
import {
  NORMALISATIONS,
  type Normalisation,
  type NormalisationSettings,
  regulate,
} from '../../src/dynamics/normalisation.ts';
import { completeParameters } from '../../src/dynamics/parameters.ts';

const settings = (scheme: Normalisation): NormalisationSettings => ({
  scheme,
  initialRadius: 1,
  alpha: 0.3,
  switchTime: 2,
});

const particle = { time: 1, radius: 4, along: 0.6, length: 0.8, step: 0 };

describe('regulate', () => {
  it.each<[Normalisation, number, number, number]>([
    ['post', 1, 1, 0],
    ['pre', 1, 1 / 4, 0.6],
    ['peri', 1, 1 / (4 * 0.8), 0.6 / 0.8],
    ['ngpt', 1, 0.3 / 0.8, 0],
    ['mixed', 1.999, 1, 0],
    ['mixed', 2, 1 / 4, 0.6],
  ])('%s at time %d: 1/s = %d, ṙ = %d', (scheme, time, speed, radiusRate) => {
    const found = regulate(settings(scheme), { ...particle, time });
    expect(found.speed).toBeCloseTo(speed, 15);
    expect(found.radiusRate).toBeCloseTo(radiusRate, 15);
  });

  it('a particle that nothing moves rests, in every scheme', () => {
    for (const scheme of NORMALISATIONS) {
      const { speed, radiusRate } = regulate(settings(scheme), {
        ...particle,
        along: 0,
        length: 0,
      });
      expect(speed * 0).toBe(0);
      expect(radiusRate).toBe(0);
    }
  });

  it('says NaN where a radius that divides is not positive, so that a run stops there', () => {
    for (const radius of [0, -1]) {
      for (const scheme of ['pre', 'peri'] as const)
        expect(regulate(settings(scheme), { ...particle, radius }).speed).toBeNaN();
      for (const scheme of ['post', 'ngpt'] as const)
        expect(regulate(settings(scheme), { ...particle, radius }).speed).toBeGreaterThan(0);
    }
  });
});

describe('the entry', () => {
  const entry = dynamicsNamed('normalised');

  it('reads its settings from its parameters', () => {
    const given = {
      normalisation: 'mixed',
      initial_radius: 3,
      alpha: 0.5,
      switch_time: 7,
    };
    const parameters = completeParameters(entry, given, 3);
    expect(entry.normalisation?.(parameters)).toEqual({
      scheme: 'mixed',
      initialRadius: 3,
      alpha: 0.5,
      switchTime: 7,
    });
  });

  it('breaks at the switch of mixed only', () => {
    const breaks = (normalisation: string) =>
      entry.breakpoints?.(completeParameters(entry, { normalisation, switch_time: 7 }, 3));
    expect(breaks('mixed')).toEqual([7]);
    expect(breaks('pre')).toEqual([]);
  });
});
