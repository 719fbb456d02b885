/** Tables as Parquet, for pandas, DuckDB and their like. Not the rows: those are text, as a CSV has them. */
import { parquetWriteBuffer } from 'hyparquet-writer';

export interface ParquetColumn {
  readonly name: string;
  readonly type: 'integer' | 'number' | 'text';
  /** One a row; the empty text is no value. */
  readonly cells: readonly string[];
}

const TYPES = { integer: 'INT64', number: 'DOUBLE', text: 'STRING' } as const;

const READ = { integer: BigInt, number: Number, text: String } as const;

/** The bytes of a file whose columns are INT64, DOUBLE or STRING, with nulls where there is no value. */
export function encodeParquet(columns: readonly ParquetColumn[]): Uint8Array {
  const columnData = columns.map(({ name, type, cells }) => ({
    name,
    type: TYPES[type],
    data: cells.map((cell) => (cell === '' ? null : READ[type](cell))),
  }));
  return new Uint8Array(parquetWriteBuffer({ columnData }));
}
