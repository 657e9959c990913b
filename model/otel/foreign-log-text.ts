/**
 * A log record of others as one line of JSON (written by otlp/logs.ts). It is kept among the lines of spans (foreign-span-text.ts):
 * neither decodes the lines of the other.
 */
import { isObject, type JsonValue, parseJson } from '../json.ts';
import type { ForeignLog } from './foreign-log.ts';

/** Undefined for a text that is no such line. */
export function decodeForeignLog(line: string): ForeignLog | undefined {
  const parsed = parseJson(line);
  if (!parsed.ok || !isObject(parsed.value)) return undefined;
  const { time, body, ...written } = parsed.value as unknown as Written;
  try {
    return { ...written, time: BigInt(time), ...(body == null ? undefined : { body }) };
  } catch {
    return undefined;
  }
}

type Written = Omit<ForeignLog, 'time' | 'body'> & {
  readonly time: string;
  readonly body?: JsonValue;
};
