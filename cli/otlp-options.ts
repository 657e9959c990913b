/**
 * Where a tap sends its spans: `--otlp`, else the environment of OpenTelemetry. What a command says is
 * its user's word; what an environment says may be meant for another program, and ends no tap.
 */
import { type OtlpOptions, tracesUrl } from '../tap/otlp/settings.ts';
import { UserError } from './error.ts';
import type { OtelOptions } from './otel-options.ts';

export interface GivenOtlp extends OtelOptions {
  readonly otlp?: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Undefined where nothing is sent; `say` tells the user why what the environment asks for cannot be. */
export function otlpOf(
  { otlp: url, otelParent: parent = 'remote', otelPayloads: payloads }: GivenOtlp,
  environment: Environment,
  say: (line: string) => void,
): OtlpOptions | undefined {
  const settings = settingsIn(environment);
  const options = {
    parent,
    settings,
    ...(url === undefined ? {} : { url }),
    ...(payloads === undefined ? {} : { payloads }),
  };
  if (settings['OTEL_SDK_DISABLED']?.trim().toLowerCase() === 'true') return undefined;
  if (url === undefined && !exporters(settings).includes('otlp')) return undefined;
  const fault = faultOf(options);
  if (fault === undefined) return options;
  if (url !== undefined) throw new UserError('wrong-usage', fault, HINT);
  say(`No spans are sent: ${fault} [otlp-failed]`);
  return undefined;
}

const HINT =
  'Write it like --otlp http://127.0.0.1:4318, and OTEL_EXPORTER_OTLP_PROTOCOL as http/protobuf or http/json.';
const SPOKEN = ['http/protobuf', 'http/json'];

function faultOf(options: OtlpOptions): string | undefined {
  const { url, settings = {} } = options;
  const protocol =
    settings['OTEL_EXPORTER_OTLP_TRACES_PROTOCOL'] ?? settings['OTEL_EXPORTER_OTLP_PROTOCOL'];
  if (protocol !== undefined && !SPOKEN.includes(protocol.trim())) {
    return `OTEL_EXPORTER_OTLP_PROTOCOL is ${protocol}, and a tap speaks ${SPOKEN.join(' and ')}.`;
  }
  try {
    tracesUrl(options);
    return undefined;
  } catch {
    const named = url ?? 'What OTEL_EXPORTER_OTLP_ENDPOINT names';
    return `${named} is no address of a receiver over HTTP.`;
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
