/** mcp-server-fetch 2025.4.7, from its source. */
import type { Pack } from './pack.ts';

export const FETCH: Pack = {
  servers: ['mcp-fetch'],
  packages: ['mcp-server-fetch'],
  tools: { fetch: { read: '{/url}' } },
};
