/** What the system says when it refuses. */

/** The code of a system error, such as `ENOSPC`; undefined when it has none. */
export function codeOf(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : undefined;
}

/** What a system error says, without its code and without the call that failed. */
export function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return /^[A-Z0-9_]+: (.+?)(?:, \w+.*)?$/s.exec(text)?.[1] ?? text;
}
