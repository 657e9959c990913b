/**
 * Random inputs that can be made again: every property runs from one seed, which stands in the
 * name of its test. Another one: `WIRETAPE_SEED=7 npx vitest run test/model`.
 */
import fc from 'fast-check';
import { dice, SEED } from './dice.ts';

export { dice, SEED };

/** Runs a property from the seed; fast-check says the counterexample, shrunk. */
export function holds<T>(
  values: fc.Arbitrary<T>,
  check: (value: T) => void,
  options: { runs?: number } = {},
): void {
  fc.assert(
    fc.property(values, (value) => {
      check(value);
    }),
    { seed: SEED, numRuns: options.runs ?? 300 },
  );
}

/** The same items in another order. */
export function shuffled<T>(items: readonly T[], roll: (limit: number) => number): T[] {
  const order = [...items];
  for (let at = order.length - 1; at > 0; at--) {
    const other = roll(at + 1);
    const [a, b] = [order[at] as T, order[other] as T];
    order[at] = b;
    order[other] = a;
  }
  return order;
}

/** Names that mean something to us, to JavaScript or to JSON. */
const hostileName = fc.constantFrom(
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  'type',
  'session',
  'seq',
  'at',
  'text',
  'value',
  'message',
  'jsonrpc',
  'id',
  'method',
  'params',
  'result',
  'error',
  '_meta',
  'progressToken',
  '',
  '"',
  ',"message":',
  '\u2028',
);

const hostileText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }),
  hostileName,
  fc.constantFrom('2.0', 'initialize', 'notifications/cancelled', '\ud800', '\u202e', '},{'),
);

/** JSON values that a hostile peer would choose. */
export const hostileJson: fc.Arbitrary<unknown> = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    fc.constantFrom(null, true, false, 0, -0, 1, 1.5, 2 ** 53, 1e300),
    hostileText,
    fc.array(tie('value'), { maxLength: 4 }),
    // Own members, also those that an assignment would take for the prototype.
    fc
      .array(fc.tuple(fc.oneof(hostileName, hostileText), tie('value')), { maxLength: 5 })
      .map((members) => Object.fromEntries(members)),
  ),
})).value;

/** Values that look like JSON-RPC in most ways. */
export const nearlyMessage: fc.Arbitrary<unknown> = fc.oneof(
  hostileJson,
  fc.record(
    {
      jsonrpc: fc.constantFrom('2.0', '1.0', 2),
      id: fc.oneof(fc.constantFrom(0, '', '0', null, 1.5), hostileJson),
      method: fc.oneof(
        fc.constantFrom(
          'initialize',
          'tools/call',
          'ping',
          'notifications/cancelled',
          'constructor',
        ),
        fc.constantFrom('notifications/progress', 'server/discover', '__proto__'),
        hostileJson,
      ),
      params: hostileJson,
      result: hostileJson,
      error: hostileJson,
    },
    { requiredKeys: [] },
  ),
);

const wireText = fc.oneof(
  fc.constantFrom('\n', '\r', '\r\n', '\n\n', '\r\r', ' ', '\ufeff', '\u0000', '\u001b[31m'),
  fc.constantFrom('data: ', 'data:', 'id: 7', 'event: message', ': '),
  fc.constantFrom(
    '{"jsonrpc":"2.0","id":1,"method":"ping"}',
    '{"jsonrpc":"2.0","id":9007199254740993,"id":1.0,"result":{"n":1e400,"s":"\\ud800"}}',
    '[{"jsonrpc":"2.0","id":"","method":"a"},{"jsonrpc":"2.0","method":"b"}]',
    '{"a":1},"type":"exit","x":{"b":1}',
    '{"jsonrpc":"2.0"},"from":"client","type":"exit","x":1',
    '"\\ud800"',
    '[]',
  ),
  fc.json({ maxDepth: 3 }),
  fc.string({ unit: 'binary', maxLength: 30 }),
);

/** What stands on a wire: JSON, nearly JSON, what is none, bytes of any kind, long and deep ones. */
export const wireBytes: fc.Arbitrary<Buffer> = fc.oneof(
  {
    weight: 40,
    arbitrary: fc.array(wireText, { maxLength: 12 }).map((parts) => Buffer.from(parts.join(''))),
  },
  { weight: 20, arbitrary: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)) },
  {
    weight: 10,
    arbitrary: fc.nat(150_000).map((size) => Buffer.from(`{"big":"${'é'.repeat(size >> 1)}"}`)),
  },
  { weight: 1, arbitrary: fc.nat(200_000).map((size) => Buffer.alloc(size, 0xc3)) },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom(10_000, 9999)
      .map((closed) => Buffer.from('['.repeat(10_000) + ']'.repeat(closed))),
  },
);
