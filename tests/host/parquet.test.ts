/** Parquet files: what is written is what another reader reads. */
import { parquetMetadata, parquetReadObjects, parquetSchema } from 'hyparquet';
import { expect, it } from 'vitest';
import { encodeParquet } from '../../src/host/parquet.ts';

const columns = [
  { name: 'cell', type: 'integer', cells: ['0', '1', '4294967295'] },
  { name: 'energy@0.5', type: 'number', cells: ['0.1', '', '-1e-300'] },
  { name: 'error', type: 'text', cells: ['', 'a "word", ß', ''] },
] as const;

it('is read with its types, every digit, and nulls', async () => {
  const { buffer } = encodeParquet(columns);
  const file = buffer as ArrayBuffer;
  const { children } = parquetSchema(parquetMetadata(file));
  expect(children.map(({ element }) => [element.name, element.type])).toEqual([
    ['cell', 'INT64'],
    ['energy@0.5', 'DOUBLE'],
    ['error', 'BYTE_ARRAY'],
  ]);
  expect(await parquetReadObjects({ file })).toEqual([
    { cell: 0n, 'energy@0.5': 0.1, error: null },
    { cell: 1n, 'energy@0.5': null, error: 'a "word", ß' },
    { cell: 4294967295n, 'energy@0.5': -1e-300, error: null },
  ]);
});
