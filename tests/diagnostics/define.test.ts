/** Diagnostics of one's own: what they are given, what is refused, and in a simulation. */
import { describe, expect, it } from 'vitest';
import { diagnose } from '../../src/diagnostics/catalogue.ts';
import {
  type DiagnosticDefinition,
  defineDiagnostic,
  type MeasuredParticles,
} from '../../src/diagnostics/define.ts';
import { simulate } from '../../src/flow/simulation.ts';
import { simulationSettings } from '../../src/flow/simulation-settings.ts';
import { refusal } from '../dynamics/refusal.ts';
import { onCircle } from './configurations.ts';

const mine = (measure: DiagnosticDefinition['measure']) =>
  defineDiagnostic({ name: 'mine', measure });

describe('a diagnostic of one’s own', () => {
  it('measures frames beside those of the catalogue', async () => {
    const file = new URL('../../examples/own-diagnostic.mjs', import.meta.url);
    const module: { default: DiagnosticDefinition } = await import(file.href);
    const frames = [{ positions: onCircle([0, 1, 3]) }, { positions: onCircle([0.5, 0.5, 0.5]) }];
    const { diagnostics } = diagnose(frames, [defineDiagnostic(module.default)]);
    expect(diagnostics.widest_gap[0]).toBeCloseTo(2 * Math.PI - 3, 14);
    expect(diagnostics.widest_gap[1]).toBeCloseTo(2 * Math.PI, 14);
  });

  it('is given copies of the particles, with velocity and earlier frames', async () => {
    const seen: MeasuredParticles[] = [];
    const own = mine((particles) => {
      seen.push(structuredClone(particles));
      particles.positions.fill(7);
      particles.masses.fill(7);
      return particles.n;
    });
    const options = { n: 5, d: 3, time: 1, parameters: { beta: 2 }, saveAt: [0, 0.5, 1] };
    const { frames } = await simulate({ ...options, diagnostics: [own, 'energy'] });
    const alone = await simulate({ ...options, diagnostics: ['energy'] });
    expect(frames.map(({ positions }) => positions)).toEqual(
      alone.frames.map(({ positions }) => positions),
    );
    expect(frames.map(({ diagnostics }) => diagnostics)).toEqual(
      alone.frames.map(({ diagnostics: { energy } }) => ({ mine: 5, energy })),
    );
    const [first, , last] = seen.slice(-3);
    expect(first).toMatchObject({
      n: 5,
      d: 3,
      beta: 2,
      space: 'sphere',
      delta: 0.001,
      previous: null,
    });
    expect(last.positions).toEqual(frames[2].positions.data);
    expect(last.previous).toEqual(frames[1].positions.data);
    expect(last.initial).toEqual(frames[0].positions.data);
    expect(last.masses).toEqual(new Float64Array(5).fill(0.2));
    expect(last.velocity?.some((value) => value !== 0)).toBe(true);
  });

  it('is null, and noted, where its number is not finite', () => {
    const { diagnostics, notes } = diagnose(
      [{ positions: onCircle([0]) }],
      [mine(() => Number.POSITIVE_INFINITY)],
    );
    expect([diagnostics.mine, notes.mine]).toEqual([[null], 'not a finite number (Infinity)']);
  });

  it.each<[string, () => number | null, RegExp]>([
    [
      'throws',
      () => {
        throw new Error('no such thing');
      },
      /^diagnostic mine does not run \(no such thing\): correct its measure$/,
    ],
    ['returns nothing', () => undefined as unknown as null, /mine is missing: expected a number/],
    ['returns a list', () => [1] as unknown as number, /mine is \[1\]: expected a number/],
    ['is random', Math.random, /of the same particles: expected one number/],
  ])('that %s is refused before a run', (_, measure, message) => {
    const { field, message: said } = refusal(() =>
      simulationSettings({ diagnostics: [mine(measure)] }),
    );
    expect(field).toBe('diagnostics');
    expect(said).toMatch(message);
  });

  it.each<[object, RegExp]>([
    [{ name: 'mine' }, /measure is missing: expected a function/],
    [{ name: 'Mine', measure: () => 0 }, /expected lower-case letters/],
    [{ name: 'energy', measure: () => 0 }, /name is "energy", which is taken/],
    [{ name: 'time', measure: () => 0 }, /name is "time", which is taken/],
    [{ name: 'mine', measur: () => 0 }, /did you mean "measure"\?/],
  ])('%o is refused', (definition, message) => {
    expect(() => defineDiagnostic(definition as DiagnosticDefinition)).toThrow(message);
  });

  it('stands once, and is defined', () => {
    const own = mine(() => 0);
    const refused = (diagnostics: unknown) =>
      refusal(() => simulationSettings({ diagnostics } as object)).message;
    expect(refused([own, 'energy', own])).toMatch(/diagnostics has mine twice/);
    expect(refused([{ name: 'mine', measure: () => 0 }])).toMatch(/expected names of diagnostics/);
  });
});
