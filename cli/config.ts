/** Our own configuration, as commands need it: wiretape.config.jsonc in the state folder and here. */
import { statSync } from 'node:fs';
import type { AskSaid, Said } from '../collector/index.ts';
import type { FootprintRule } from '../model/footprint-rule.ts';
import type { Suppression } from '../model/suppression.ts';
import { type ConfigPlace, configsAt, configsHere } from '../tap/config-place.ts';
import type { SessionOptions } from '../tap/tap-session.ts';

/** What taps add to the rules of redaction. Most people have no configuration: then nothing is loaded. */
export async function rulesHere(state: string): Promise<Pick<SessionOptions, 'rules'>> {
  const places = configsHere(state);
  if (places.length === 0) return {};
  const { rulesOf } = await import('../tap/config.ts');
  return { rules: rulesOf(places) };
}

/** What is wrong with the configuration, and what that does to the taps started here. */
export async function configFault(state: string): Promise<string | undefined> {
  const { rules } = await rulesHere(state);
  return rules !== undefined && 'unknown' in rules ? rules.unknown : undefined;
}

/** Throws a ConfigFault when the configuration of the user cannot be read: all his taps would keep no text. */
export async function checkUsersConfig(state: string): Promise<void> {
  const places = configsAt(state, state);
  if (places.length === 0) return;
  const { readRedaction } = await import('../tap/config.ts');
  readRedaction(places);
}

/** What the user says of his tools. Throws a ConfigFault when it cannot be read. */
export async function footprintsHere(state: string): Promise<readonly FootprintRule[]> {
  const places = configsHere(state);
  if (places.length === 0) return [];
  const { readFootprintRules } = await import('./config-parts.ts');
  return readFootprintRules(places);
}

/** Which findings the user does not want to hear of. Throws a ConfigFault when it cannot be read. */
export async function suppressionsHere(state: string): Promise<readonly Suppression[]> {
  const places = configsHere(state);
  if (places.length === 0) return [];
  const { readSuppressionRules } = await import('./config-parts.ts');
  return readSuppressionRules(places);
}

/** What stands in the configurations, read anew where they have changed; the last that could be read while they cannot. */
export function saidHere(state: string): AskSaid {
  let stamp: string | undefined;
  let last: Said | undefined;
  return async () => {
    const now = configsHere(state).map(stampOf).join(' ');
    if (last && now === stamp) return last;
    stamp = now;
    const footprints = footprintsHere(state);
    const suppressions = suppressionsHere(state);
    const [read] = await Promise.allSettled([Promise.all([footprints, suppressions])]);
    if (read.status === 'fulfilled')
      last = { footprints: read.value[0], suppressions: read.value[1] };
    else if (!last) throw read.reason;
    return last;
  };
}

/** Changes whenever the file does. */
function stampOf({ path }: ConfigPlace): string {
  const found = statSync(path, { throwIfNoEntry: false });
  return `${path}:${found?.mtimeMs}:${found?.size}`;
}
