/** Where to export to, as it stands on a command line and in OpenTelemetry's environment. */
import type { Endpoint, Exporting } from '../collector/index.ts';
import { isLoopback } from '../model/loopback.ts';
import { sameWritten } from '../model/otel/destination.ts';
import { headersIn } from '../tap/otlp/settings.ts';
import { usable } from '../tap/otlp/variables.ts';
import { UserError } from './error.ts';
import { type Environment, settingsIn } from './otel-environment.ts';

/** The port of OTLP/HTTP. */
const OTLP_PORT = '4318';
const HINT = 'Give otlp://HOST[:4318], otlps://HOST[:4318] or the http(s):// address of OTLP/HTTP.';

/** The collector that exports. */
export interface Exporter {
  /** Its tokens, which nobody else is to have. */
  readonly tokens: readonly string[];
  readonly port: number;
  /** Tells its user what of the environment is passed over. */
  readonly say: (line: string) => void;
}

/** `environment`: of which the headers, the patience and the packing of OpenTelemetry's exporters are taken. */
export function exportingTo(
  addresses: readonly string[],
  environment: Environment,
  { tokens, port, say }: Exporter,
): Pick<Exporting, 'endpoints' | 'patience'> {
  const { [TIMEOUT]: timeout, [COMPRESSION]: compression } = usable(
    settingsIn(environment, (name) => name === TIMEOUT || name === COMPRESSION),
    say,
  );
  const named = addresses.map(endpointOf);
  const own = named.find((one) => isOfPort(one, port));
  if (own)
    refuse(`${own.name} is this collector itself.`, 'Name another receiver, or another --port.');
  const once = [...new Map(named.map((endpoint) => [endpoint.name, endpoint])).values()];
  const isPlain = compression?.trim() === 'none';
  const packed = once.map((one) => (isPlain ? { ...one, compression: 'none' as const } : one));
  return {
    endpoints: withHeaders(packed, environment, { tokens, say }),
    ...(timeout === undefined ? {} : { patience: { answer: Number(timeout) } }),
  };
}

const TIMEOUT = 'OTEL_EXPORTER_OTLP_TIMEOUT';
const COMPRESSION = 'OTEL_EXPORTER_OTLP_COMPRESSION';

function isOfPort({ traces }: Endpoint, port: number): boolean {
  const { origin, protocol, port: own } = new URL(traces);
  return isLoopback(origin) && Number(own || (protocol === 'https:' ? 443 : 80)) === port;
}

/** The headers of an environment may hold a credential: they go where that environment sends to. */
function withHeaders(
  endpoints: readonly Endpoint[],
  environment: Environment,
  { tokens, say }: Pick<Exporter, 'tokens' | 'say'>,
): readonly Endpoint[] {
  const headers = headersIn(environment['OTEL_EXPORTER_OTLP_HEADERS'] ?? '');
  if (!headers)
    refuse(
      'OTEL_EXPORTER_OTLP_HEADERS is no list of key=value.',
      'Encode commas and spaces: %2C, %20.',
    );
  if (Object.keys(headers).length === 0) return endpoints;
  const origin = originOf(environment['OTEL_EXPORTER_OTLP_ENDPOINT']);
  if (origin === undefined && endpoints.length > 1)
    refuse(
      'Nobody can tell which of several endpoints OTEL_EXPORTER_OTLP_HEADERS are for.',
      'Name it in OTEL_EXPORTER_OTLP_ENDPOINT.',
    );
  return endpoints.map((endpoint) => {
    if (origin !== undefined && originOf(endpoint.traces) !== origin) {
      say(`${endpoint.name} is not sent OTEL_EXPORTER_OTLP_HEADERS, which are for ${origin}.`);
      return endpoint;
    }
    const text = Object.values(headers).join('\n');
    if (tokens.some((token) => text.includes(token)))
      refuse(
        `OTEL_EXPORTER_OTLP_HEADERS hold a token of this collector, which is not for ${endpoint.name}.`,
        'Unset them, or name whom they are for in OTEL_EXPORTER_OTLP_ENDPOINT.',
      );
    return { ...endpoint, headers };
  });
}

/** Undefined where none is named. */
function originOf(address = ''): string | undefined {
  if (address.trim() === '') return undefined;
  if (URL.canParse(address)) return new URL(sameWritten(address)).origin;
  refuse(
    'OTEL_EXPORTER_OTLP_ENDPOINT is no address, so nobody can tell whom its headers are for.',
    'Write it like http://127.0.0.1:4318.',
  );
}

function endpointOf(address: string): Endpoint {
  const name = otlpAddress(address);
  return { name, traces: `${name}/v1/traces`, logs: `${name}/v1/logs`, headers: {} };
}

/** What is before the paths of the signals, over HTTP; refused is what is no address or holds a credential. */
export function otlpAddress(address: string): string {
  const scheme = /^(otlps?|https?):\/\//i.exec(address)?.[1]?.toLowerCase();
  const rest = address.slice((scheme ?? '').length);
  const isOurs = scheme === 'otlp' || scheme === 'otlps';
  const text = `${scheme?.endsWith('s') ? 'https' : 'http'}${rest}`;
  if (scheme === undefined || !URL.canParse(text))
    refuse(`${shown(address)} is no address of OTLP/HTTP.`);
  const url = new URL(text);
  if (url.username !== '' || url.password !== '') {
    const hint = 'Put it into OTEL_EXPORTER_OTLP_HEADERS, such as authorization=Bearer%20KEY.';
    refuse(`The address of ${url.host} holds a credential, which others would see.`, hint);
  }
  if (url.search !== '' || url.hash !== '')
    refuse(
      `The address of ${url.host} has more behind its path, which OTLP/HTTP has no place for.`,
    );
  if (isOurs && url.port === '' && !/:\d+(?:\/|$)/.test(rest.slice(3))) url.port = OTLP_PORT;
  const path = url.pathname.replace(/\/$/, '').replace(/\/v1\/traces$/, '');
  return `${url.origin}${path}`;
}

/** What may hold a credential is not repeated. */
function shown(address: string): string {
  return address.includes('@') ? 'What was given' : address.slice(0, 100);
}

function refuse(detail: string, hint = HINT): never {
  throw new UserError('endpoint-refused', detail, hint);
}
