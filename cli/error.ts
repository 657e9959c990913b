/**
 * What a user is told when a command cannot do its work: one sentence, one hint, one code.
 * Every code stands in docs/errors.md. Faults of our own are no UserErrors and keep their stack.
 */
export const ERROR_CODES = [
  'wrong-usage',
  'unknown-command',
  'no-command',
  'command-not-found',
  'oauth-login',
  'no-such-file',
  'not-a-recording',
  'newer-format',
  'incomplete-recording',
  'not-importable',
  'already-imported',
  'not-a-lock',
  'not-a-baseline',
  'nothing-listed',
  'listing-failed',
  'unknown-session',
  'ambiguous-session',
  'no-replay',
  'mask-refused',
  'fault-refused',
  'session-live',
  'not-collected',
  'no-marked-runs',
  'too-many-sessions',
  'file-exists',
  'unwritable-folder',
  'otlp-failed',
  'unsafe-folder',
  'network-folder',
  'port-in-use',
  'socket-in-use',
  'already-running',
  'store-in-use',
  'store-newer',
  'store-damaged',
  'no-sqlite',
  'collector-failed',
  'no-servers',
  'demo-failed',
  'unknown-server',
  'cannot-wrap',
  'config-invalid',
  'config-unreadable',
  'config-unwritable',
  'config-changed',
  'unknown-call',
  'redacted-value',
  'not-redacted',
  'ambiguous-value',
  'server-unreachable',
  'unknown-finding',
  'servers-invalid',
  'not-explorable',
  'tool-refused',
  'nothing-to-explore',
  'schedule-refused',
  'not-reproduced',
  'time-over',
  'endpoint-refused',
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

/** Wrong usage or a wrong environment: ends the command with exit code 2. */
export class UserError extends Error {
  readonly code: ErrorCode;
  readonly hint: string;

  constructor(code: ErrorCode, detail: string, hint: string) {
    super(detail);
    this.code = code;
    this.hint = hint;
  }
}

/** The code of a system error (`ENOENT`, `EADDRINUSE`), or undefined when it has none. */
export function systemCode(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : undefined;
}

/** What a system error says, without its code and without the call that failed. */
export function systemReason(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return /^[A-Z0-9_]+: (.+?)(?:, \w+.*)?$/s.exec(text)?.[1] ?? text;
}
