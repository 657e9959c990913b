/** What the system says when it refuses. */
import { constants } from 'node:os';

/** What a system error says, without its code and without the call that failed. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // Node has no words for this one.
  if ('errno' in error && error.errno === -constants.errno.EDQUOT) return 'disk quota exceeded';
  return /^[A-Z0-9_]+: (.+?)(?:, \w+.*)?$/s.exec(error.message)?.[1] ?? error.message;
}
