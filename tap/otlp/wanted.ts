/** Who sends the spans of a tap's sessions, as its user wishes. */
import { reasonOf } from '../system-error.ts';
import { createLiveSpans, type LiveSpans } from './live-spans.ts';
import { forAnother, IS_OWN, isOwn, ownCollector } from './own-collector.ts';
import { type OtlpOptions, tracesUrl } from './settings.ts';
import { usable } from './variables.ts';

export interface WantedSpans {
  readonly otlp?: OtlpOptions | undefined;
  readonly state: string;
  /** The version of wiretape. */
  readonly version: string;
}

/** Nobody, where nobody is named, or where `say` tells the user why whoever is named cannot be sent any. */
export function wantedSpans(
  { otlp, state, version }: WantedSpans,
  say: (line: string) => void,
): LiveSpans | undefined {
  if (!otlp) return undefined;
  try {
    const to = tracesUrl(otlp);
    const own = ownCollector(state);
    const settings = usable(otlp.settings ?? {}, say);
    if (!isOwn(to, otlp.settings ?? {}, own))
      return createLiveSpans({ otlp: forAnother({ ...otlp, settings }, own, say), version, say });
    say(`No spans are sent to ${to.origin}: it ${IS_OWN}. Leave otlp out. [endpoint-refused]`);
  } catch (error) {
    say(`No spans are sent to ${otlp.url ?? 'anybody'}: ${reasonOf(error)}. ${HINT}`);
  }
  return undefined;
}

const HINT = 'Write an address like http://127.0.0.1:4318. [otlp-failed]';
