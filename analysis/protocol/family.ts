/** What the tables of the families share: the revisions that state a rule, and what all rows have. */
import { eraOf, REVISIONS, type Revision } from '../../model/methods.ts';
import type { ProtocolRule } from './protocol-rule.ts';

export const EVERY: readonly Revision[] = REVISIONS;
/** Those with a handshake. */
export const LEGACY = REVISIONS.filter((revision) => eraOf(revision) === 'legacy');
export const MODERN: readonly Revision[] = ['2026-07-28'];

/** The revisions from one to another, both included. */
export function stated(first: Revision, last: Revision = '2026-07-28'): Revision[] {
  return REVISIONS.filter((revision) => first <= revision && revision <= last);
}

export type Row = Omit<ProtocolRule, 'version' | 'fixtures'> & { readonly version?: number };

/** The rows of a family; `name` is that of its tests. */
export function family(name: string, rows: readonly Row[]): readonly ProtocolRule[] {
  const fixtures = [`test/analysis/protocol/${name}.test.ts`];
  return rows.map((row) => ({ version: 1, fixtures, ...row }));
}
