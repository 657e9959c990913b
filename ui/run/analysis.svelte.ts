/** What analysis says of some sessions: findings, and who owes the next move. Asked again when they change. */

import type { Blame } from '../../analysis/stuck/blame.ts';
import type { Finding } from '../../model/finding.ts';
import type { Api } from '../api.ts';

/**
 * Analysis reads whole sessions, so after an answer comes a pause: this long at least, in ms, and at
 * least some times as long as the answer took.
 */
const PAUSE = 1500;
const SHARE = 4;

/** More sessions are not analysed at once by the collector. */
const MOST = 1000;

export interface Analysis {
  readonly findings: readonly Finding[];
  readonly stuck: readonly Blame[];
  /** True once an answer has come. */
  readonly known: boolean;
  /** Asks soon; several calls before the answer are one. */
  ask(sessions: readonly string[]): void;
  close(): void;
}

export function createAnalysis(api: Api): Analysis {
  let findings = $state.raw<readonly Finding[]>([]);
  let stuck = $state.raw<readonly Blame[]>([]);
  let known = $state(false);
  let wanted: readonly string[] = [];
  let next = Number.NEGATIVE_INFINITY;
  let busy = false;
  let timer: ReturnType<typeof setTimeout> | undefined;

  // Asked for again while an answer was on its way.
  let stale = false;
  let closed = false;

  const plan = (): void => {
    stale = false;
    if (closed) return;
    timer ??= setTimeout(() => void ask(), Math.max(0, next - performance.now()));
  };
  const ask = async (): Promise<void> => {
    timer = undefined;
    const asked = performance.now();
    busy = true;
    // What fails here is asked again with the next change; the run itself can be seen without it.
    const [found, blamed] = await Promise.allSettled([api.findings(wanted), api.stuck(wanted)]);
    if (found.status === 'fulfilled') findings = found.value;
    if (blamed.status === 'fulfilled') stuck = blamed.value;
    known ||= found.status === 'fulfilled';
    const now = performance.now();
    next = now + Math.max(PAUSE, SHARE * (now - asked));
    busy = false;
    if (stale) plan();
  };

  return {
    get findings() {
      return findings;
    },
    get stuck() {
      return stuck;
    },
    get known() {
      return known;
    },
    ask(sessions) {
      wanted = sessions.slice(0, MOST);
      if (busy) stale = true;
      else plan();
    },
    close() {
      closed = true;
      clearTimeout(timer);
    },
  };
}
