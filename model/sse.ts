/**
 * Blocks of an event stream (WHATWG HTML §9.2, server-sent events): where they end in the bytes,
 * and where the data stands in one. Lines end in CR, LF or CRLF; a block ends with an empty line.
 *
 * Every byte belongs to exactly one block, so that the blocks in order are the stream. A LF that
 * follows a block ended by CR belongs to the next one: nothing waits for a byte that may never come.
 */
import type { Cut } from './framing.ts';

const LF = 0x0a;
const CR = 0x0d;

/** Cuts one stream behind each empty line. */
export function createBlockCut(): Cut {
  const lineFrom = createLineSearch();
  let isLineEmpty = true;
  let isAfterCr = false;
  return (chunk, start) => {
    let at = isAfterCr && chunk[start] === LF ? start + 1 : start;
    if (start < chunk.length) isAfterCr = false;
    for (let line = lineFrom(chunk, at); line; line = lineFrom(chunk, at)) {
      const wasEmpty = isLineEmpty && line.end === at;
      isLineEmpty = true;
      at = line.next;
      isAfterCr = at === chunk.length && chunk[at - 1] === CR;
      if (wasEmpty) return { end: at, next: at };
    }
    if (at < chunk.length) isLineEmpty = false;
    return undefined;
  };
}

/** Finds where lines end in a chunk; looks at no byte more than twice, whatever a peer sends. */
function createLineSearch(): Cut {
  let searched: Uint8Array | undefined;
  let lf = -1;
  return (chunk, at) => {
    if (chunk !== searched || (lf !== -1 && lf < at)) lf = chunk.indexOf(LF, at);
    const limit = lf === -1 ? chunk.length : lf;
    const cr = chunk.subarray(at, limit).indexOf(CR);
    const end = cr === -1 ? lf : at + cr;
    // A chunk that is done with is not kept.
    searched = end === -1 ? undefined : chunk;
    if (end === -1) return undefined;
    return { end, next: cr !== -1 && chunk[end + 1] === LF ? end + 2 : end + 1 };
  };
}

/** The fields of a block; `data`: where the value of its only data line stands. */
export interface Block {
  readonly id?: string;
  readonly event?: string;
  readonly data?: { readonly start: number; readonly end: number };
}

/** Reads the text of a block; of several fields of one name the last counts. */
export function readBlock(text: string): Block {
  const block: { id?: string; event?: string; data?: { start: number; end: number } } = {};
  let dataCount = 0;
  for (let start = 0; start < text.length; ) {
    const end = endOfLine(text, start);
    const colon = text.indexOf(':', start);
    const nameEnd = colon === -1 || colon > end ? end : colon;
    const name = text.slice(text[start] === '\ufeff' ? start + 1 : start, nameEnd);
    const skipped = nameEnd === end ? end : nameEnd + (text[nameEnd + 1] === ' ' ? 2 : 1);
    if (name === 'data') {
      dataCount++;
      block.data = { start: Math.min(skipped, end), end };
    } else if (name === 'id' || name === 'event') block[name] = text.slice(skipped, end);
    start = text.startsWith('\r\n', end) ? end + 2 : end + 1;
  }
  if (dataCount !== 1) delete block.data;
  return block;
}

/** Where the line that starts here ends, without its end. */
function endOfLine(text: string, start: number): number {
  const lf = text.indexOf('\n', start);
  const limit = lf === -1 ? text.length : lf;
  const cr = text.slice(start, limit).indexOf('\r');
  return cr === -1 ? limit : start + cr;
}

/** Clients hear only events of this type, which is that of a block without one. */
export function isMessageEvent({ event }: Block): boolean {
  return event === undefined || event === '' || event === 'message';
}
