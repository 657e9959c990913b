/** Spans on their way into a store: a few large pieces do in less time than many small ones. */
export interface SpanRows {
  /** The traces that they are of, each once. */
  readonly traceIds: readonly string[];
  /** The key of each, one behind the other: the bytes of its trace id and span id. */
  readonly keys: Uint8Array<ArrayBuffer>;
  /** A JSON list of their lines, in UTF-8, each on a line of its own. */
  readonly list: Uint8Array<ArrayBuffer>;
}

/** A log record of a span is kept with it, under a name of its own. */
export interface SpanName {
  readonly traceId: string;
  readonly spanId: string;
}

/** The bytes of a key. */
export const KEY = 24;

export function rowsOf(spans: readonly SpanName[], list: Uint8Array<ArrayBuffer>): SpanRows {
  const keys = spans.map(({ traceId, spanId }) => traceId + spanId).join('');
  return {
    traceIds: [...new Set(spans.map(({ traceId }) => traceId))],
    keys: new Uint8Array(Buffer.from(keys, 'hex')),
    list,
  };
}

const LF = 0x0a;

/** Where each line begins in a list, and its length, in bytes. */
export function placesOf(list: Uint8Array): [begin: number, length: number][] {
  const bytes = Buffer.from(list.buffer, list.byteOffset, list.length);
  const places: [number, number][] = [];
  for (let begin = 1; begin < bytes.length - 1; ) {
    const next = bytes.indexOf(LF, begin);
    // Before the end of a line stands a comma, or the bracket that ends the list.
    const end = next === -1 ? bytes.length - 1 : next - 1;
    places.push([begin, end - begin]);
    begin = end + 2;
  }
  return places;
}
