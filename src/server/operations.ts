/** The operations over HTTP: their paths, and the bodies that they take. */
import type { z } from 'zod';
import {
  GROUPS,
  type Group,
  loadOperation,
  operationNames,
  spelled,
} from '../operations/catalogue.ts';
import { flowFields, subjectFields } from '../operations/subject.ts';

export interface ServedOperation {
  readonly group: Group;
  readonly name: string;
  /** Below /api. */
  readonly path: string;
  readonly summary: string;
  readonly body: z.ZodObject;
  /** Of a body that names dynamics: where the operation may be of a flow instead. */
  readonly flowBody: z.ZodObject | null;
}

async function served(group: Group, name: string): Promise<ServedOperation[]> {
  const { summary, subject, served, flow } = await loadOperation(group, name);
  if (typeof served === 'string') return [];
  const body = served.extend(subjectFields[subject]);
  const path = `/${spelled(group, name, '/')}`;
  return [{ group, name, path, summary, body, flowBody: flow?.extend(flowFields) ?? null }];
}

const groups = Object.keys(GROUPS) as Group[];

/** Those that a server takes, in the order of the catalogue. */
export const servedOperations: readonly ServedOperation[] = (
  await Promise.all(
    groups.flatMap((group) => operationNames(group).map((name) => served(group, name))),
  )
).flat();
