/** The parts of the page that need no browser: sentence, state, requests, projection, geometry. */
import { describe, expect, test } from 'vitest';
import type { DepthReply } from '../../src/web/api.ts';
import { sameRuns } from '../../src/web/depth/lines.ts';
import { percent, visibleAnswer, visibleToken } from '../../src/web/format.ts';
import { placeLabels, roundTicks } from '../../src/web/layers/geometry.ts';
import { along, basisOf } from '../../src/web/layers/projection.ts';
import { comparedAnswers } from '../../src/web/predict/comparison.ts';
import { runs } from '../../src/web/predict/layer-runs.ts';
import {
  appendBlank,
  blanks,
  endsInBlank,
  moveBlank,
  pieces,
  splitTargets,
} from '../../src/web/sentence.ts';
import { defaults, readFragment, type State, writeFragment } from '../../src/web/state.ts';
import { createResource } from '../../src/web/store.ts';

describe('sentence', () => {
  test.each(['Mein Lieblingstier ist __', 'Größe: [MASK]! “quoted”, it’s _ ok…', '', '  🦋 __x'])(
    'pieces of %j lose nothing',
    (text) => {
      expect(
        pieces(text)
          .map((piece) => piece.text)
          .join(''),
      ).toBe(text);
    },
  );

  test('knows blanks and where they stand', () => {
    expect(blanks('a __ b [MASK] c _').map(({ text }) => text)).toEqual(['__', '[MASK]', '_']);
    expect(blanks('my_var 1_000 ist __').map(({ start }) => start)).toEqual([17]);
    expect(pieces('my_var')).toEqual([{ kind: 'word', text: 'my_var', start: 0, end: 6 }]);
    expect(pieces('__ist').map(({ kind }) => kind)).toEqual(['blank', 'word']);
    expect(endsInBlank('My favourite animal is __ ')).toBe(true);
    expect(endsInBlank('__ likes dogs.')).toBe(false);
    expect(endsInBlank('no blank')).toBe(false);
  });

  test('moves the blank and fills the old one', () => {
    const text = 'Mein Lieblingstier ist __';
    const word = pieces(text)[2];
    expect(moveBlank(text, word, 'der Hund')).toBe('Mein __ ist der Hund');
    expect(moveBlank(text, word, '')).toBe('Mein __ ist');
  });

  test('appends a blank before a full stop', () => {
    expect(appendBlank('Anna mag.')).toBe('Anna mag __');
    expect(appendBlank('')).toBe('__');
  });

  test('splits candidates, each once', () => {
    expect(splitTargets(' der Hund,die Katze; der Hund ,,')).toEqual(['der Hund', 'die Katze']);
  });
});

describe('state', () => {
  test('comes back from its fragment', () => {
    const state: State = {
      ...defaults,
      text: 'a & b = __ #1 + 🦋',
      model: 'alltag & mehr',
      depth: 'ode',
      coupling: 'causal',
      other: 'c & d = __',
      tab: 'layers',
      layer: 0,
      token: 3,
      tolerance: 0.3,
      plane: '23',
      theme: 'dark',
    };
    expect(readFragment(`#${writeFragment(state, defaults)}`, defaults)).toEqual(state);
    expect(writeFragment(defaults, defaults)).toBe('');
  });

  test.each(['Die Katze ist __', 'a*_.', 'x-'])(
    'a link to "%s" has no end that a chat takes away',
    (text) => {
      const link = writeFragment({ ...defaults, text }, defaults);
      expect(link).toMatch(/[%\dA-F]$/);
      expect(link).not.toMatch(/[-_.*]$/);
      expect(readFragment(`#${link}`, defaults).text).toBe(text);
    },
  );

  test('what is not valid falls back', () => {
    expect(readFragment('#depth=513&layer=-1&tab=attic&theme=pink&tolerance=x', defaults)).toEqual(
      defaults,
    );
  });
});

const answer = (token_str: string, score: number) => ({
  token_str,
  score,
  tokens: [token_str],
  sequence: token_str,
});

describe('two sentences', () => {
  const reply = {
    ...({ kind: 'blank', scheme: 'layer', coupling: 'full', reading: 'blank' } as const),
    model: 'm',
    text: '',
    depth: 8,
    tokens: [],
    blank: null,
    certain: true,
    unlisted: 0,
    unexplored: 0,
    entropy: 0,
    entropy_upper: 0,
  };
  const answered = (scores: Record<string, number>) =>
    Object.entries(scores).map(([token_str, score]) => answer(token_str, score));

  test('are compared by the answers that both know, the largest difference first', () => {
    const one = {
      ...reply,
      predictions: answered({ ' a': 0.5, b: 0.25, c: 0.1, d: 0.1 }),
    };
    const targets = answered({ a: 0.25, b: 1 / 32, c: 0 }).map((target) => ({
      ...target,
      rank: null,
    }));
    const other = { ...one, predictions: [], targets };
    expect(comparedAnswers(one, other)).toEqual([
      { answer: 'b', first: 0.25, second: 1 / 32, change: -3 },
      { answer: 'a', first: 0.5, second: 0.25, change: -1 },
    ]);
  });
});

