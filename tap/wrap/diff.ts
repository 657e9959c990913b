/** Shows one change of a text as the lines that go and the lines that come. */

/** `- old` and `+ new` lines, with the number of the first; nothing when the texts are equal. */
export function hunk(before: string, after: string): { line: number; lines: string[] } | undefined {
  if (before === after) return undefined;
  const old = before.split(/\r?\n/);
  const now = after.split(/\r?\n/);
  const shorter = Math.min(old.length, now.length);
  let start = 0;
  while (start < shorter && old[start] === now[start]) start++;
  let end = 0;
  while (end < shorter - start && old.at(-1 - end) === now.at(-1 - end)) end++;
  const gone = old.slice(start, old.length - end);
  const come = now.slice(start, now.length - end);
  return { line: start + 1, lines: lineByLine(gone, come) };
}

/** Lines that both have stay in the middle, so that a command and its arguments are two changes. */
function lineByLine(gone: readonly string[], come: readonly string[]): string[] {
  const lines: string[] = [];
  let at = 0;
  for (const line of gone) {
    const same = come.indexOf(line, at);
    if (same === -1) lines.push(`- ${line}`);
    else {
      lines.push(...come.slice(at, same).map((one) => `+ ${one}`), `  ${line}`);
      at = same + 1;
    }
  }
  return [...lines, ...come.slice(at).map((one) => `+ ${one}`)];
}
