/** The spans of a run's trace and their log records, fetched in pages and again when more of them came; as run-data is for messages. */
import type { Api, ApiFailure } from '../api.ts';
import { createSpanBuffer, type SpanBuffer } from './span-buffer.ts';

/** More spans and log records of a run are not shown, and that is said. */
export const MOST_ITEMS = 20_000;
/** After a page comes a pause, in ms, so that a flood of spans leaves the page time for other things. */
const PAUSE = 50;

export interface RunSpans {
  readonly buffer: SpanBuffer;
  readonly version: number;
  /** There are more than are shown. */
  readonly cut: boolean;
  /** All that there was at first has come, or cannot. */
  readonly isLoaded: boolean;
  readonly failure: ApiFailure | undefined;
  /** Fetches what is new; several calls while an answer is on its way are one. */
  update(): void;
  close(): void;
}

/** `trace`: undefined for a run of no trace, which has no spans. */
export function createRunSpans(api: Api, trace: string | undefined): RunSpans {
  const buffer = createSpanBuffer();
  let version = $state(0);
  let cut = $state(false);
  let isLoaded = $state(trace === undefined);
  let failure = $state.raw<ApiFailure | undefined>();
  let last = 0;
  let busy = false;
  let stale = false;
  let closed = trace === undefined;

  /** False when there was nothing new. */
  const fetchPage = async (): Promise<boolean> => {
    const page = await api.spans(trace ?? '', last);
    if (page.last === last) return false;
    last = page.last;
    for (const item of page.items) {
      if (buffer.size >= MOST_ITEMS) cut = true;
      else buffer.add(item);
    }
    version++;
    return !cut;
  };
  const run = async (): Promise<void> => {
    busy = true;
    try {
      do {
        stale = false;
        while (!closed && !cut && (await fetchPage()))
          await new Promise((resolve) => setTimeout(resolve, PAUSE));
      } while (stale && !closed);
      failure = undefined;
    } catch (error) {
      failure = error as ApiFailure;
    }
    busy = false;
    isLoaded = true;
  };

  return {
    buffer,
    get version() {
      return version;
    },
    get cut() {
      return cut;
    },
    get isLoaded() {
      return isLoaded;
    },
    get failure() {
      return failure;
    },
    update() {
      if (closed) return;
      if (busy) stale = true;
      else void run();
    },
    close() {
      closed = true;
    },
  };
}
