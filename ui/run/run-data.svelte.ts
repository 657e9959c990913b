/**
 * What the page has loaded of one run: the index of each of its sessions. The buffer is plain; `version`
 * is the one rune, and changes when the buffer did. When rows that were read change after all (a gap gave
 * way), it does not mend itself: whoever made it is told, and makes another.
 */
import type { SessionSummary } from '../../model/summary.ts';
import { type Api, ApiFailure } from '../api.ts';
import { RunBuffer, type Span } from './buffer.ts';

/** An index comes in parts; one this long may have more behind it. */
const FULL_PART = 60_000;

/** Of a run that grows, as many calls as are laid out anew in a millisecond, with much to spare. */
const BARS_A_MS = 250;
const CHANGED = { code: 'index-changed', detail: 'The rows of this session changed.' };

export interface RunData {
  readonly buffer: RunBuffer;
  readonly version: number;
  readonly state: 'loading' | 'ready' | 'failed';
  readonly failure: ApiFailure | undefined;
  /** Fetches what these sessions have more than is known. */
  update(sessions: readonly SessionSummary[]): void;
  close(): void;
}

export function createRunData(api: Api, span: Span, onChanged: () => void): RunData {
  const buffer = new RunBuffer(span);
  const taken = new Map<string, number>();
  const rewrites = new Map<string, string | undefined>();
  let wanted: readonly SessionSummary[] = [];
  let version = $state(0);
  let state = $state<'loading' | 'ready' | 'failed'>('loading');
  let failure = $state.raw<ApiFailure | undefined>();
  let busy = false;
  let closed = false;

  const fetchSession = async ({ id, entryCount }: SessionSummary): Promise<void> => {
    for (let added = FULL_PART; added >= FULL_PART; ) {
      const columns = buffer.tracks[buffer.track(id) ?? -1]?.columns;
      if (!columns) return;
      const rows = columns.length;
      const known = { rows, strings: columns.strings.length, rewrites: rewrites.get(id) };
      const answer = await api.index(id, known);
      if (!buffer.take(id, answer.part)) throw new ApiFailure(CHANGED);
      rewrites.set(id, answer.rewrites);
      added = columns.length - rows;
      version++;
    }
    taken.set(id, entryCount);
  };
  const lacking = (): readonly SessionSummary[] =>
    wanted.filter(({ id, entryCount }) => (taken.get(id) ?? -1) < entryCount);

  const run = async (): Promise<void> => {
    busy = true;
    try {
      for (let stale = lacking(); stale.length > 0 && !closed; stale = lacking()) {
        await Promise.all(stale.map(fetchSession));
        failure = undefined;
        state = 'ready';
        // The longer a run, the more its layout costs: the page must have time for other things.
        await new Promise((resolve) => setTimeout(resolve, buffer.bars.length / BARS_A_MS));
      }
      state = 'ready';
    } catch (error) {
      failure = error as ApiFailure;
      if (failure.code === CHANGED.code) onChanged();
      else if (state !== 'ready') state = 'failed';
    }
    busy = false;
  };

  return {
    buffer,
    get version() {
      return version;
    },
    get state() {
      return state;
    },
    get failure() {
      return failure;
    },
    update(sessions) {
      wanted = sessions;
      buffer.cover(sessions);
      if (!busy) void run();
    },
    close() {
      closed = true;
    },
  };
}
