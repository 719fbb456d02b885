/** Tables as Parquet, for pandas, DuckDB and their like. Not the rows: those are text, as a CSV has them. */
import { ByteWriter, ParquetWriter, schemaFromColumnData } from 'hyparquet-writer';

export interface ParquetColumn {
  readonly name: string;
  readonly type: 'integer' | 'number' | 'text';
}

const TYPES = { integer: 'INT64', number: 'DOUBLE', text: 'STRING' } as const;

const READ = { integer: BigInt, number: Number, text: String } as const;

/** Rows of a group: a reader takes one at a time, and so does the writer. */
const GROUP = 20_000;

/**
 * The bytes of a file, piece by piece, whose columns are INT64, DOUBLE or STRING, with nulls where a cell is the
 * empty text. `about` are pairs of its metadata. Rows are taken one after the other, a group of them is in memory.
 */
export function* parquetPieces(
  columns: readonly ParquetColumn[],
  rows: Iterable<readonly string[]>,
  about: Readonly<Record<string, string>> = {},
): Generator<Uint8Array, void> {
  const writer = new ByteWriter();
  const empty = columns.map(({ name, type }) => ({ name, type: TYPES[type], data: [] }));
  const kvMetadata = Object.entries(about).map(([key, value]) => ({ key, value }));
  const file = new ParquetWriter({
    writer,
    schema: schemaFromColumnData({ columnData: empty }),
    kvMetadata,
  });
  const piece = () => {
    const bytes = writer.getBytes();
    writer.index = 0;
    return bytes;
  };
  for (const group of groupsOf(columns, rows)) {
    file.write({
      columnData: columns.map(({ name }, k) => ({ name, data: group[k] })),
      rowGroupSize: GROUP,
    });
    yield piece();
  }
  file.finish();
  yield piece();
}

type Value = bigint | number | string | null;

/** Values by column, of as many rows as a group has. */
function* groupsOf(columns: readonly ParquetColumn[], rows: Iterable<readonly string[]>) {
  const begin = () => columns.map((): Value[] => []);
  const read = columns.map(({ type }) => READ[type]);
  let group = begin();
  for (const cells of rows) {
    for (let k = 0; k < columns.length; k++)
      group[k].push(cells[k] === '' ? null : read[k](cells[k]));
    if (group[0].length < GROUP) continue;
    yield group;
    group = begin();
  }
  if (group[0].length > 0) yield group;
}
