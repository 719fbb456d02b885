/** Flags of `limit` as options of the library, which checks them. */
import { numberIfOne } from '../flags.ts';

type Value = string | number | undefined;

/** What stands between commas, numbers as numbers. */
export const listed = (list: string | undefined): Value[] | undefined =>
  list?.split(',').map((one) => numberIfOne(one.trim()));

/** Without the flags that were not given. */
export function given(values: Readonly<Record<string, Value | Value[]>>): object {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}
