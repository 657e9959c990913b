/**
 * The entries that the inspector shows, fetched when they are looked at. A few are kept, since looking at
 * calls goes back and forth; an entry never changes.
 */
import type { Entry } from '../../model/entry.ts';
import { decodeEntry } from '../../model/line.ts';
import type { Api, ApiFailure } from '../api.ts';

const KEPT = 40;

export type Body =
  | { readonly state: 'loading' }
  | { readonly state: 'failed'; readonly detail: string }
  | { readonly state: 'ready'; readonly entry: Entry; readonly line: string };

export interface Bodies {
  /** The entry of a message reference, as far as it is known; reading it fetches it. */
  of(message: string): Body;
  load(message: string): void;
}

export function createBodies(api: Api): Bodies {
  const known = new Map<string, Body>();
  let version = $state(0);

  const keep = (message: string, body: Body): void => {
    known.delete(message);
    known.set(message, body);
    for (const oldest of known.keys()) {
      if (known.size <= KEPT) break;
      known.delete(oldest);
    }
    version++;
  };
  const fetchBody = async (message: string): Promise<void> => {
    try {
      const line = (await api.entry(message)).replace(/\n$/, '');
      const decoded = decodeEntry(line);
      keep(
        message,
        decoded.ok
          ? { state: 'ready', entry: decoded.entry, line }
          : { state: 'failed', detail: decoded.fault },
      );
    } catch (error) {
      keep(message, { state: 'failed', detail: (error as ApiFailure).message });
    }
  };
  return {
    of(message) {
      void version;
      return known.get(message) ?? { state: 'loading' };
    },
    load(message) {
      if (known.has(message)) return;
      known.set(message, { state: 'loading' });
      void fetchBody(message);
    },
  };
}
