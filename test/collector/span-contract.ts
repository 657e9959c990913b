/** What collector/store.ts promises of spans, as tests for every store; part of store-contract.ts. */
import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Store, TenantStore } from '../../collector/store.ts';
import type { ForeignSpan } from '../../model/otel/foreign-span.ts';
import { decodeForeignSpan } from '../../model/otel/foreign-span-text.ts';
import { foreignSpan, spanIdOf, traceIdOf, written } from '../kit/spans.ts';
import { seed } from './seed.ts';
import type { StoreUnderTest } from './store-contract.ts';

const ALL = { after: 0, limit: 10_000, bytes: 1 << 30 };

/** Says everything that a span can. */
const whole = foreignSpan(1, 1, {
  parentSpanId: spanIdOf(7),
  traceState: 'vendor=1',
  name: 'execute_tool \u202e"x"\n\u2028\ud83d\ude00',
  status: 'error',
  statusMessage: 'no',
  start: 0n,
  end: 2n ** 64n - 1n,
  attributes: { text: 'é', list: [1, 2.5, null, true], map: { deep: [{ a: 'b' }] }, big: '2' },
  events: [{ time: 1_795_600_000_123_456_789n, name: 'exception', attributes: { n: 1 } }],
  links: [{ traceId: traceIdOf(9), spanId: spanIdOf(9), attributes: {} }],
});

async function read(own: TenantStore, ...traces: number[]): Promise<(ForeignSpan | undefined)[]> {
  const stored = await own.spansOf(traces.map(traceIdOf), ALL);
  return stored.map(({ line }) => decodeForeignSpan(line));
}

