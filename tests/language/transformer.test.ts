import { expect, test } from 'vitest';
import { COUPLING_NAMES } from '../../src/attention/model-coupling.ts';
import {
  type FlownFollower,
  type Follower,
  flowTogether,
  followCached,
  followTogether,
} from '../../src/language/followers.ts';
import type { Depth } from '../../src/language/model.ts';
import {
  couplingMask,
  embed,
  flow,
  logits,
  runContext,
  withShorterSteps,
} from '../../src/language/transformer.ts';
import { randomModel } from './random-model.ts';

const model = randomModel(5);
const d = model.config.dimension;
const ids = [300, 17, 260, 280, 33];
const places = ids.map((_, i) => i);

function causalFrames(tokens: number[], depth: Depth): Float64Array[] {
  const start = embed(model, tokens, places);
  const mask = couplingMask('causal', tokens.length);
  return Array.from(flow(model, start, mask, depth), (f) => f.positions.data);
}

test('changing the last token leaves the causal frames of the earlier ones bit-identical', () => {
  for (const depth of [1, 8, 37]) {
    const [a, b] = [causalFrames(ids, depth), causalFrames([...ids.slice(0, -1), 99], depth)];
    a.forEach((frame, k) => {
      expect(frame.subarray(0, 4 * d)).toEqual(b[k].subarray(0, 4 * d));
      expect(frame.subarray(4 * d)).not.toEqual(b[k].subarray(4 * d));
    });
  }
});

test.each<Depth>([1, 8, 37, 'ode'])('depth %s: frames on the sphere, at rising times', (depth) => {
  const all = [...flow(model, embed(model, ids, places), couplingMask('full', 5), depth)];
  expect(all.length).toBe((depth === 'ode' ? model.config.depth : depth) + 1);
  expect(all.at(-1)?.time).toBeCloseTo(model.config.horizon, 12);
  for (const { positions, coupling } of all) {
    for (let i = 0; i < 5; i++)
      expect(Math.hypot(...positions.data.subarray(i * d, (i + 1) * d))).toBeCloseTo(1, 12);
    if (coupling) expect(coupling.shape).toEqual([2, 5, 5]);
  }
});

test('layers converge to the ode with order one', () => {
  const end = (depth: Depth) => causalFrames(ids, depth).at(-1) as Float64Array;
  const exact = end('ode');
  const error = (depth: number) => Math.hypot(...end(depth).map((v, i) => v - exact[i]));
  expect(error(512) / error(256)).toBeGreaterThan(0.4);
  expect(error(512) / error(256)).toBeLessThan(0.6);
});

test('logits are logitScale · U x + b, also for numbers of particles that four does not divide', () => {
  const { output, bias } = model.weights;
  const x = causalFrames(ids, 2)[2];
  const expected = Array.from(ids.keys()).flatMap((i) =>
    Array.from(bias, (b, v) => {
      let sum = 0;
      for (let c = 0; c < d; c++) sum += output.data[v * d + c] * x[i * d + c];
      return model.config.logitScale * sum + b;
    }),
  );
  expect(logits(model, x)).toBeAllClose(expected, { absolute: 1e-12 });
});

const KEPT = COUPLING_NAMES.flatMap((coupling) =>
  [true, false].map((keep) => ({ coupling, keep })),
);

test.each(KEPT)(
  '$coupling: followers with a cache are as without, theirs kept: $keep',
  ({ coupling, keep }) => {
    const context = runContext(model, ids, places, coupling, 8);
    const tree: Follower[] = [];
    const flown: FlownFollower[] = [];
    const add = (parent: number | null, token: number) => {
      const at = parent === null ? null : parent;
      const position = at === null ? 6 : tree[at].position + 1;
      tree.push({ parent: at === null ? null : tree[at], token, position });
      const request = { parent: at === null ? null : flown[at], token, position };
      return flown.push(...follow([request]));
    };
    const follow = (requests: Follower[]) =>
      followCached(model, context, requests, keep) as FlownFollower[];
    add(null, 40);
    add(null, 41);
    add(0, 42);
    add(2, 43);
    add(1, 42);
    const together = followTogether(model, context, tree);
    flown.forEach(({ state }, f) => {
      expect(state).toBeAllClose(together[f], { absolute: 1e-12 });
    });
    const batch = follow(flown.map(({ parent, token, position }) => ({ parent, token, position })));
    batch.forEach(({ state }, f) => {
      expect(state).toEqual(flown[f].state);
    });
  },
);

test.each(COUPLING_NAMES)('%s, in continuous depth: followers along the steps', (coupling) => {
  const context = runContext(model, ids, places, coupling, 'ode');
  const first = { parent: null, token: 40, position: 6 };
  const tree = [first, { parent: first, token: 41, position: 7 }, { ...first, token: 43 }];
  const together = followTogether(model, context, tree);
  const along = followCached(model, context, tree, false) as FlownFollower[];
  const closer = followCached(model, withShorterSteps(model, context), tree, false);
  along.forEach(({ state }, f) => {
    expect(state).toBeAllClose(together[f], { absolute: 1e-6 });
    expect(closer?.[f].state).toBeAllClose(state, { absolute: 1e-6 });
  });
  // the last one alone: who else is in the batch changes no bit
  expect(followCached(model, context, [tree[2]], false)?.[0].state).toEqual(along[2].state);
});

test('followers refuse steps that are too long for them', () => {
  const context = runContext(model, ids, places, 'full', 'ode', {}, 1e5);
  const first = { parent: null, token: 40, position: 6 };
  expect(followCached(model, context, [first], false)).toBe(null);
});

test('followers leave the context bit for bit as it is', () => {
  const context = runContext(model, ids, places, 'full', 8);
  const first = { parent: null, token: 40, position: 6 };
  const all = [...flowTogether(model, context, [first, { parent: first, token: 50, position: 7 }])];
  all.forEach(({ positions }, k) => {
    expect(positions.data.subarray(0, 5 * d)).toEqual(context.frames[k].positions.data);
  });
});
