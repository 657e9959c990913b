/** Reads which findings a user does not want to hear of: all of it is known, or it is a fault that says where. */
import { parseDay, type Suppression } from './suppression.ts';
import { list, members, type Path, RuleFault, textAt } from './user-rules.ts';

/** Throws a RuleFault. */
export function readSuppressions(value: unknown, path: Path): readonly Suppression[] {
  return list(value, path, suppressionAt);
}

const WHAT = ['fingerprint', 'rule', 'server', 'tool'] as const;

function suppressionAt(value: unknown, path: Path): Suppression {
  const given = members(value, path, [...WHAT, 'reason', 'expires']);
  if (given['reason'] === undefined) {
    throw new RuleFault(path, 'it has no reason, and nobody would know later why it is there');
  }
  if (given['fingerprint'] === undefined && given['rule'] === undefined) {
    throw new RuleFault(path, 'it says neither which fingerprint nor which rule');
  }
  const { expires, ...texts } = Object.fromEntries(
    Object.entries(given).map(([name, text]) => [name, textAt(text, [...path, name])]),
  );
  if (expires !== undefined && parseDay(expires) === undefined) {
    throw new RuleFault([...path, 'expires'], `${expires} is no day as 2026-12-31`);
  }
  const { reason = '', ...what } = texts;
  return { ...what, reason, ...(expires === undefined ? {} : { expires }) };
}
