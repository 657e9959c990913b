/**
 * Tells the collector of a state folder from other receivers of OpenTelemetry. Agents that send it their
 * own spans hand its address and its token on, and it has what taps record anyway.
 */
import { readFileSync } from 'node:fs';
import { isLoopback } from '../../model/loopback.ts';
import { statePaths } from '../../model/state.ts';
import { collectorAddress } from '../running-collector.ts';
import {
  decoded,
  endpointIn,
  HEADERS,
  HEADERS_OF_TRACES,
  type OtlpOptions,
  settingsFor,
  tracesUrl,
} from './settings.ts';

export interface OwnCollector {
  /** Where it runs; undefined: it does not now. */
  readonly address?: string | undefined;
  /** What others write with; it is for nobody else. */
  readonly token?: string | undefined;
}

export const IS_OWN = 'is the collector of this state folder, which has what taps record';

type Settings = Readonly<Record<string, string>>;

/** Nothing is made, and a folder that cannot be read has no collector. */
export function ownCollector(state: string): OwnCollector {
  return { address: collectorAddress(state), token: tokenIn(`${statePaths(state).tokens}/write`) };
}

function tokenIn(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim() || undefined;
  } catch {
    return undefined;
  }
}

/** Whether spans would go to it: it runs there, or is to, since the settings give that endpoint its token. */
export function isOwn(to: URL, settings: Settings, { address, token }: OwnCollector): boolean {
  if (!isLoopback(to.origin)) return false;
  if (address !== undefined && new URL(address).port === to.port) return true;
  const named = endpointIn(settings) ?? '';
  const isNamed = URL.canParse(named) && new URL(named).origin === to.origin;
  return isNamed && withoutToken(settings, token) !== settings;
}

/** What another receiver is sent: nothing with the collector's token in it, and that is said. */
export function forAnother(
  otlp: OtlpOptions,
  { token }: OwnCollector,
  say: (line: string) => void,
): OtlpOptions {
  const meant = settingsFor(otlp);
  const settings = withoutToken(meant, token);
  if (settings !== meant)
    say(`${tracesUrl(otlp).origin} is not sent the token of the collector, ${TOKEN}`);
  return { ...otlp, settings };
}

const TOKEN =
  'which OTEL_EXPORTER_OTLP_HEADERS holds and which is for nobody else. [endpoint-refused]';

/** The settings without headers that hold its token; the same object where none does. */
function withoutToken(settings: Settings, token: string | undefined): Settings {
  const holds = (pair: string): boolean =>
    token !== undefined && (decoded(pair) ?? pair).includes(token);
  const held = [HEADERS, HEADERS_OF_TRACES].filter((name) => holds(settings[name] ?? ''));
  if (held.length === 0) return settings;
  const left = held.map((name) => {
    const pairs = settings[name]?.split(',') ?? [];
    return [name, pairs.filter((pair) => !holds(pair)).join(',')];
  });
  return { ...settings, ...Object.fromEntries(left) };
}
