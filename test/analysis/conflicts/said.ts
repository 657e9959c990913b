/** What analysis says of scenes, as tests of conflicts compare it: one rule, in short. */
import { analyse } from '../../../analysis/index.ts';
import { type Entry, parseReference } from '../../../model/entry.ts';
import { parseJson } from '../../../model/json.ts';
import { viewsOf } from '../../../model/view.ts';

/** The findings of a rule as `TIER severity`, in order. */
export function said(rule: string, ...sessions: readonly (readonly Entry[])[]): string[] {
  return ofRule(rule, sessions).map(({ tier, severity }) => `${tier} ${severity}`);
}

/** What its findings say, each with its evidence as `role: the value that the pointer names`. */
export function told(rule: string, ...sessions: readonly (readonly Entry[])[]): string[] {
  const entries = sessions.flat();
  return ofRule(rule, sessions).flatMap(({ message, evidence }) => [
    message,
    ...evidence.map(({ message: at, role, pointer }) => {
      const { session, seq } = parseReference(at) ?? {};
      const entry = entries.find((one) => one.session === session && one.seq === seq);
      if (pointer === undefined) return role;
      return `${role}: ${JSON.stringify(atPointer(jsonOf(entry), pointer))}`;
    }),
  ]);
}

function ofRule(rule: string, sessions: readonly (readonly Entry[])[]) {
  return analyse(viewsOf(sessions.flat())).filter((finding) => finding.rule === rule);
}

function jsonOf(entry: Entry | undefined): unknown {
  if (entry?.type === 'http') return entry;
  const parsed = entry?.type === 'message' ? parseJson(entry.text) : undefined;
  return parsed?.ok ? parsed.value : undefined;
}

/** The value at a JSON pointer (RFC 6901); throws where there is none, for evidence must be there. */
function atPointer(value: unknown, pointer: string): unknown {
  let at = value;
  for (const step of pointer.split('/').slice(1)) {
    const key = step.replaceAll('~1', '/').replaceAll('~0', '~');
    if (typeof at !== 'object' || at === null || !(key in at)) throw new Error(`no ${pointer}`);
    at = (at as Record<string, unknown>)[key];
  }
  return at;
}
