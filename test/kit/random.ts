/**
 * Random inputs that can be made again: every property runs from one seed, which stands in the
 * name of its test. Another one: `WIRETAPE_SEED=7 npx vitest run test/model`.
 */
import process from 'node:process';
import fc from 'fast-check';

export const SEED = Number(process.env['WIRETAPE_SEED'] ?? 20261122);

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

/** Numbers from 0 to below `limit`, the same in every run (mulberry32). */
export function dice(seed = SEED): (limit: number) => number {
  let state = seed >>> 0;
  return (limit) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  };
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
