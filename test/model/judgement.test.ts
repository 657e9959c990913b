// What explorations make of findings: a proof raises those that are the same fault of the same servers,
// and nothing lowers or raises one without being told.
import { expect, test } from 'vitest';
import type { Finding } from '../../model/finding.ts';
import { exploredText, judged, matterOf, parseJudgement } from '../../model/judgement.ts';
import { proofFor, refutationFor } from '../kit/judgement.ts';

const FINDING: Finding = {
  rule: 'in-server-lost-update',
  code: 'C03',
  version: 1,
  tier: 'OBSERVED',
  severity: 'critical',
  confidence: 0.8,
  message: 'm',
  evidence: [{ message: 's:1', role: 'lost write' }],
  fingerprint: 'f00d',
  wrongWhen: 'w',
  confirm: 'c',
  resource: 'list',
  about: { servers: ['files'], tools: ['edit_file'], versions: ['files-server 1'] },
};
const SESSIONS = new Set(['s']);
const proof = proofFor(FINDING);
const later = '2026-11-27T09:00:00.000Z';

const told = (...given: Parameters<typeof judged>[1]): string[] =>
  judged([FINDING], given, SESSIONS).map(
    ({ tier, explored = [] }) =>
      `${tier} ${explored.map(({ verdict, otherVersions }) => `${verdict}${otherVersions ? ' of others' : ''}`).join(', ')}`,
  );

test('a proof raises the finding, unless other servers were run or all was tried since in vain', () => {
  const refuted = refutationFor(FINDING, { at: later });
  const part = refutationFor(FINDING, { at: later, tried: { ...refuted.tried, isWhole: false } });
  expect(told(proof)).toEqual(['PROVEN NON_SERIALISABLE']);
  expect(told({ ...proof, finding: 'beef' })).toEqual(['OBSERVED ']);
  expect(told({ ...proof, versions: ['files-server 2'] })).toEqual([
    'OBSERVED NON_SERIALISABLE of others',
  ]);
  expect(told({ ...proof, versions: ['files-server 1', 'other 3'] })).toEqual([
    'PROVEN NON_SERIALISABLE',
  ]);
  expect(told({ ...proof, proves: false })).toEqual(['OBSERVED NON_SERIALISABLE']);
  expect(told(proof, refuted)).toEqual(['OBSERVED COMMUTES, NON_SERIALISABLE']);
  expect(told(proof, part)).toEqual(['PROVEN COMMUTES, NON_SERIALISABLE']);
  expect(told(proof, { ...refuted, versions: ['files-server 2'] })).toEqual([
    'PROVEN COMMUTES of others, NON_SERIALISABLE',
  ]);
  expect(told(refuted, { ...proof, at: '2026-11-28T09:00:00.000Z' })).toEqual([
    'PROVEN NON_SERIALISABLE, COMMUTES',
  ]);
});

test('what only exploring found stands beside the findings of its sessions', () => {
  const found: Finding = {
    ...FINDING,
    rule: 'order-dependent',
    fingerprint: 'beef',
    tier: 'POTENTIAL',
  };
  const given = [{ ...proof, finding: 'beef', found }];
  expect(judged([FINDING], given, SESSIONS)).toMatchObject([
    { rule: 'in-server-lost-update', tier: 'OBSERVED' },
    { rule: 'order-dependent', tier: 'PROVEN', explored: [{ proves: true }] },
  ]);
  expect(judged([FINDING], given, new Set(['other']))).toHaveLength(1);
  expect(judged(judged([FINDING], given, SESSIONS), given, SESSIONS)).toHaveLength(2);
});

test('it is said what was run, what of it, and what that does not show', () => {
  const texts = [
    proof,
    { ...proof, test: '/home/me/lost.test.ts' },
    { ...proof, verdict: 'ORDER_DEPENDENT', proves: false } as const,
    refutationFor(FINDING),
  ].map((one) => exploredText(judged([FINDING], [one], SESSIONS)[0]!.explored![0]!));
  expect(texts).toEqual([
    'Proved on 26 Nov 2026 with 2 calls (schedule 1+2, seed 1): Issued together, they lost a write. It ran files-server 1.',
    'Proved on 26 Nov 2026 with 2 calls (schedule 1+2, seed 1): Issued together, they lost a write. It ran files-server 1. Test: /home/me/lost.test.ts',
    'Explored on 26 Nov 2026 with 2 calls (schedule 1+2, seed 1): Issued together, they lost a write. That is no proof of this finding. It ran files-server 1.',
    'Explored on 26 Nov 2026: no difference in 2 of 2 orders and 1 of 1 groups together. That is no proof that there is none elsewhere. It ran files-server 1.',
  ]);
});

test('of one matter the later judgement takes the place, and what is none is passed over', () => {
  expect(matterOf({ ...proof, at: later, seed: 2 })).toBe(matterOf(proof));
  expect(matterOf({ ...proof, versions: ['files-server 2'] })).not.toBe(matterOf(proof));
  expect(parseJudgement(JSON.stringify(proof))).toEqual(proof);
  for (const text of ['', '[]', '{"finding":"f00d"}', 'null']) {
    expect(parseJudgement(text)).toBeUndefined();
  }
});
