// What outlives one connection, since in the stateless era every request has a server of its own.

import { randomBytes } from 'node:crypto';
import { createRequestStateCodec } from '@modelcontextprotocol/server';

export function createWorld() {
  return {
    states: createRequestStateCodec({ key: randomBytes(32) }),
    /** Whether the extra tool and the extra prompt are listed. */
    shown: { tools: false, prompts: false },
    /** Who is told of a change: `{ kind: 'tools' | 'prompts' }` or `{ kind: 'resource', uri }`. */
    followers: new Set(),
    tell(change) {
      for (const follow of this.followers) follow(change);
    },
  };
}
