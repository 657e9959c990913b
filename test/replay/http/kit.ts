/** Recordings over HTTP, made by the product's own tap in front of what really answers. */
import { StreamableHTTPClientTransport as HttpV2 } from '@modelcontextprotocol/client';
import { StreamableHTTPClientTransport as HttpV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { Entry } from '../../../model/entry.ts';
import type { StandInTransport } from '../../../replay/index.ts';
import { tapFetch } from '../../../tap/index.ts';
import { inOrder, journals, temporaryFolder } from '../../tap/kit.ts';
import type { Version } from '../clients.ts';

export type Fetch = typeof globalThis.fetch;

/** A transport of this SDK to an address, through a fetch. */
export function over(
  version: Version,
  url: string | URL,
  fetch: Fetch = globalThis.fetch,
): StandInTransport & { terminateSession(): Promise<void> } {
  const Http = version === 1 ? HttpV1 : HttpV2;
  return new Http(new URL(url), { fetch }) as never;
}

/** What crossed a fetch while `use` had it, as a recording of a server of this name. */
export async function recorded<T>(
  name: string,
  fetch: Fetch,
  use: (fetch: Fetch) => Promise<T>,
): Promise<{ entries: Entry[]; results: T }> {
  const state = await temporaryFolder();
  const tapped = tapFetch(fetch, { name, state });
  const results = await use(tapped);
  await tapped.close();
  const entries = (await journals(state)).flatMap(({ entries: own }) => inOrder(own));
  return { entries, results };
}
