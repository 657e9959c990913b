/** Where the spans of a tap go: what its user said, in the words of OpenTelemetry. */
import type { Parent, Payloads } from '../../model/otel/options.ts';

export interface OtlpOptions {
  /** The address of a receiver, as `http://127.0.0.1:4318`; `/v1/traces` is added where it is missing. */
  readonly url?: string;
  /** What a caller's context is to its span; `remote` when left out. */
  readonly parent?: Parent;
  /** Shows payloads, as they are recorded; none when left out. */
  readonly payloads?: Payloads;
  /**
   * Variables of the OpenTelemetry environment, such as OTEL_EXPORTER_OTLP_HEADERS; where `url` is left
   * out also the one that names the endpoint. Those of this process are not read. Headers belong to the
   * endpoint that stands beside them, and go to no other.
   */
  readonly settings?: Readonly<Record<string, string>>;
}

const PATH = 'v1/traces';
const OF_TRACES = 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT';
const OF_ALL = 'OTEL_EXPORTER_OTLP_ENDPOINT';
export const HEADERS_OF_TRACES = 'OTEL_EXPORTER_OTLP_TRACES_HEADERS';
export const HEADERS = 'OTEL_EXPORTER_OTLP_HEADERS';

/** The endpoint that the settings name. */
export function endpointIn(settings: OtlpOptions['settings'] = {}): string | undefined {
  return settings[OF_TRACES] ?? settings[OF_ALL];
}

/** The whole address; throws a TypeError where there is none, or none of HTTP. */
export function tracesUrl({ url, settings = {} }: OtlpOptions): URL {
  const given = url ?? endpointIn(settings) ?? '';
  const parsed = new URL(given);
  if (!/^https?:$/.test(parsed.protocol)) throw new TypeError('Invalid URL');
  const isWhole = url === undefined ? settings[OF_TRACES] : parsed.pathname.endsWith(`/${PATH}`);
  if (!isWhole) parsed.pathname = parsed.pathname.replace(/\/?$/, `/${PATH}`);
  return parsed;
}

/** The settings without the headers that belong to another endpoint than the one that is sent to. */
export function settingsFor(options: OtlpOptions): Record<string, string> {
  const settings = { ...options.settings };
  const to = tracesUrl(options).origin;
  const ofTraces = endpointIn(settings);
  const ofAll = [settings[OF_ALL], settings[OF_TRACES]].filter((one) => one !== undefined);
  if (ofTraces !== undefined && originOf(ofTraces) !== to) delete settings[HEADERS_OF_TRACES];
  if (ofAll.length > 0 && !ofAll.some((one) => originOf(one) === to)) delete settings[HEADERS];
  return settings;
}

function originOf(address: string): string | undefined {
  return URL.canParse(address) ? new URL(address).origin : undefined;
}

/** The environment of the thread that sends: these settings and nothing else. */
export function senderEnvironment(options: OtlpOptions): Record<string, string> {
  return { ...settingsFor(options), [OF_TRACES]: tracesUrl(options).href };
}

/** Percent-encoded text; undefined where it is none. */
export function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/**
 * The headers in `key=value,key=value`, values percent-encoded, as the specification of the variable has
 * it; undefined where it is no such list.
 */
export function headersIn(list: string): Record<string, string> | undefined {
  const headers: Record<string, string> = {};
  for (const pair of list.split(',')) {
    if (pair.trim() === '') continue;
    const [, key = '', value = ''] = /^\s*([\w!#$%&'*+.^`|~-]+)\s*=(.*)$/s.exec(pair) ?? [];
    const plain = decoded(value.trim());
    if (key === '' || plain === undefined || /[\r\n\0]/.test(plain)) return undefined;
    headers[key.toLowerCase()] = plain;
  }
  return headers;
}
