/**
 * The one change that the older transport (HTTP+SSE, 2024-11-05) needs: a stream that begins by
 * telling an absolute address of its server must tell ours, or the client leaves us out. Relative
 * ones lead to us as they are, and everything else passes as it comes.
 */
import { readBlock } from '../../model/sse.ts';
import { latin1 } from '../../model/text.ts';
import { atOurs } from './headers.ts';
import type { Rewrite } from './rewrite.ts';

const BEGINNINGS = ['event: endpoint', 'event:endpoint'];
/** Nobody writes a longer one. */
const LONGEST = 8 << 10;
const NOTHING = Buffer.alloc(0);

export function createEndpointRewrite(ours: string, upstream: URL): Rewrite {
  let held: Buffer | undefined = NOTHING;
  return {
    pass(chunk) {
      if (!held) return chunk;
      const all: Buffer = Buffer.concat([held, chunk]);
      const text = latin1(all);
      const end = /\r\n\r\n|\n\n|\r\r/.exec(text);
      held = !end && text.length < LONGEST && mayBecomeEndpoint(text) ? all : undefined;
      if (held) return NOTHING;
      return Buffer.from(
        end && mayBecomeEndpoint(text) ? rewritten(text, ours, upstream) : text,
        'latin1',
      );
    },
    end: () => held ?? NOTHING,
  };
}

function mayBecomeEndpoint(text: string): boolean {
  return BEGINNINGS.some((one) => one.startsWith(text) || text.startsWith(one));
}

function rewritten(text: string, ours: string, upstream: URL): string {
  const { event, data } = readBlock(text);
  if (event !== 'endpoint' || !data) return text;
  const address = atOurs(text.slice(data.start, data.end), ours, upstream);
  return text.slice(0, data.start) + address + text.slice(data.end);
}
