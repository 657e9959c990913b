/** What analysis says of some sessions: findings, and who owes the next move. Asked again when they change. */

import type { Blame } from '../../analysis/stuck/blame.ts';
import type { Finding } from '../../model/finding.ts';
import type { Api } from '../api.ts';

/** Analysis reads whole sessions, so it is asked no more often than this, in ms. */
const PAUSE = 1500;

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
  let asked = Number.NEGATIVE_INFINITY;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const ask = async (): Promise<void> => {
    timer = undefined;
    asked = performance.now();
    // What fails here is asked again with the next change; the run itself can be seen without it.
    const [found, blamed] = await Promise.allSettled([api.findings(wanted), api.stuck(wanted)]);
    if (found.status === 'fulfilled') findings = found.value;
    if (blamed.status === 'fulfilled') stuck = blamed.value;
    known = found.status === 'fulfilled';
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
      wanted = sessions;
      timer ??= setTimeout(() => void ask(), Math.max(0, asked + PAUSE - performance.now()));
    },
    close: () => clearTimeout(timer),
  };
}
