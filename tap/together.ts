/**
 * Redaction of lines that came in one chunk: they are searched for secrets together, and one by one
 * only where that found any. Most traffic has none, and a stream of small events would otherwise
 * be searched hundreds of times a chunk.
 *
 * What a line alone would give is found in all of them as well: between two lines stands a line end,
 * which is no part of a secret and may stand on both sides of one. Only the expressions of a user may
 * ask where a text begins and ends, so who has such must not search together.
 */
import type { Redact } from '../model/crossing.ts';
import type { Line } from '../model/framing.ts';
import { utf8 } from '../model/text.ts';

/** Fewer lines are searched as fast one by one. */
const FEW = 3;

/** How each of the lines is redacted that a chunk completed. */
export function redactTogether(
  lines: readonly Line[],
  chunk: Uint8Array,
  redact: Redact,
): (line: Line) => Redact {
  const inside = lines.filter((line) => isIn(chunk, line.bytes));
  const [first, last] = [inside[0]?.bytes, inside.at(-1)?.bytes];
  if (!first || !last || inside.length < FEW) return () => redact;
  const length = last.byteOffset + last.length - first.byteOffset;
  const text = utf8(new Uint8Array(chunk.buffer, first.byteOffset, length));
  if (text === undefined || redact(text).count > 0) return () => redact;
  const clean = new Set(inside);
  return (line) => (clean.has(line) ? asItIs : redact);
}

const asItIs: Redact = (text) => ({ text, count: 0 });

function isIn(chunk: Uint8Array, { buffer, byteOffset, length }: Uint8Array): boolean {
  return (
    buffer === chunk.buffer &&
    byteOffset >= chunk.byteOffset &&
    byteOffset + length <= chunk.byteOffset + chunk.length
  );
}
