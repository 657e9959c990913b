/**
 * A log record of others as one line of JSON. It is kept among the lines of spans (foreign-span-text.ts):
 * neither decodes the lines of the other.
 */
import { isObject, parseJson } from '../json.ts';
import type { ForeignLog } from './foreign-log.ts';

export function encodeForeignLog(log: ForeignLog): string {
  return JSON.stringify({ ...log, time: String(log.time) });
}

/** Undefined for a text that `encodeForeignLog` did not write. */
export function decodeForeignLog(line: string): ForeignLog | undefined {
  const parsed = parseJson(line);
  if (!parsed.ok || !isObject(parsed.value)) return undefined;
  const written = parsed.value as unknown as Omit<ForeignLog, 'time'> & { readonly time: string };
  try {
    return { ...written, time: BigInt(written.time) };
  } catch {
    return undefined;
  }
}
