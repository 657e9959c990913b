// Which findings somebody has set aside, for how long, and which words of his name nothing.
import { expect, test } from 'vitest';
import type { Finding } from '../../model/finding.ts';
import { type Suppression, suppress, suppressionText } from '../../model/suppression.ts';
import { RuleFault } from '../../model/user-rules.ts';
import { readSuppressions } from '../../model/user-suppressions.ts';

const finding: Finding = {
  rule: 'in-server-lost-update',
  code: 'C03',
  version: 1,
  tier: 'OBSERVED',
  severity: 'critical',
  confidence: 0.9,
  message: 'm',
  evidence: [{ message: 's:1', role: 'lost write' }],
  fingerprint: 'f00d',
  wrongWhen: 'w',
  confirm: 'c',
  about: { servers: ['files', 'notes'], tools: ['edit_file'], versions: [] },
};
const NOW = Date.parse('2026-11-26T08:00:00Z');
const reason = 'being rewritten';

function outcome(suppression: Suppression, now = NOW) {
  const { findings, expired, idle } = suppress([finding], [suppression], now);
  return [findings[0]?.suppressed, expired.length, idle.length];
}

test.each<[string, Omit<Suppression, 'reason'>]>([
  ['its fingerprint', { fingerprint: 'f00d' }],
  ['its rule', { rule: 'in-server-lost-update' }],
  ['its code', { rule: 'C03' }],
  ['a pattern of rules', { rule: '*-lost-update' }],
  ['its rule on a server', { rule: 'C03', server: 'no*' }],
  ['its rule on a tool', { rule: 'C03', tool: 'edit_*' }],
])('a finding is set aside by %s', (_, what) => {
  expect(outcome({ ...what, reason })).toEqual([{ reason }, 0, 0]);
});

test.each<[string, Omit<Suppression, 'reason'>]>([
  ['another fingerprint', { fingerprint: 'beef' }],
  ['another rule', { rule: 'crossed-response' }],
  ['a part of its rule', { rule: 'lost-update' }],
  ['its rule on another server', { rule: 'C03', server: 'memory' }],
  ['its rule on another tool', { rule: 'C03', server: 'files', tool: 'read_*' }],
])('not by %s, and that is told', (_, what) => {
  expect(outcome({ ...what, reason })).toEqual([undefined, 0, 1]);
});

test('it holds through its last day, and then is told', () => {
  const until = { rule: 'C03', reason, expires: '2026-11-26' };
  expect(outcome(until)).toEqual([{ reason, expires: '2026-11-26' }, 0, 0]);
  expect(outcome(until, Date.parse('2026-11-26T23:59:59.999Z'))[1]).toBe(0);
  expect(outcome(until, Date.parse('2026-11-27T00:00:00Z'))).toEqual([undefined, 1, 0]);
});

test('the first of several counts, and the others are used too', () => {
  const first = { rule: 'C03', reason: 'first' };
  const second = { rule: 'C*', reason: 'second' };
  const { findings, idle } = suppress([finding], [first, second], NOW);
  expect([findings[0]?.suppressed, idle]).toEqual([{ reason: 'first' }, []]);
});

test('is named by what it says', () => {
  expect(suppressionText({ rule: 'C03', tool: 'edit_*', reason })).toBe('rule C03, tool edit_*');
});

test.each<[string, object, string]>([
  ['no reason', { rule: 'C03' }, 'it has no reason'],
  ['an empty reason', { rule: 'C03', reason: '' }, 'it is no text'],
  [
    'neither fingerprint nor rule',
    { tool: 'x', reason },
    'neither which fingerprint nor which rule',
  ],
  ['a day that is none', { rule: 'C03', reason, expires: '2026-13-40' }, 'no day as'],
  ['a day of no month', { rule: 'C03', reason, expires: '2026-02-31' }, 'no day as'],
  ['a date in words', { rule: 'C03', reason, expires: 'tomorrow' }, 'no day as'],
  ['a word nobody knows', { rule: 'C03', reason, until: '2026-11-26' }, 'until is not known here'],
])('%s is a fault', (_, written, fault) => {
  expect(() => readSuppressions([written], ['suppressions'])).toThrow(RuleFault);
  expect(() => readSuppressions([written], ['suppressions'])).toThrow(fault);
});

test('what is written is what is read', () => {
  const written = [
    { fingerprint: 'f00d', reason, expires: '2027-01-31' },
    { rule: 'C03', server: 's', tool: 't', reason },
  ];
  expect(readSuppressions(written, ['suppressions'])).toEqual(written);
});
