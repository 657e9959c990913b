/**
 * The decoder beside OpenTelemetry's own, on the same random requests with unknown fields among the
 * known ones; both forms of one request beside each other; and what no decoder may take.
 */
import { describe, expect, test } from 'vitest';
import { OtlpFault } from '../../../model/otlp/fault.ts';
import { SEED } from '../../kit/random.ts';
import { logsIn, logsOf, spansIn, spansOf } from './decoding.ts';
import { officialLogs, officialSpans } from './official.ts';
import { request } from './requests.ts';
import { pen } from './writing.ts';

const seeds = Array.from({ length: 200 }, (_, index) => SEED + index);
const range = `seeds ${SEED} to ${SEED + seeds.length - 1}`;

describe.each([
  { what: 'spans', own: spansOf, json: spansIn, official: officialSpans },
  { what: 'logRecords', own: logsOf, json: logsIn, official: officialLogs },
] as const)('$what', ({ what, own, json, official }) => {
  test(`are what the official schema reads, in both forms, ${range}`, () => {
    let count = 0;
    for (const seed of seeds) {
      const said = request(pen(seed), what);
      const expected = official(said.protobuf);
      const { items, rejected } = own(said.protobuf);
      expect({ seed, items, rejected: rejected.size }).toEqual({
        seed,
        items: expected,
        rejected: 0,
      });
      expect({ seed, items: json(said.json).items }).toEqual({ seed, items: expected });
      count += expected.length;
    }
    expect(count).toBeGreaterThan(seeds.length);
  });

  test(`cut off anywhere are refused, or what the official schema reads, ${range}`, () => {
    let refused = 0;
    for (const seed of seeds) {
      const writer = pen(seed);
      const whole = request(writer, what).protobuf;
      const cut = whole.subarray(0, writer.roll(whole.length));
      const [ours, theirs] = [outcome(() => own(cut).items), outcome(() => official(cut))];
      expect({ seed, ours }).toEqual({ seed, ours: theirs });
      refused += ours === 'refused' ? 1 : 0;
    }
    expect(refused).toBeGreaterThan(seeds.length / 2);
  });

  test(`with bytes changed are read or refused, and nothing else, ${range}`, () => {
    const faults = new Set<string>();
    for (const seed of seeds) {
      const writer = pen(seed);
      const bytes = Buffer.from(request(writer, what).protobuf);
      for (let time = 0; time < 20; time++) {
        bytes[writer.roll(bytes.length)] = writer.roll(256);
        try {
          own(bytes);
        } catch (error) {
          expect({ seed, error }).toEqual({ seed, error: expect.any(OtlpFault) });
          faults.add((error as Error).message.replaceAll(/\d+/g, 'N'));
        }
      }
    }
    // Every way in which a message can be broken came up.
    expect([...faults].sort()).toEqual([
      'A field has the number N.',
      'A field has the wire type N, which OTLP does not use.',
      'A length goes beyond its message.',
      'A number has more than N bits.',
      'A tag or a length has more than N bits.',
      'The request is cut off.',
    ]);
  });
});

function outcome(read: () => unknown): unknown {
  try {
    return read();
  } catch {
    return 'refused';
  }
}