export function spanContract({ name, open, reopen }: StoreUnderTest): void {
  describe(`the store contract on ${name}: spans`, () => {
    let store: Store;
    let own: TenantStore;
    beforeEach(async () => {
      store = await open();
      own = store.of('local');
    });

    test('spans are read back whole, by trace, in the order in which they came', async () => {
      await own.addSpans(written(whole, foreignSpan(2, 1), foreignSpan(1, 3)));
      await own.addSpans(written(foreignSpan(1, 2)));
      expect(await read(own, 1)).toEqual([whole, foreignSpan(1, 3), foreignSpan(1, 2)]);
      expect(await read(own, 2, 1, 2)).toHaveLength(4);
      expect(await read(own, 3)).toEqual([]);
      expect(await read(own)).toEqual([]);
    });

    test('the first span under a name stays, however often others come', async () => {
      await own.addSpans(written(whole, { ...whole, name: 'again' }));
      await own.addSpans(written({ ...whole, name: 'later' }, foreignSpan(2, 1)));
      expect(await read(own, 1, 2)).toEqual([whole, foreignSpan(2, 1)]);
    });

    test('any batches, repeated in any order, give each span once', async () => {
      const span = fc.tuple(fc.nat(4), fc.nat(12)).map(([trace, n]) => foreignSpan(trace, n));
      let run = 0;
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.array(span, { maxLength: 9 }), { maxLength: 9 }),
          async (all) => {
            const fresh = store.of(`tenant ${run++}`);
            for (const batch of all) await fresh.addSpans(written(...batch));
            const first = new Map(all.flat().map((one) => [`${one.traceId}${one.spanId}`, one]));
            // A Map keeps the place of the first, and equal names mean equal spans here.
            expect(await read(fresh, 0, 1, 2, 3, 4)).toEqual([...first.values()]);
          },
        ),
        { seed, numRuns: 60 },
      );
    });

    test('a reader goes on from where it stands, by count and by bytes', async () => {
      await own.addSpans(written(...Array.from({ length: 10 }, (_, n) => foreignSpan(n % 2, n))));
      const numbers: number[] = [];
      for (let after = 0; ; ) {
        const page = await own.spansOf([traceIdOf(0), traceIdOf(1)], { ...ALL, after, limit: 3 });
        const last = page.at(-1);
        if (!last) break;
        numbers.push(...page.map(({ number }) => number));
        after = last.number;
      }
      expect(numbers).toHaveLength(10);
      expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b));
      const after = numbers.at(-1) ?? 0;
      await own.addSpans(written(foreignSpan(1, 11), foreignSpan(0, 0), foreignSpan(0, 12)));
      const news = await own.spansOf([traceIdOf(0)], { ...ALL, after });
      expect(news.map(({ line }) => decodeForeignSpan(line))).toEqual([foreignSpan(0, 12)]);
      expect(await own.spansOf([traceIdOf(0)], { ...ALL, bytes: 0 })).toHaveLength(1);
      const [one, two] = await own.spansOf([traceIdOf(0)], ALL);
      const bytes = Buffer.byteLength(`${one?.line}${two?.line}`);
      expect(await own.spansOf([traceIdOf(0)], { ...ALL, bytes })).toHaveLength(2);
      expect(await own.spansOf([traceIdOf(0)], { ...ALL, bytes: bytes - 1 })).toHaveLength(1);
    });

    test('a tenant sees and erases no span of another', async () => {
      const other = store.of('other');
      await own.addSpans(written(whole));
      expect(await read(other, 1)).toEqual([]);
      expect(await other.eraseSpans([traceIdOf(1)])).toBe(false);
      expect(await other.trimSpans({ since: Number.MAX_SAFE_INTEGER, bytes: 0 })).toBe(0);
      await other.addSpans(written({ ...whole, name: 'theirs' }));
      expect(await read(own, 1)).toEqual([whole]);
      expect(await other.eraseSpans([traceIdOf(1)])).toBe(true);
      expect(await read(own, 1)).toEqual([whole]);
    });

    test('erased spans are gone, the others stay, and they may come again', async () => {
      await own.addSpans(written(whole, foreignSpan(2, 1), foreignSpan(1, 2), foreignSpan(3, 1)));
      expect(await own.eraseSpans([traceIdOf(1), traceIdOf(3), traceIdOf(8)])).toBe(true);
      expect(await own.eraseSpans([traceIdOf(1)])).toBe(false);
      expect(await read(own, 1, 2, 3)).toEqual([foreignSpan(2, 1)]);
      await own.addSpans(written(whole));
      expect(await read(own, 1, 2)).toEqual([foreignSpan(2, 1), whole]);
    });

    test('what a reader has not seen has a higher number, also when all were erased', async () => {
      await own.addSpans(written(foreignSpan(1, 1), foreignSpan(1, 2)));
      const after = (await own.spansOf([traceIdOf(1)], ALL)).at(-1)?.number ?? 0;
      await own.trimSpans({ since: Number.MAX_SAFE_INTEGER, bytes: 0 });
      await own.addSpans(written(foreignSpan(1, 3)));
      expect(await own.spansOf([traceIdOf(1)], { ...ALL, after })).toHaveLength(1);
    });

    test('trimming erases the oldest until the rest is within its bounds, and says what is left', async () => {
      await own.addSpans(written(foreignSpan(1, 1)));
      const left = await own.trimSpans({ since: 0, bytes: 1 << 30 });
      expect(left).toBeGreaterThan(0);
      await own.addSpans(written(foreignSpan(1, 1), foreignSpan(1, 2)));
      expect(await own.trimSpans({ since: 0, bytes: 1 << 30 })).toBe(2 * left);
      expect(await read(own, 1)).toHaveLength(2);
      expect(await own.trimSpans({ since: 0, bytes: 2 * left })).toBe(2 * left);
      expect(await own.trimSpans({ since: 0, bytes: 0 })).toBe(0);
      expect(await read(own, 1)).toEqual([]);
    });

    test('spans that were stored are there after closing', async () => {
      await own.addSpans(written(whole));
      const again = (await reopen(store)).of('local');
      expect(await read(again, 1)).toEqual([whole]);
      await again.addSpans(written(whole, foreignSpan(1, 2)));
      expect(await read(again, 1)).toEqual([whole, foreignSpan(1, 2)]);
    });
  });
}
