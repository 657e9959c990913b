/**
 * Variables of the OpenTelemetry environment that can be written in a way that means nothing. Each of
 * them is passed over, and that is said: what is meant for all programs of a machine ends none of ours.
 */
import { accessSync, constants } from 'node:fs';
import { codeOf } from '../../model/error-code.ts';
import { headersIn } from './settings.ts';

type Settings = Readonly<Record<string, string>>;

/** What is wrong with a value; undefined: nothing. */
type Check = (value: string) => string | undefined;

export const PROTOCOLS = ['http/protobuf', 'http/json'];

/** By what comes after OTEL_EXPORTER_OTLP_, or after OTEL_EXPORTER_OTLP_TRACES_. */
const CHECKS: Readonly<Record<string, Check>> = {
  // It may hold a key, so it is not repeated.
  HEADERS: (value) => (headersIn(value) ? undefined : 'is no list of key=value'),
  TIMEOUT: (value) => (Number(value) > 0 ? undefined : `${is(value)} no number of ms`),
  COMPRESSION: oneOf(['gzip', 'none']),
  PROTOCOL: oneOf(PROTOCOLS),
  CERTIFICATE: readable,
  CLIENT_KEY: readable,
  CLIENT_CERTIFICATE: readable,
};

/** The settings without those that cannot be used; `say` is told each of them in one sentence. */
export function usable(settings: Settings, say: (line: string) => void): Record<string, string> {
  const kept = Object.entries(settings).filter(([name, value]) => {
    const [, kind = ''] = /^OTEL_EXPORTER_OTLP_(?:TRACES_)?([A-Z_]{1,30})$/.exec(name) ?? [];
    const fault = CHECKS[kind]?.(value.trim());
    if (fault !== undefined) say(`${name} ${fault}, and is passed over. [endpoint-refused]`);
    return fault === undefined;
  });
  return Object.fromEntries(kept);
}

function oneOf(words: readonly string[]): Check {
  return (value) =>
    words.includes(value) ? undefined : `${is(value)} none of ${words.join(', ')}`;
}

function readable(file: string): string | undefined {
  try {
    accessSync(file, constants.R_OK);
    return undefined;
  } catch (error) {
    return `names a file that cannot be read (${codeOf(error)})`;
  }
}

function is(value: string): string {
  return `is ${value.slice(0, 40)},`;
}
