/**
 * Items that make an endpoint unwell each time they are sent, while it takes all others: they hold up
 * nothing, are sent again ever more rarely, and are never given up. That they are not there is known by
 * how far their sessions are, so the next collector sends them as well.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { Unwell } from './delivery.ts';
import type { Patience } from './endpoint.ts';

export interface Kept<T> {
  /** Those that are to be sent again now; they are kept no more. */
  due(): Promise<readonly T[]>;
  keep(more: readonly Unwell<T>[]): void;
  all(): readonly Unwell<T>[];
  sessions(): readonly string[];
  drop(session: string): void;
}

/** With more of them, it is the endpoint: then everything waits. */
const MOST = 1000;

export function createKept<T extends { readonly session: string }>({
  first,
  refused,
}: Patience): Kept<T> {
  let kept: readonly Unwell<T>[] = [];
  let long = first;
  let at = 0;
  return {
    async due() {
      if (kept.length > MOST) await pause(at - performance.now());
      if (kept.length === 0 || performance.now() < at) return [];
      const due = kept.map(({ item }) => item);
      kept = [];
      return due;
    },
    keep(more) {
      if (more.length === 0) {
        if (kept.length === 0) long = first;
        return;
      }
      kept = [...kept, ...more];
      long = Math.min(2 * long, refused);
      at = performance.now() + long;
    },
    all: () => kept,
    sessions: () => [...new Set(kept.map(({ item }) => item.session))],
    drop(session) {
      kept = kept.filter(({ item }) => item.session !== session);
    },
  };
}
