/** Declared masks, those among them that reach into texts (`/result/content/0/text#/id=uuid`). */

import { declaredMasks, MaskRefusal } from '../declared-masks.ts';
import { classUnder } from '../mask-classes.ts';
import { type Mask, masksOf, parseMask } from '../masks.ts';
import type { RecordedSession } from '../recorded.ts';
import { valuesUnder } from './values-under.ts';

/** The masks of these texts; throws a MaskRefusal for one that cannot be used on this session. */
export function masksFor(texts: readonly string[], session: RecordedSession): readonly Mask[] {
  return texts.flatMap((text) =>
    text.includes('#/') ? [insideMask(text, session)] : declaredMasks([text], [session]),
  );
}

function insideMask(text: string, session: RecordedSession): Mask {
  const parsed = parseMask(text);
  if (!parsed.ok) throw new MaskRefusal(`${parsed.detail}.`);
  const { mask } = parsed;
  const values = session.session.calls.flatMap(({ method, subject, response }) => {
    if (!response || masksOf([mask], method, subject).length === 0) return [];
    return valuesUnder(session.value(response), mask.path);
  });
  const { type } = mask;
  const isOf = (value: unknown): boolean =>
    type === 'set' ? Array.isArray(value) : classUnder(type, value) !== undefined;
  if (values.some(isOf)) return mask;
  const what = values.length === 0 ? 'nothing' : `no ${type}`;
  throw new MaskRefusal(`The mask ${text} covers ${what} in the recording.`);
}
