/**
 * Where a tap sends its spans: `--otlp`, else the environment of OpenTelemetry. What a command says is
 * its user's word; what an environment says may be meant for another program, and ends no tap.
 */
import { DEFAULT_PORT } from '../model/api.ts';
import { IS_OWN, isOwn, type OwnCollector } from '../tap/otlp/own-collector.ts';
import { endpointIn, type OtlpOptions, tracesUrl } from '../tap/otlp/settings.ts';
import { PROTOCOLS } from '../tap/otlp/variables.ts';
import { UserError } from './error.ts';
import { otlpAddress } from './export-endpoint.ts';
import { type Environment, settingsIn } from './otel-environment.ts';
import type { OtelOptions } from './otel-options.ts';

export interface GivenOtlp extends OtelOptions {
  readonly otlp?: string;
}

/** Undefined where nothing is sent; `say` tells the user why what the environment asks for cannot be. */
export function otlpOf(
  { otlp, otelParent: parent = 'remote', otelPayloads: payloads }: GivenOtlp,
  environment: Environment,
  own: OwnCollector,
  say: (line: string) => void,
): OtlpOptions | undefined {
  const settings = settingsIn(environment, (name) => name.startsWith('OTEL_'));
  if (settings['OTEL_SDK_DISABLED']?.trim().toLowerCase() === 'true') return undefined;
  if (otlp === undefined && !exporters(settings).includes('otlp')) return undefined;
  if (otlp === undefined && endpointIn(settings) === undefined) return undefined;
  const url = otlp === undefined ? {} : { url: otlpAddress(otlp) };
  const fault = otlp === undefined ? faultOf(settings) : undefined;
  if (fault !== undefined) {
    say(`No spans are sent: ${fault} [otlp-failed]`);
    return undefined;
  }
  const to = tracesUrl({ ...url, settings });
  if (isOwn(to, settings, own)) {
    if (otlp !== undefined) refuseOwn(to);
    if (!isAt(to, own)) say(`No spans are sent to ${to.origin}: ${OF_OWN}`);
    return undefined;
  }
  return { ...url, parent, settings, ...(payloads === undefined ? {} : { payloads }) };
}

/** Where the collector runs, or else would. */
function isAt({ port }: URL, { address }: OwnCollector): boolean {
  return port === (address === undefined ? String(DEFAULT_PORT) : new URL(address).port);
}

const OF_OWN =
  'OTEL_EXPORTER_OTLP_HEADERS holds the token of the collector of this state folder, which does not run ' +
  'there and which taps send messages. Name another receiver by --otlp. [endpoint-refused]';

/** It takes the spans of others and refuses those of taps, whose messages it has. */
function refuseOwn({ origin }: URL): never {
  throw new UserError('endpoint-refused', `${origin} ${IS_OWN}.`, 'Leave --otlp out.');
}

/** Of an environment that names an endpoint. */
function faultOf(settings: Readonly<Record<string, string>>): string | undefined {
  const protocol =
    settings['OTEL_EXPORTER_OTLP_TRACES_PROTOCOL'] ?? settings['OTEL_EXPORTER_OTLP_PROTOCOL'];
  if (protocol !== undefined && !PROTOCOLS.includes(protocol.trim())) {
    return `OTEL_EXPORTER_OTLP_PROTOCOL is ${protocol}, and a tap speaks ${PROTOCOLS.join(' and ')}.`;
  }
  try {
    tracesUrl({ settings });
    return undefined;
  } catch {
    return 'What OTEL_EXPORTER_OTLP_ENDPOINT names is no address of a receiver over HTTP.';
  }
}

function exporters(settings: Readonly<Record<string, string>>): string[] {
  return (settings['OTEL_TRACES_EXPORTER'] ?? 'otlp').split(',').map((name) => name.trim());
}
