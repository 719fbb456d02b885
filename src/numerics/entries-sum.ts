/** A sum over the entries of a document, by which a damaged one is known. Not over files, whose bytes are summed as they are. */

/** SHA-256 of bytes in hexadecimal. */
export type Digest = (bytes: Uint8Array) => string;

/** The digest of the document's entries but its `sha256`, as JSON without spaces; of what was read it is that of what was written. */
export function entriesSum(document: object, digest: Digest): string {
  const { sha256: _, ...entries } = document as { sha256?: unknown };
  return digest(new TextEncoder().encode(JSON.stringify(entries)));
}
