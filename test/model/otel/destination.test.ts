/** Which addresses are the same place to send spans to. */
import { expect, test } from 'vitest';
import { fingerprintOfKey, keyedHash } from '../../../model/keyed-hash.ts';
import { destinationOf, isSentTo, sameWritten } from '../../../model/otel/destination.ts';
import { viewsOf } from '../../../model/view.ts';
import { opening, tape } from '../../kit/entries.ts';

const KEY = new Uint8Array(32).fill(7);
const TRACES = 'http://127.0.0.1:4318/S3CR3T/v1/traces';

test.each([
  ['http://localhost:4318/v1/traces', 'http://[::1]:4318/v1/traces', true],
  ['http://127.0.0.1/v1/traces', 'http://LOCALHOST:80/v1/traces', true],
  ['https://user:pass@one.test/v1/traces', 'https://one.test:443/v1/traces', true],
  ['http://localhost:4318/a/v1/traces', 'http://localhost:4318/b/v1/traces', false],
  ['http://localhost:4318/v1/traces', 'http://localhost:4319/v1/traces', false],
  ['http://localhost:4318/v1/traces', 'https://localhost:4318/v1/traces', false],
  ['http://127.0.0.2:4318/v1/traces', 'http://127.0.0.1:4318/v1/traces', false],
  ['http://one.test/v1/traces?a=1', 'http://one.test/v1/traces', false],
])('%s and %s: %s', (one, other, isSame) => {
  expect(sameWritten(one) === sameWritten(other)).toBe(isSame);
});

test('a session tells its destination to whoever has its key, and its path to nobody', () => {
  const headOf = (key: Uint8Array) => {
    const destination = destinationOf(keyedHash(key), TRACES);
    const otlp = { endpoint: 'http://127.0.0.1:4318', destination, parent: 'remote' } as const;
    const redaction = { rules: 'default/1', key: fingerprintOfKey(key) };
    return viewsOf(tape('live', opening(), { head: { otlp, redaction } }))[0]?.session.head;
  };
  const to = { key: fingerprintOfKey(KEY), hash: destinationOf(keyedHash(KEY), TRACES) };
  expect(JSON.stringify(headOf(KEY))).not.toContain('S3CR3T');
  expect(isSentTo(headOf(KEY), to)).toBe(true);
  expect(isSentTo(headOf(new Uint8Array(32)), to)).toBe(false);
  expect(isSentTo(viewsOf(tape('silent', opening()))[0]?.session.head, to)).toBe(false);
});
