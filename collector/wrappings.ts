/** What is wrapped on this machine. The collector knows no configuration of a host: whoever starts it tells. */
import type { WrappedServer } from '../model/wrapped.ts';
import type { Closing } from './closing.ts';
import type { Live } from './live.ts';

export interface Wrappings {
  list(): Promise<readonly WrappedServer[]>;
  /** Calls back whenever the list may have changed; gives what ends that. */
  watch(changed: () => void): () => void;
}

/** Tells pages what is wrapped whenever that changes. What cannot be told now is fetched with the next page. */
export function tellWrapped({ list, watch }: Wrappings, live: Live, closing: Closing): void {
  const stop = watch(() => {
    list().then(live.wrapped, () => {});
  });
  closing.add(async () => stop());
}