describe('resource', () => {
  test('drops the reply to an earlier question and keeps the value while loading', async () => {
    const open: ((answer: string) => void)[] = [];
    const resource = createResource<string, string>(
      () => new Promise((resolve) => void open.push(resolve)),
    );
    resource.load('first');
    resource.load('second');
    open[1]('second');
    open[0]('first');
    await Promise.resolve();
    await expect.poll(() => resource.get().value).toBe('second');
    resource.load('third');
    expect(resource.get()).toMatchObject({ status: 'loading', value: 'second' });
  });

  test('a failure keeps the value and may be asked again', async () => {
    let calls = 0;
    const resource = createResource<string, number>(async () => {
      if (calls++ === 0) throw new Error('no network');
      return 1;
    });
    resource.load('x');
    await expect.poll(() => resource.get().status).toBe('failed');
    resource.load('x');
    await expect.poll(() => resource.get().value).toBe(1);
    resource.load('x');
    expect(calls).toBe(2);
  });
});

describe('projection', () => {
  test('finds the axes of points that lie in a plane', () => {
    const points = [
      [3, 0, 1, 0],
      [-3, 0, 1, 0],
      [0, 1, 1, 0],
      [0, -1, 1, 0],
    ];
    const basis = basisOf([points]);
    const seen = along(basis, [points]);
    expect(basis.explained).toBeAllClose([0.9, 0.1, 0], { absolute: 1e-9 });
    expect(seen[0].map((p) => Math.abs(p[0]))).toBeAllClose([3, 3, 0, 0], { absolute: 1e-6 });
    expect(seen[0].map((p) => Math.abs(p[1]))).toBeAllClose([0, 0, 1, 1], { absolute: 1e-6 });
  });
});

describe('geometry', () => {
  test('ticks are round and within', () => {
    expect(roundTicks(-1.02, 0.98, 4)).toBeAllClose([-1, -0.5, 0, 0.5]);
    expect(roundTicks(0, 37, 4)).toBeAllClose([0, 10, 20, 30]);
  });

  test('labels of particles in one place do not cover each other', () => {
    const points = Array.from({ length: 6 }, (_, i) => [200 + i, 150] as const);
    const sizes = points.map(() => ({ width: 50, height: 16 }));
    const labels = placeLabels(points, sizes, { x: 0, y: 0, width: 400, height: 300 }, []);
    for (const [i, { box: a }] of labels.entries())
      for (const { box: b } of labels.slice(i + 1)) {
        const apart =
          a.x + a.width <= b.x ||
          b.x + b.width <= a.x ||
          a.y + a.height <= b.y ||
          b.y + b.height <= a.y;
        expect(apart).toBe(true);
      }
  });
});

test('layers that agree are one run, with the probability at its end', () => {
  const lens = (token_str: string, score: number) => ({
    candidates: [answer(token_str, score)],
    first_tokens: [],
  });
  const logit_lens = [lens(' a', 0.1), lens('a', 0.2), lens('b', 0.5), lens('a', 0.4)];
  expect(runs({ logit_lens })).toEqual([
    { answer: 'a', first: 0, last: 1, score: 0.2 },
    { answer: 'b', first: 2, last: 2, score: 0.5 },
    { answer: 'a', first: 3, last: 3, score: 0.4 },
  ]);
});

test('percentages are exact, small ones in powers of ten', () => {
  expect(percent(0.2213, 'en')).toBe('22.13%');
  expect(percent(0.2213, 'de')).toBe('22,13\u00a0%');
  expect(percent(0.0000123, 'en')).toBe('1.2\u2009·\u200910⁻⁵');
  expect(percent(0, 'en')).toBe('0.00%');
});

test('tokens can be read, whatever they are', () => {
  expect(visibleToken(' der', '‹end›')).toBe('·der');
  expect(visibleToken('', '‹end›')).toBe('‹end›');
  expect(visibleToken('\n', '‹end›')).toBe('␊');
  expect(visibleAnswer(' der Hund', '‹end›')).toBe('der Hund');
});

test('depths whose Runge–Kutta runs are one and the same are found, and only from the least on', () => {
  const limit = (errors: number[]) =>
    ({
      depths: [1, 2, 4, 8],
      schemes: { rk4: { errors: { position_max: errors } } },
    }) as unknown as DepthReply;
  expect(sameRuns(limit([0.2, 0.2, 0.2, 0.03]))).toEqual([1, 2, 4]);
  expect(sameRuns(limit([0.2, 0.1, 0.1, 0.03]))).toEqual([1]);
});
