/** Evidence in the order in which it is told: what each kind of message is, and which messages of which session are it. */
import { parseReference } from '../../model/entry.ts';
import type { Evidence } from '../../model/finding.ts';
import { groupBy } from '../../model/group.ts';

export interface RoleGroup {
  readonly role: string;
  readonly sessions: readonly { readonly session: string; readonly messages: readonly string[] }[];
}

/** By role and session, each message once. */
export function byRole(evidence: readonly Evidence[]): RoleGroup[] {
  return [...groupBy(evidence, ({ role }) => role)].map(([role, own]) => ({
    role,
    sessions: [...groupBy(new Set(own.map(({ message }) => message)), sessionOf)].map(
      ([session, messages]) => ({ session, messages }),
    ),
  }));
}

function sessionOf(message: string): string {
  return parseReference(message)?.session ?? '';
}
