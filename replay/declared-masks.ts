/** Masks as a user declared them: read, and held against the recording before they are used. */
import { classUnder } from './mask-classes.ts';
import { type Mask, masksOf, parseMask, valuesAt } from './masks.ts';
import type { RecordedSession } from './recorded.ts';

/** Why a mask is not used; the code is one of docs/errors.md. */
export class MaskRefusal extends Error {
  readonly code = 'mask-refused';
  readonly hint = 'A mask is METHOD:/POINTER=TYPE or TOOL:/POINTER=TYPE; see docs/replay.md.';
}

/**
 * The masks of these texts. Throws a MaskRefusal for one that cannot be read, that is too broad, or
 * that covers nothing, or no value of its class, in any of the sessions.
 */
export function declaredMasks(
  texts: readonly string[],
  sessions: readonly RecordedSession[],
): readonly Mask[] {
  return texts.map((text) => {
    const parsed = parseMask(text);
    if (!parsed.ok) throw new MaskRefusal(`${parsed.detail}.`);
    const why = flawOf(parsed.mask, sessions);
    if (why !== undefined) throw new MaskRefusal(`The mask ${text} ${why}.`);
    return parsed.mask;
  });
}

/** What is wrong with a mask for these sessions; undefined when nothing is. */
function flawOf(mask: Mask, sessions: readonly RecordedSession[]): string | undefined {
  const values = sessions.flatMap((session) => coveredIn(mask, session));
  if (values.length === 0) return 'covers nothing in the recording';
  if (mask.type === 'set') {
    return values.every(Array.isArray) ? undefined : 'covers a value that is no list';
  }
  const { type } = mask;
  const isBroad = values.some((value) => typeof value === 'object' && value !== null);
  if (isBroad) return 'is too broad: it covers a list or an object, and not only a value in it';
  if (values.some((value) => classUnder(type, value) !== undefined)) return undefined;
  return `covers ${values.length} value(s) in the recording, and none of them is ${type}`;
}

/** The values that a mask covers in the requests, answers and notifications of a session. */
function coveredIn(mask: Mask, session: RecordedSession): unknown[] {
  return session.entries.flatMap((entry) => {
    if (entry.type !== 'message') return [];
    return session.seen(entry.seq).flatMap(({ ref, call, ...seen }) => {
      const { method = call?.method ?? '', subject = call?.subject } = seen;
      if (masksOf([mask], method, subject).length === 0) return [];
      return valuesAt(session.value(ref), mask).map(({ value }) => value);
    });
  });
}
