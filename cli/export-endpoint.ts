/** Where to export to, as it stands on a command line and in OpenTelemetry's environment. */
import type { Endpoint, Exporting } from '../collector/index.ts';
import { UserError } from './error.ts';

/** The port of OTLP/HTTP. */
const OTLP_PORT = '4318';
const HINT = 'Give otlp://HOST[:4318], otlps://HOST[:4318] or the http(s):// address of OTLP/HTTP.';

type Environment = Readonly<Record<string, string | undefined>>;

/** `environment`: of which the headers and the patience of OpenTelemetry's exporters are taken. */
export function exportingTo(
  addresses: readonly string[],
  environment: Environment,
): Pick<Exporting, 'endpoints' | 'patience'> {
  const headers = headersIn(environment['OTEL_EXPORTER_OTLP_HEADERS'] ?? '');
  const patience = Number(environment['OTEL_EXPORTER_OTLP_TIMEOUT']);
  const endpoints = addresses.map((address) => endpointOf(address, headers));
  const once = new Map(endpoints.map((endpoint) => [endpoint.name, endpoint]));
  return {
    endpoints: [...once.values()],
    ...(patience > 0 ? { patience: { answer: patience } } : {}),
  };
}

function endpointOf(address: string, headers: Endpoint['headers']): Endpoint {
  const name = otlpAddress(address);
  return { name, traces: `${name}/v1/traces`, logs: `${name}/v1/logs`, headers };
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

/** `key=value,key=value`, values percent-encoded, as the specification of the variable has it. */
function headersIn(text: string): Endpoint['headers'] {
  const pairs = text.split(',').filter((pair) => pair.trim() !== '');
  return Object.fromEntries(
    pairs.map((pair) => {
      const [, key = '', value = ''] = /^\s*([\w!#$%&'*+.^`|~-]+)\s*=(.*)$/s.exec(pair) ?? [];
      const plain = decoded(value.trim());
      if (key === '' || plain === undefined || /[\r\n\0]/.test(plain))
        refuse(
          'OTEL_EXPORTER_OTLP_HEADERS is no list of key=value.',
          'Encode commas and spaces: %2C, %20.',
        );
      return [key.toLowerCase(), plain];
    }),
  );
}

/** Percent-encoded text; undefined where it is none. */
export function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** What may hold a credential is not repeated. */
function shown(address: string): string {
  return address.includes('@') ? 'What was given' : address.slice(0, 100);
}

function refuse(detail: string, hint = HINT): never {
  throw new UserError('endpoint-refused', detail, hint);
}
