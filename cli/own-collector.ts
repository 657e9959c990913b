/**
 * Tells the collector of a state folder from other receivers of OpenTelemetry. Taps inherit the
 * environment of agents that send it their own spans, and it has what taps record anyway.
 */
import { isLoopback } from '../model/loopback.ts';
import { endpointIn, HEADERS, HEADERS_OF_TRACES } from '../tap/otlp/settings.ts';
import { findCollector, tokenOf } from './api.ts';
import { decoded } from './export-endpoint.ts';

export interface OwnCollector {
  /** Where it runs; undefined: it does not now. */
  readonly address?: string | undefined;
  /** What others write with; it is for nobody else. */
  readonly token?: string | undefined;
}

type Settings = Readonly<Record<string, string>>;

/** Nothing is made, and a folder that cannot be read has no collector. */
export async function ownCollector(state: string): Promise<OwnCollector> {
  const running = await findCollector(state).catch(() => undefined);
  return { address: running?.address, token: (await tokenOf(state, 'write')) || undefined };
}

/** Whether spans would go to it: it runs there, or is to, since the settings give that endpoint its token. */
export function isOwn(to: URL, settings: Settings, { address, token }: OwnCollector): boolean {
  if (!isLoopback(to.origin)) return false;
  if (address !== undefined && new URL(address).port === to.port) return true;
  const named = endpointIn(settings) ?? '';
  const isNamed = URL.canParse(named) && new URL(named).origin === to.origin;
  return isNamed && withoutToken(settings, token) !== settings;
}

/** The settings without headers that hold its token; the same object where none does. */
export function withoutToken(settings: Settings, token: string | undefined): Settings {
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
