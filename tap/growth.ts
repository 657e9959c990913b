/**
 * Holds a journal that grows to the budget of its folder (budget.ts), looking at the folder only
 * now and then: a journal may outgrow the budget by one step before it is stopped.
 */

import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** All journals of a state folder together, in bytes. */
const BUDGET = 256 << 20;
/** So much is written between two looks at the folder, in bytes. */
const STEP = 16 << 20;
/** When nothing more fits, how long before the next look, in ms. */
const PAUSE = 10_000;

export interface Growth {
  /** Throws when a journal of this size may not grow. */
  check(size: number): void;
  /** The journal stays behind: makes room for it. */
  end(): Promise<void>;
}

export interface Limits {
  readonly budget?: number;
  readonly step?: number;
  readonly pause?: number;
}

export function watchGrowth(folder: string, limits: Limits = {}): Growth {
  const { budget = BUDGET, step = STEP, pause = PAUSE } = limits;
  let next = step;
  let isFull = false;

  /** Whether the journals are too large even without those of dead taps. */
  const exceeds = async (): Promise<boolean> => {
    if (sizeOf(folder) <= budget) return false;
    const { keepBudget } = await import('./budget.ts');
    return keepBudget(folder, budget) > budget;
  };

  const look = async (): Promise<void> => {
    isFull = await exceeds().catch(() => true);
    if (isFull) setTimeout(look, pause).unref();
  };

  return {
    check(size) {
      // A journal that began anew is short again.
      next = Math.min(next, size + step);
      if (size >= next) {
        next = size + step;
        void look();
      }
      if (isFull) throw new Error('the journals have reached their budget');
    },
    async end() {
      await exceeds();
    },
  };
}

/** The size of all files of a folder, in bytes; 0 when it cannot be read. */
function sizeOf(folder: string): number {
  try {
    return readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
  } catch {
    return 0;
  }
}
