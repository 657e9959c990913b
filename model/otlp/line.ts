/** Lines of what was sent, as stores keep them: what all of them have, whichever signal they are of. */

import { bytesOf } from '../text.ts';
import { type Write, writeMember, writeText } from './any-value.ts';
import type { Collected, Item } from './decoded.ts';
import type { Free, Part } from './message.ts';
import type { RawResource, RawScope } from './schema.ts';
import { createSink, putAscii, putBytes, type Sink } from './sink.ts';

/** What stands between two lines: together they are the items of a JSON list, and none has a line end in it. */
export const BETWEEN = ',\n';

/** Puts names and words of ours, ids or numbers, which need no escapes; then what a sender wrote, if any. */
export type Put = (ours: string, free?: Free, as?: Write) => void;

/** Who made spans or records: its scope, and how its lines end. */
export interface Maker {
  readonly scope: string;
  readonly resource: Uint8Array;
  readonly ending: Uint8Array;
}

/** The makers of one resource, by scope: it may be large, and is written once. `part`: what it was read from. */
export function makersOf(part: Part, raw?: RawResource): (scope?: RawScope) => Maker {
  const sink = createSink(512);
  const put = putTo(sink, part);
  put(',"resource":{', raw?.attributes, writeMember);
  put('}');
  const resource = sink.bytes.subarray(0, sink.at);
  return ({ name: scope = '' } = {}) => {
    return { scope, resource, ending: bytesOf(`,"scope":${JSON.stringify(scope)}}`) };
  };
}

function putTo(sink: Sink, part: Part): Put {
  return (ours, free = '', as = writeText) => {
    putAscii(sink, ours);
    if (free !== '') part.write(free, as, sink);
  };
}

/** Writes lines behind each other; `write` puts one of them up to where its maker is told. */
export function keeping({ items }: Collected, sink: Sink) {
  return (
    part: Part,
    { traceId = '', spanId = '' }: Partial<Pick<Item, 'traceId' | 'spanId'>>,
    { resource, ending }: Maker,
    write: (put: Put) => void,
  ): void => {
    if (items.length > 0) putAscii(sink, BETWEEN);
    const begin = sink.at;
    write(putTo(sink, part));
    putBytes(sink, resource);
    putBytes(sink, ending);
    items.push({ traceId, spanId, begin, end: sink.at });
  };
}
