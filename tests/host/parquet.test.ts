/** Parquet files: what is written is what another reader reads. */
import { parquetMetadata, parquetReadObjects, parquetSchema } from 'hyparquet';
import { expect, it } from 'vitest';
import { parquetPieces } from '../../src/host/parquet.ts';

const columns = [
  { name: 'cell', type: 'integer' },
  { name: 'energy@0.5', type: 'number' },
  { name: 'error', type: 'text' },
] as const;

/** A piece is good until the next one is asked for. */
function fileOf(...asked: Parameters<typeof parquetPieces>): ArrayBuffer {
  const pieces: Uint8Array[] = [];
  for (const piece of parquetPieces(...asked)) pieces.push(piece.slice());
  return new Uint8Array(Buffer.concat(pieces)).buffer;
}

it('is read with its types, every digit, and nulls', async () => {
  const rows = [
    ['0', '0.1', ''],
    ['1', '', 'a "word", ß'],
    ['4294967295', '-1e-300', ''],
  ];
  const file = fileOf(columns, rows, { made: 'here' });
  const metadata = parquetMetadata(file);
  expect(metadata.key_value_metadata).toEqual([{ key: 'made', value: 'here' }]);
  const { children } = parquetSchema(metadata);
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

it('has groups of rows, of which none is lost', async () => {
  const rows = Array.from({ length: 45_000 }, (_, k) => [`${k}`, `${k / 8}`, k % 7 ? '' : `e${k}`]);
  const file = fileOf(columns, rows);
  expect(parquetMetadata(file).row_groups.map(({ num_rows }) => num_rows)).toEqual([
    20_000n,
    20_000n,
    5_000n,
  ]);
  const read = await parquetReadObjects({ file });
  expect(read.map((row) => Object.values(row))).toEqual(
    rows.map(([cell, energy, error]) => [BigInt(cell), Number(energy), error || null]),
  );
});

it('of no rows is a file, too', async () => {
  expect(await parquetReadObjects({ file: fileOf(columns, []) })).toEqual([]);
});
