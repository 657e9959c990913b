/** What `wiretape explore` keeps of a finding that it has proved, or of which it has shown nothing. */
import type { Finding } from '../../model/finding.ts';
import type { Judgement } from '../../model/judgement.ts';

export function proofFor(
  { fingerprint, about }: Finding,
  more: Partial<Judgement> = {},
): Judgement {
  return {
    finding: fingerprint,
    verdict: 'NON_SERIALISABLE',
    proves: true,
    at: '2026-11-26T09:00:00.000Z',
    versions: about?.versions ?? [],
    seed: 1,
    shown: { calls: 2, schedule: '1+2', message: 'Issued together, they lost a write.' },
    tried: {
      orders: 0,
      ofOrders: 2,
      isLeast: false,
      groups: 1,
      ofGroups: 1,
      sampled: 0,
      isWhole: false,
    },
    sessions: [],
    ...more,
  };
}

/** All was tried, and nothing differed. */
export function refutationFor(finding: Finding, more: Partial<Judgement> = {}): Judgement {
  const { shown: _, ...rest } = proofFor(finding);
  const tried = { ...rest.tried, orders: 2, isWhole: true };
  return { ...rest, verdict: 'COMMUTES', proves: false, tried, ...more };
}
