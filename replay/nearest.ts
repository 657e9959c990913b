/** The recorded message that comes closest to one that has no equal, so that a miss can say why. */
import { subjectMember, subjectOf } from '../model/message.ts';
import { compareValues } from './compare.ts';
import { type Wanted, wantedOf } from './consumption.ts';
import type { Secrets } from './placeholders.ts';
import type { ClientItem, Script } from './script.ts';
import { matchedParams } from './volatile.ts';

export interface Nearest {
  readonly item: ClientItem;
  /** The first difference, as a JSON pointer into the message. */
  readonly pointer?: string;
  /** What the recorded message holds there. */
  readonly recorded?: unknown;
}

/** More are not compared: a miss must not cost more than the whole recording did. */
const MOST_COMPARED = 200;

/** Of the recorded messages of the same method, the one with the fewest differences; the first of equals. */
export function nearestOf(script: Script, wanted: Wanted, secrets: Secrets): Nearest | undefined {
  const { method } = wanted;
  const params = matchedParams(method, wanted.params);
  let best: Nearest | undefined;
  let fewest = Number.POSITIVE_INFINITY;
  for (const item of candidates(script, wanted)) {
    const own = matchedParams(method, wantedOf(item).params);
    const { count, ...first } = compareValues(own, params, {
      trial: secrets.trial(),
      limit: fewest,
    });
    if (count >= fewest) continue;
    fewest = count;
    best = { item, ...(aboutAnother(item, wanted) ?? placed(first)) };
  }
  return best;
}

type Place = Omit<Nearest, 'item'>;

/** Where two messages are about different tools or resources, that is the difference. */
function aboutAnother(item: ClientItem, { method, params }: Wanted): Place | undefined {
  const name = subjectMember(method);
  const recorded = subjectOf(method, wantedOf(item).params);
  if (name === undefined || recorded === subjectOf(method, params)) return undefined;
  return { pointer: `/params/${name}`, recorded };
}

function placed({ pointer, recorded }: Place): Place {
  return pointer === undefined ? {} : { pointer: `/params${pointer}`, recorded };
}

/** Those about the same tool, prompt or resource first. */
function candidates(script: Script, { kind, method, params }: Wanted): ClientItem[] {
  const same = script.client.filter(
    ({ message }) => message.kind === kind && 'method' in message && message.method === method,
  );
  const subject = subjectOf(method, params);
  const about = same.filter((item) => subjectOf(method, wantedOf(item).params) === subject);
  return (about.length > 0 ? about : same).slice(0, MOST_COMPARED);
}
