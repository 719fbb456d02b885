/** From a cell of a sweep to the settings of its simulation. The files and models of all cells are read once. */
import {
  type SimulationOptions,
  type SimulationSettings,
  simulationSettings,
} from '../../flow/simulation-settings.ts';
import type { TableAccount } from '../../host/tables.ts';
import { camelCase } from '../simulation/flags.ts';
import { readOptions, type SimulationFlags } from '../simulation/job.ts';
import { type Axis, type AxisValue, cellCount, placeOf } from './grid.ts';
import { axisNames, type SweepRequest } from './request.ts';

export interface Plan {
  /** Throws InputError where the values of the cell do not fit. */
  settingsOf(cell: number): SimulationSettings;
  /** What was read of positions, masses and matrices, a file once. */
  readonly tables: readonly TableAccount[];
}

/** Throws InputError for flags, files and models that no cell can be run with. */
export async function planOf({ flags, grid }: SweepRequest): Promise<Plan> {
  const known = axisNames();
  const read = (axis: Axis, value: AxisValue) => readOptions(flagsOf(axis.name, value, known));
  // With the first value of every axis, so that flags that exclude each other are found.
  const first = grid.axes.map(({ name, values }) => flagsOf(name, values[0], known));
  const base = await readOptions(joined([flags, ...first]));
  const changes = await Promise.all(
    grid.axes.map((axis) => Promise.all(axis.values.map((value) => read(axis, value)))),
  );
  const tables = [base, ...changes.flat()].flatMap((read) => read.tables);
  return {
    tables: [...new Map(tables.map((table) => [table.file, table])).values()],
    settingsOf(cell) {
      const { indices, seed } = placeOf(grid, cell);
      const own = indices.map((index, a) => changes[a][index].options);
      return simulationSettings({ ...merged([base.options, ...own]), seed });
    },
  };
}

/** A value as if it had been typed: --NAME VALUE, or --set NAME=VALUE for a parameter of one's own dynamics. */
const flagsOf = (name: string, value: AxisValue, known: readonly string[]): SimulationFlags =>
  known.includes(name) ? { [camelCase(name)]: String(value) } : { set: [`${name}=${value}`] };

const joined = (all: readonly SimulationFlags[]): SimulationFlags => ({
  ...Object.assign({}, ...all),
  set: all.flatMap(({ set = [] }) => set),
});

/** Later options win, parameter by parameter. */
const merged = (all: readonly SimulationOptions[]): SimulationOptions => ({
  ...Object.assign({}, ...all),
  parameters: Object.assign({}, ...all.map(({ parameters }) => parameters)),
  startParameters: Object.assign({}, ...all.map(({ startParameters }) => startParameters)),
});

/** Most points that are tried before a grid is refused. */
const MOST_TRIED = 1000;

/**
 * The settings of the first point that fits. Where none does, the reason is one that all cells share,
 * such as an unknown name: throws the InputError of the first cell, before any work.
 */
export function firstFitting({ grid }: SweepRequest, plan: Plan): SimulationSettings {
  const stride = grid.seeds * Math.max(1, Math.floor(cellCount(grid) / grid.seeds / MOST_TRIED));
  for (let cell = 0; cell < cellCount(grid); cell += stride) {
    try {
      return plan.settingsOf(cell);
    } catch {}
  }
  return plan.settingsOf(0);
}
