/**
 * Networks of Hugging Face checkpoints: one forward pass, all states and attentions kept, in float32 against
 * onnxruntime-web and onnxruntime-node on the same weights, one thread each, and two of our threads against one; and
 * a cold start. All take turns in one process, so that a machine whose speed drifts slows them alike: the ratios
 * count, and of a machine that others use those of processor time.
 *
 *   npm run build && node bench/pretrained.js FOLDER [--onnx FILE --packages FOLDER] [--repeats 21]
 *   node bench/pretrained.js --cold FOLDER
 *
 * FOLDER is a checkpoint of MiniLM's kind, or one of random weights: python3 bench/peers/checkpoints.py --make minilm
 * FOLDER; --make bert-base FOLDER for the cold start. FILE is its export: python3 bench/peers/checkpoints.py --export
 * FOLDER FILE. The peers are looked for in the node_modules of --packages: ONNXRUNTIME_NODE_INSTALL=skip npm install
 * onnxruntime-node@1.30 onnxruntime-web@1.30 in an empty folder. Without them only our own times are taken.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { readNetwork } from '../dist/host/pretrained.js';

const TOKENS = [32, 128];
const COLD_STARTS = 5;
const COLD_TOKENS = 8;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    onnx: { type: 'string' },
    packages: { type: 'string', default: '.' },
    repeats: { type: 'string', default: '21' },
    cold: { type: 'boolean', default: false },
    start: { type: 'boolean', default: false },
  },
});
const [folder] = positionals;

if (!folder) console.log('no folder is given: the comment of bench/pretrained.js says which');
else if (values.start) reportStart();
else if (values.cold) coldStarts();
else await comparePasses();

async function comparePasses() {
  const [one, two] = [1, 2].map((threads) => readNetwork(folder, { threads }));
  const passes = {
    ours: (ids) => one.run(ids, { attentions: true }),
    'ours, two threads': (ids) => two.run(ids, { attentions: true }),
    ...(values.onnx ? await peers() : {}),
  };
  for (const tokens of TOKENS) {
    const ids = Array.from({ length: tokens }, (_, i) => 1000 + 7 * i);
    await agree(passes, ids);
    console.log(`\n${tokens} tokens`);
    report(await timed(passes, ids));
  }
  for (const network of [one, two]) network.close();
}

/** Passes of the peers, by name. */
async function peers() {
  const require = createRequire(join(resolve(values.packages), 'package.json'));
  const model = readFileSync(values.onnx);
  const passOf = async (name, options) => {
    const { InferenceSession, Tensor, env } = require(name);
    env.wasm.numThreads = 1;
    const session = await InferenceSession.create(model, options);
    return (ids) => {
      const tokens = new Tensor('int64', BigInt64Array.from(ids, BigInt), [1, ids.length]);
      return session.run({ ids: tokens });
    };
  };
  const alone = { intraOpNumThreads: 1, interOpNumThreads: 1 };
  return {
    'onnxruntime-web': await passOf('onnxruntime-web', { executionProviders: ['wasm'] }),
    'onnxruntime-node': await passOf('onnxruntime-node', alone),
  };
}

/** Warms up, and throws where a pass has other states than ours. */
async function agree(passes, ids) {
  const { states } = passes.ours(ids);
  const last = states.length - 1;
  for (const [name, pass] of Object.entries(passes)) {
    const found = await pass(ids);
    const { data } = found.states?.[last] ?? found[`hidden.${last}`];
    const most = data.reduce(
      (error, value, i) => Math.max(error, Math.abs(value - states[last].data[i])),
      0,
    );
    if (!(most < 1e-3)) throw new Error(`${name} differs from ours by ${most}: is FILE of FOLDER?`);
  }
}

/** Milliseconds of each pass, by the clock and of processors, every round in another order. */
async function timed(passes, ids) {
  const names = Object.keys(passes);
  const times = Object.fromEntries(names.map((name) => [name, { clock: [], processor: [] }]));
  for (let round = 0; round < Number(values.repeats); round++)
    for (let i = 0; i < names.length; i++) {
      const name = names[(i + round) % names.length];
      const [cpu, begun] = [process.cpuUsage(), performance.now()];
      await passes[name](ids);
      times[name].clock.push(performance.now() - begun);
      const { user, system } = process.cpuUsage(cpu);
      times[name].processor.push((user + system) / 1000);
    }
  return times;
}

function report(times) {
  const ours = times.ours;
  for (const [name, { clock, processor }] of Object.entries(times)) {
    const line = `${name.padEnd(18)} ${inMs(clock)}, of processors ${inMs(processor)}`;
    if (name === 'ours') console.log(line);
    else if (name.startsWith('ours'))
      console.log(`${line}; this / ours: ${ratio(clock, ours.clock)}`);
    else
      console.log(
        `${line}; ours / this: ${ratio(ours.clock, clock)}, of processors ${ratio(ours.processor, processor)}`,
      );
  }
}

function median(list) {
  return list.toSorted((a, b) => a - b)[list.length >> 1];
}

function inMs(list) {
  return `${median(list).toFixed(1).padStart(6)} ms`;
}

/** Median of the ratios within a round, whose passes ran one after another. */
function ratio(above, below) {
  return median(above.map((value, i) => value / below[i])).toFixed(2);
}

/** Time from the start of a process to the scores of a token, and the memory that it has then. */
function coldStarts() {
  const file = statSync(join(folder, 'model.safetensors')).size;
  const runs = Array.from({ length: COLD_STARTS }, () => {
    const begun = performance.now();
    const { stdout, stderr, status } = spawnSync(
      process.execPath,
      [fileURLToPath(import.meta.url), folder, '--start'],
      { encoding: 'utf8' },
    );
    if (status !== 0) throw new Error(stderr);
    return { ms: performance.now() - begun, ...JSON.parse(stdout) };
  });
  const seconds = (median(runs.map(({ ms }) => ms)) / 1000).toFixed(2);
  const cpu = (median(runs.map((run) => run.cpu)) / 1000).toFixed(2);
  const share = (median(runs.map(({ resident }) => resident)) / file).toFixed(2);
  console.log(
    `${(file / 1e6).toFixed(0)} MB: cold start to the first answer ${seconds} s (${cpu} s of processors), resident at most ${share} times the file`,
  );
}

function reportStart() {
  const network = readNetwork(folder);
  const { vocabulary } = network.architecture;
  const ids = Array.from({ length: COLD_TOKENS }, (_, i) => (7 * i) % vocabulary);
  const { states } = network.run(ids);
  const width = network.architecture.width;
  const row = { shape: [1, width], data: states.at(-1).data.slice(-width) };
  if (network.hasHead) network.logits(row);
  const { user, system } = process.cpuUsage();
  const resident = 1024 * process.resourceUsage().maxRSS;
  console.log(JSON.stringify({ cpu: (user + system) / 1000, resident }));
}
