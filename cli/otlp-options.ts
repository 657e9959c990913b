/**
 * Where a tap sends its spans: `--otlp`, else the environment of OpenTelemetry. What a command says is
 * its user's word; what an environment says may be meant for another program, and ends no tap.
 */
import { IS_OWN, isOwn, type OwnCollector } from '../tap/otlp/own-collector.ts';
import { type OtlpOptions, tracesUrl } from '../tap/otlp/settings.ts';
import { UserError } from './error.ts';
import { otlpAddress } from './export-endpoint.ts';
import type { OtelOptions } from './otel-options.ts';

export interface GivenOtlp extends OtelOptions {
  readonly otlp?: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Undefined where nothing is sent; `say` tells the user why what the environment asks for cannot be. */
export function otlpOf(
  { otlp, otelParent: parent = 'remote', otelPayloads: payloads }: GivenOtlp,
  environment: Environment,
  own: OwnCollector,
  say: (line: string) => void,
): OtlpOptions | undefined {
  const settings = settingsIn(environment);
  if (settings['OTEL_SDK_DISABLED']?.trim().toLowerCase() === 'true') return undefined;
  if (otlp === undefined && !exporters(settings).includes('otlp')) return undefined;
  const url = otlp === undefined ? {} : { url: otlpAddress(otlp) };
  const fault = faultOf({ ...url, settings });
  if (fault !== undefined) {
    if (otlp !== undefined) throw new UserError('wrong-usage', fault, HINT);
    say(`No spans are sent: ${fault} [otlp-failed]`);
    return undefined;
  }
  const to = tracesUrl({ ...url, settings });
  if (isOwn(to, settings, own)) {
    if (otlp !== undefined) refuseOwn(to);
    return undefined;
  }
  return { ...url, parent, settings, ...(payloads === undefined ? {} : { payloads }) };
}

/** It takes the spans of others and refuses those of taps, whose messages it has. */
function refuseOwn({ origin }: URL): never {
  throw new UserError('endpoint-refused', `${origin} ${IS_OWN}.`, 'Leave --otlp out.');
}

const HINT = 'Set OTEL_EXPORTER_OTLP_PROTOCOL to http/protobuf or http/json.';
const SPOKEN = ['http/protobuf', 'http/json'];

function faultOf(options: OtlpOptions): string | undefined {
  const { settings = {} } = options;
  const protocol =
    settings['OTEL_EXPORTER_OTLP_TRACES_PROTOCOL'] ?? settings['OTEL_EXPORTER_OTLP_PROTOCOL'];
  if (protocol !== undefined && !SPOKEN.includes(protocol.trim())) {
    return `OTEL_EXPORTER_OTLP_PROTOCOL is ${protocol}, and a tap speaks ${SPOKEN.join(' and ')}.`;
  }
  try {
    tracesUrl(options);
    return undefined;
  } catch {
    return 'What OTEL_EXPORTER_OTLP_ENDPOINT names is no address of a receiver over HTTP.';
  }
}

/** An empty variable counts as one that is not set. */
function settingsIn(environment: Environment): Record<string, string> {
  const own = Object.entries(environment).filter(
    (one): one is [string, string] => one[0].startsWith('OTEL_') && Boolean(one[1]?.trim()),
  );
  return Object.fromEntries(own);
}

function exporters(settings: Readonly<Record<string, string>>): string[] {
  return (settings['OTEL_TRACES_EXPORTER'] ?? 'otlp').split(',').map((name) => name.trim());
}
