/** Evidence in the order in which it is told: what each kind of message is, and which messages are it. */
import type { Evidence } from '../../model/finding.ts';

export interface RoleGroup {
  readonly role: string;
  readonly messages: readonly string[];
}

/** By role, each message once. */
export function byRole(evidence: readonly Evidence[]): RoleGroup[] {
  const groups = new Map<string, Set<string>>();
  for (const { role, message } of evidence)
    groups.set(role, (groups.get(role) ?? new Set()).add(message));
  return [...groups].map(([role, messages]) => ({ role, messages: [...messages] }));
}
