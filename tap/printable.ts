/** Names of commands and files, and words of peers, may hold what a terminal would obey. */
export function printable(line: string): string {
  return line.replace(/[\p{Cc}\p{Cf}]/gu, '?');
}
