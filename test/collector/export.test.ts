/**
 * Exporting from the collector: to an endpoint that behaves in every way it may, from a store that
 * goes on, and what is told of it.
 */
import { describe, expect, test } from 'vitest';
import type { Exporting } from '../../collector/index.ts';
import { keepJudgements } from '../../collector/judgements.ts';
import type { ExportStatus, Status } from '../../model/api.ts';
import type { Entry, SessionEntry } from '../../model/entry.ts';
import type { Finding } from '../../model/finding.ts';
import { fingerprintOfKey, keyedHash } from '../../model/keyed-hash.ts';
import { destinationOf } from '../../model/otel/destination.ts';
import { toSpans } from '../../model/otel/to-spans.ts';
import { viewsOf } from '../../model/view.ts';
import {
  client,
  ends,
  note,
  opening,
  type Step,
  server,
  tape,
  toolCall,
  toolText,
} from '../kit/entries.ts';
import { proofFor } from '../kit/judgement.ts';
import { type OtlpEndpoint, openOtlpEndpoint } from '../kit/otlp-endpoint.ts';
import { lostUpdates } from '../ui/scenes.ts';
import { connectTap, type Running, read, runCollector, temporaryFolder, until } from './kit.ts';

const PATIENCE = { answer: 2000, first: 10, most: 50, refused: 50 };

const KEY = new Uint8Array(32).fill(7);

const calls = (count: number, from = 1): Step[] =>
  Array.from({ length: count }, (_, at) => [
    client(toolCall(from + at, `tool-${from + at}`)),
    server(toolText(from + at, 'ok')),
  ]).flat();

function exportingTo(endpoint: OtlpEndpoint, more: Partial<Exporting> = {}): Exporting {
  const name = `http://127.0.0.1:${endpoint.port}`;
  const paths = { traces: `${name}/v1/traces`, logs: `${name}/v1/logs` };
  return { endpoints: [{ name, ...paths, headers: {} }], patience: PATIENCE, key: KEY, ...more };
}

/** A tape that is being recorded now. */
function now(name: string, steps: readonly Step[], head: Partial<SessionEntry> = {}): Entry[] {
  const [first, ...others] = tape(name, steps, { head });
  if (first?.type !== 'session') throw new Error('a tape begins with its session');
  const clock = { ...first.clock, wall: new Date().toISOString() };
  return [{ ...first, clock }, ...others];
}

async function ship(collector: Running, entries: readonly Entry[]): Promise<void> {
  const tap = await connectTap(collector.socket, collector.writeToken);
  for (let at = 0; at < entries.length; at += 500) tap.send(entries.slice(at, at + 500));
  await tap.acknowledged(entries[0]?.session ?? '', entries.at(-1)?.seq ?? 0);
  await tap.close();
}

async function statusOf(collector: Running): Promise<ExportStatus> {
  const { exports } = (await read(collector, '/api/status')).json<Status>();
  return exports[0] as ExportStatus;
}

async function allSent(collector: Running, sessions = 1): Promise<ExportStatus> {
  return until(async () => {
    const { sessionCount } = (await read(collector, '/api/status')).json<Status>();
    const status = await statusOf(collector);
    return sessionCount >= sessions && status.behind === 0 && status;
  }, 'everything sent');
}

/** The ids of the spans that entries have. */
function idsOf(entries: readonly Entry[]): string[] {
  return viewsOf(entries)
    .flatMap((view) => toSpans(view).spans)
    .map(({ spanId }) => spanId)
    .sort();
}

const idsAt = (endpoint: OtlpEndpoint): string[] => [...endpoint.spans.keys()].sort();

describe('an endpoint', () => {
  test('gets each span once it is over, with where the page opens its message', async () => {
    const endpoint = await openOtlpEndpoint();
    const collector = await runCollector({ exporting: exportingTo(endpoint) });
    const entries = now('notes', [...opening(), ...calls(3), client(toolCall(9, 'open'))]);
    await ship(collector, entries);
    await allSent(collector);
    const names = [...endpoint.spans.values()].map(({ name }) => name).sort();
    expect(names).toEqual([
      'initialize',
      'notifications/initialized',
      'tools/call tool-1',
      'tools/call tool-2',
      'tools/call tool-3',
    ]);
    const one = [...endpoint.spans.values()].find(({ name }) => name === 'tools/call tool-2');
    const message = one?.attributes['wiretape.request'];
    expect(one?.attributes['wiretape.url']).toBe(`${collector.address}/#/message/${message}`);
    expect(endpoint.requests[0]?.headers).toMatchObject({
      'content-encoding': 'gzip',
      'content-type': 'application/x-protobuf',
    });
    const end = now('notes', [...opening(), ...calls(3), client(toolCall(9, 'open')), ends()]);
    await ship(collector, [...entries, ...end.slice(entries.length)]);
    await until(async () => endpoint.spans.size === 7, 'the open call, and the session');
    expect(idsAt(endpoint)).toEqual(idsOf(end));
  });

  test('that refuses, hangs, breaks and answers 429, 502, 503 and 504 gets everything in the end', async () => {
    const told: string[] = [];
    const endpoint = await openOtlpEndpoint();
    const faults = [429, 'hang', 503, 'break', 502, 504, 429] as const;
    let asked = 0;
    endpoint.behave(() => {
      const fault = faults[asked++];
      if (fault === undefined) return 'take';
      return typeof fault === 'number' ? { status: fault, headers: { 'retry-after': '0' } } : fault;
    });
    const exporting = exportingTo(endpoint, { told: (sentence) => told.push(sentence) });
    const collector = await runCollector({ exporting });
    const entries = now('notes', [...opening(), ...calls(3000), ends()]);
    await ship(collector, entries);
    const { refused, sent, lastFailure } = await allSent(collector);
    expect([idsAt(endpoint), refused]).toEqual([idsOf(entries), 0]);
    expect(sent).toBe(idsOf(entries).length);
    expect(lastFailure).toBeDefined();
    expect(Math.max(...endpoint.requests.map(({ count }) => count))).toBe(512);
    await until(async () => told.length === 2, 'that it works again');
    expect(told[0]).toMatch(
      /^Exporting to http:\/\/127.0.0.1:\d+ waits: .*\. What waits is kept\.$/,
    );
    expect(told[1]).toMatch(/^Exporting to http:\/\/127.0.0.1:\d+ goes on\.$/);
  });

  test('that refuses one span gets all others, and what it refused is told', async () => {
    const endpoint = await openOtlpEndpoint();
    endpoint.behave((_, spans) =>
      spans.some(({ name }) => name === 'tools/call tool-77') ? { status: 400 } : 'take',
    );
    const collector = await runCollector({ exporting: exportingTo(endpoint) });
    const entries = now('notes', [...opening(), ...calls(200), ends()]);
    await ship(collector, entries);
    expect(await allSent(collector)).toMatchObject({
      refused: 1,
      refusal: 'it answers 400',
      sent: idsOf(entries).length - 1,
    });
    expect(endpoint.spans.size).toBe(idsOf(entries).length - 1);
  });

  test.each([500, 501, 408, 401, 404, 400])(
    'that takes some, then answers %i to everything, then takes again has all, and refused nothing',
    async (status) => {
      const told: string[] = [];
      const endpoint = await openOtlpEndpoint();
      const exporting = exportingTo(endpoint, { told: (sentence) => told.push(sentence) });
      const collector = await runCollector({ exporting });
      const entries = now('notes', [...opening(), ...calls(20), ends()]);
      await ship(collector, entries.slice(0, 5));
      await until(async () => endpoint.spans.size > 0, 'the first spans');
      endpoint.behave(() => ({ status }));
      await ship(collector, entries);
      await until(async () => (await statusOf(collector)).failing, 'the failure');
      const before = endpoint.requests.length;
      await until(async () => endpoint.requests.length > before + 20, 'that it tries again');
      expect(await statusOf(collector)).toMatchObject({ refused: 0 });
      endpoint.behave(() => 'take');
      await allSent(collector);
      expect(idsAt(endpoint)).toEqual(idsOf(entries));
      expect(await statusOf(collector)).toMatchObject({ refused: 0 });
      await until(async () => told.length === 2, 'that it goes on');
    },
  );

  test('that answers 500 to one span, and takes an empty request, gets all others, and it when it takes it', async () => {
    const endpoint = await openOtlpEndpoint();
    endpoint.behave((_, spans) =>
      spans.some(({ name }) => name === 'tools/call tool-77') ? { status: 500 } : 'take',
    );
    const state = await temporaryFolder();
    const exporting = exportingTo(endpoint);
    const collector = await runCollector({ state, exporting });
    const entries = now('notes', [...opening(), ...calls(200), ends()]);
    const others = now('others', [...opening(), ...calls(20), ends()]);
    await ship(collector, entries);
    const all = idsOf([...entries, ...others]).length;
    await until(async () => endpoint.spans.size === idsOf(entries).length - 1, 'all others');
    // It holds up nobody.
    await ship(collector, others);
    await until(async () => endpoint.spans.size === all - 1, 'another session');
    const why = 'it answers 500 to 1 of them, which are sent again';
    await until(async () => (await statusOf(collector)).failing === why, 'that it is told');
    const status = await statusOf(collector);
    expect([status.refused, status.behind > 0]).toEqual([0, true]);
    // The next collector knows that it is not there.
    await collector.close();
    endpoint.behave(() => 'take');
    await allSent(await runCollector({ state, exporting }), 2);
    expect(idsAt(endpoint)).toEqual(idsOf([...entries, ...others]));
  });

  test('that reads no gzip gets requests without, once that has turned out', async () => {
    const endpoint = await openOtlpEndpoint();
    const isZipped = () => endpoint.requests.at(-1)?.headers['content-encoding'] === 'gzip';
    endpoint.behave(() => (isZipped() ? { status: 400 } : 'take'));
    const collector = await runCollector({ exporting: exportingTo(endpoint) });
    const entries = now('notes', [...opening(), ...calls(1000), ends()]);
    await ship(collector, entries);
    await allSent(collector);
    expect(idsAt(endpoint)).toEqual(idsOf(entries));
    expect(await statusOf(collector)).toMatchObject({ refused: 0 });
    // Four go at a time; another request is that of findings.
    const zipped = endpoint.requests.filter(({ headers }) => headers['content-encoding']);
    expect(zipped.length).toBeLessThanOrEqual(5);
  });

  test('that says what it refuses is repeated, and who sends is said', async () => {
    const told: string[] = [];
    const endpoint = await openOtlpEndpoint();
    const body = Buffer.from('{"code":3,"message":"bad \\u001b[31mthing"}');
    endpoint.behave((_, spans) =>
      spans.some(({ name }) => name === 'tools/call tool-7')
        ? { status: 400, headers: { 'content-type': 'application/json' }, body }
        : 'take',
    );
    const exporting = exportingTo(endpoint, { told: (sentence) => told.push(sentence) });
    const collector = await runCollector({ exporting, version: '1.2.3' });
    await ship(collector, now('notes', [...opening(), ...calls(20), ends()]));
    expect((await allSent(collector)).refusal).toBe('it answers 400: bad \u001b[31mthing');
    expect(endpoint.requests[0]?.headers['user-agent']).toBe('OTel-OTLP-Exporter-wiretape/1.2.3');
    const name = `http://127.0.0.1:${endpoint.port}`;
    expect(told).toEqual([
      `${name} has refused 1 entry for good: it answers 400: bad \u001b[31mthing. What is recorded has them.`,
    ]);
  });

  test('that takes no large request gets small ones', async () => {
    const endpoint = await openOtlpEndpoint();
    endpoint.behave((_, spans) => (spans.length > 100 ? { status: 413 } : 'take'));
    const collector = await runCollector({ exporting: exportingTo(endpoint) });
    const entries = now('notes', [...opening(), ...calls(600), ends()]);
    await ship(collector, entries);
    expect(await allSent(collector)).toMatchObject({ refused: 0 });
    expect(idsAt(endpoint)).toEqual(idsOf(entries));
  });

  test('whose partial success says what it left out is not asked again, and it is told', async () => {
    const endpoint = await openOtlpEndpoint();
    // ExportTraceServiceResponse { partial_success { rejected_spans: 3, error_message: "too old" } }
    const body = Buffer.from([10, 11, 8, 3, 18, 7, ...Buffer.from('too old')]);
    endpoint.behave((path) => (path === '/v1/traces' ? { status: 200, body } : 'take'));
    const collector = await runCollector({ exporting: exportingTo(endpoint) });
    const entries = now('notes', [...opening(), ...calls(3), ends()]);
    await ship(collector, entries);
    const status = await allSent(collector);
    const traces = endpoint.requests.filter(({ path }) => path === '/v1/traces');
    const sent = traces.reduce((sum, { count }) => sum + count, 0);
    const refused = 3 * traces.length;
    expect(status).toMatchObject({ refused, refusal: 'too old', sent: sent - refused });
    expect(sent).toBe(idsOf(entries).length);
  });

  test.each([401, 404, 400, 413])(
    'that answers %i to everything loses nothing, and gets it when it takes it',
    async (status) => {
      const endpoint = await openOtlpEndpoint();
      endpoint.behave(() => ({ status }));
      const collector = await runCollector({ exporting: exportingTo(endpoint) });
      const entries = now('notes', [...opening(), ...calls(40), ends()]);
      await ship(collector, entries);
      const why = new RegExp(`^it answers ${status}( \\(.*_HEADERS\\))?, and takes nothing$`);
      await until(async () => why.test((await statusOf(collector)).failing ?? ''), 'the failure');
      endpoint.behave(() => 'take');
      await allSent(collector);
      expect(idsAt(endpoint)).toEqual(idsOf(entries));
      expect((await statusOf(collector)).refused).toBe(0);
    },
  );

  test.each([400, 413])(
    'that answers %i to everything is asked a few times, and has refused nothing',
    async (status) => {
      const endpoint = await openOtlpEndpoint();
      endpoint.behave(() => ({ status }));
      const patience = { ...PATIENCE, first: 3_600_000, refused: 3_600_000 };
      const collector = await runCollector({ exporting: exportingTo(endpoint, { patience }) });
      await ship(collector, now('notes', [...opening(), ...calls(1500), ends()]));
      const told = await until(async () => {
        const one = await statusOf(collector);
        return one.failing !== undefined && one.behind > 3000 && one;
      }, 'the failure');
      expect(told).toMatchObject({
        refused: 0,
        failing: `it answers ${status}, and takes nothing`,
      });
      // Four at a time, each once more with nothing in it, and all of it without gzip, of which 400 may be.
      expect(endpoint.requests.length).toBeLessThanOrEqual(status === 400 ? 4 * 4 : 2 * 4);
    },
  );

  test.each([
    [
      'a page',
      { 'content-type': 'text/html' },
      '<html>Log in</html>',
      'with text/html, which is no answer of OTLP',
    ],
    [
      'bytes of something',
      {},
      '\xde\xad\xbe\xef',
      'with application/x-protobuf that is no answer of OTLP',
    ],
    ['unknown fields', {}, '\x12\x02ab', 'with application/x-protobuf that is no answer of OTLP'],
    [
      'broken JSON',
      { 'content-type': 'application/json' },
      '{"partial',
      'with application/json that is no answer of OTLP',
    ],
    [
      'too much',
      { 'content-type': 'application/json' },
      `{}${' '.repeat(1 << 17)}`,
      'with application/json that is no answer of OTLP',
    ],
  ])('that answers 200 and %s has nothing yet', async (_, headers, text, why) => {
    const endpoint = await openOtlpEndpoint();
    endpoint.behave(() => ({ status: 200, headers, body: Buffer.from(text, 'latin1') }));
    const collector = await runCollector({ exporting: exportingTo(endpoint) });
    await ship(collector, now('notes', [...opening(), ...calls(2), ends()]));
    const { behind } = await until(async () => {
      const one = await statusOf(collector);
      return one.failing === `it answers 200 ${why}, and takes nothing` && one;
    }, 'the failure');
    expect(behind).toBeGreaterThan(0);
    endpoint.behave(() => ({
      status: 200,
      headers: { 'content-type': 'application/json; charset=utf-8' },
      body: Buffer.from('{}'),
    }));
    await allSent(collector);
  });

  test('whose answer never ends has nothing yet', async () => {
    const endpoint = await openOtlpEndpoint();
    endpoint.behave(() => 'drip');
    const patience = { ...PATIENCE, answer: 200 };
    const collector = await runCollector({ exporting: exportingTo(endpoint, { patience }) });
    await ship(collector, now('notes', [...opening(), ...calls(2), ends()]));
    await until(
      async () => (await statusOf(collector)).failing === 'no answer in 0.2 s',
      'the failure',
    );
    endpoint.behave(() => 'take');
    await allSent(collector);
  });
});

test('findings are log records, each once, beside the span of the message that shows them', async () => {
  const endpoint = await openOtlpEndpoint();
  const collector = await runCollector({ exporting: exportingTo(endpoint) });
  const steps = [
    ...opening(),
    ...calls(2),
    client(toolCall(7, 'hang')),
    server(toolText(99, 'nobody asked')),
    ends(),
  ];
  const entries = now('notes', steps);
  await ship(collector, entries);
  await allSent(collector);
  const session = entries[0]?.session ?? '';
  const found = (await read(collector, `/api/findings?sessions=${session}`)).json<Finding[]>();
  expect(found.length).toBeGreaterThan(0);
  await until(async () => endpoint.logs.length > 0, 'the findings');
  const records = endpoint.logs;
  expect(
    records.map(({ attributes }) => attributes['wiretape.finding.fingerprint']).sort(),
  ).toEqual(found.map(({ fingerprint }) => fingerprint).sort());
  for (const { eventName, body, attributes, spanId, severityText } of records) {
    const one = found.find(
      ({ fingerprint }) => fingerprint === attributes['wiretape.finding.fingerprint'],
    );
    const message = one?.evidence[0].message;
    const span = [...endpoint.spans.values()].find(
      (span) =>
        span.attributes['wiretape.request'] === message ||
        span.attributes['wiretape.response'] === message,
    );
    expect({ eventName, body, severityText, spanId }).toEqual({
      eventName: 'wiretape.finding',
      body: one?.message,
      severityText: one?.severity,
      spanId: span?.spanId,
    });
    expect(attributes).toMatchObject({
      'wiretape.session': session,
      'wiretape.finding.rule': one?.rule,
      'wiretape.finding.evidence': one?.evidence.map((evidence) => evidence.message),
    });
    expect(attributes['wiretape.url']).toBe(`${collector.address}/#/message/${message}`);
  }
});

test('a finding that is proved goes out again, with what proves it, also to who was away', async () => {
  const endpoint = await openOtlpEndpoint();
  const state = await temporaryFolder();
  const collector = await runCollector({ state, exporting: exportingTo(endpoint) });
  const [first, ...others] = lostUpdates();
  if (first?.type !== 'session') throw new Error('a tape begins with its session');
  const clock = { ...first.clock, wall: new Date().toISOString() };
  await ship(collector, [{ ...first, clock }, ...others]);
  const tiers = (): unknown[] =>
    endpoint.logs.map(({ attributes }) => attributes['wiretape.finding.tier']);
  await until(async () => tiers().length > 0, 'the findings');
  expect(tiers()).toEqual(['OBSERVED']);
  const found = await read(collector, `/api/findings?sessions=${first.session}`);
  const [finding] = found.json<Finding[]>();
  if (!finding) throw new Error('nothing is found');
  await keepJudgements(state, [proofFor(finding, { versions: ['another-server 1'] })]);
  await collector.close();
  await keepJudgements(state, [proofFor(finding)]);
  await runCollector({ state, exporting: exportingTo(endpoint) });
  await until(async () => tiers().length > 1, 'the proof');
  expect(tiers()).toEqual(['OBSERVED', 'PROVEN']);
  const { attributes } = endpoint.logs[1]!;
  expect(attributes['wiretape.finding.explored']).toEqual(
    expect.arrayContaining([expect.stringMatching(/^Proved on 26 Nov 2026 with 2 calls /)]),
  );
});

test('a finding is sent again when it has become another matter, and one that stays the same is not', async () => {
  const endpoint = await openOtlpEndpoint();
  const collector = await runCollector({ exporting: exportingTo(endpoint) });
  const entries = now('crossed', [
    ...opening(),
    client({ id: 1, method: 'tools/list' }),
    client({ id: 2, method: 'resources/list' }),
    server({ id: 1, result: { resources: [{ uri: 'a:b', name: 'b' }] } }),
    // The other gets what was for the first: until then it might be a mistake, now nothing else explains it.
    server({ id: 2, result: { tools: [{ name: 't', inputSchema: { type: 'object' } }] } }),
    ends(),
  ]);
  const tiersOf = (rule: string): unknown[] =>
    endpoint.logs
      .map(({ attributes }) => attributes)
      .filter((attributes) => attributes['wiretape.finding.rule'] === rule)
      .map((attributes) => attributes['wiretape.finding.tier']);
  await ship(collector, entries.slice(0, -2));
  await until(async () => tiersOf('crossed-response').length > 0, 'what is suspected');
  expect(tiersOf('crossed-response')).toEqual(['OBSERVED']);
  await ship(collector, entries);
  await until(async () => tiersOf('crossed-response').length > 1, 'what is known then');
  // The session is looked at no more once all of it was.
  const session = entries[0]?.session ?? '';
  await until(async () => endpoint.spans.size === idsOf(entries).length, 'all spans');
  expect(tiersOf('crossed-response')).toEqual(['OBSERVED', 'PROVEN']);
  const found = (await read(collector, `/api/findings?sessions=${session}`)).json<Finding[]>();
  const others = found.filter(({ rule }) => rule !== 'crossed-response');
  expect(others.length).toBeGreaterThan(0);
  for (const { rule, tier } of others) expect(tiersOf(rule)).toEqual([tier]);
  const ids = endpoint.logs.map(({ attributes }) => attributes['wiretape.finding.fingerprint']);
  expect(new Set(ids).size).toBe(found.length);
});

test.each(['the collector goes on', 'the next collector runs'])(
  'an endpoint that takes no findings gets the spans, it is told, and once it takes them and %s it gets them',
  async (then) => {
    const endpoint = await openOtlpEndpoint();
    const state = await temporaryFolder();
    endpoint.behave((path) => (path === '/v1/logs' ? { status: 404 } : 'take'));
    const collector = await runCollector({ state, exporting: exportingTo(endpoint) });
    const entries = now('notes', [...opening(), client(toolCall(7, 'hang')), ends()]);
    await ship(collector, entries);
    const status = await until(async () => {
      const one = await statusOf(collector);
      return one.withoutFindings !== undefined && one;
    }, 'that it takes no findings');
    expect(status).toMatchObject({ behind: 0, withoutFindings: 'it answers 404' });
    expect(idsAt(endpoint)).toEqual(idsOf(entries));
    if (then === 'the next collector runs') {
      await collector.close();
      endpoint.behave(() => 'take');
      await runCollector({ state, exporting: exportingTo(endpoint) });
    } else endpoint.behave(() => 'take');
    await until(async () => endpoint.logs.length > 0, 'the findings');
  },
);

describe('what is exported', () => {
  test('goes on where it stood when the collector comes back, with what came meanwhile', async () => {
    const state = await temporaryFolder();
    const endpoint = await openOtlpEndpoint();
    const first = now('first', [...opening(), ...calls(5)]);
    const one = await runCollector({ state, exporting: exportingTo(endpoint) });
    await ship(one, first);
    await allSent(one);
    await one.close();
    const before = endpoint.requests.length;
    const without = await runCollector({ state });
    const second = now('second', [...opening(), ...calls(2), ends()]);
    await ship(without, second);
    await without.close();
    const again = await runCollector({ state, exporting: exportingTo(endpoint) });
    await allSent(again, 2);
    expect(idsAt(endpoint)).toEqual([...idsAtEnd(first), ...idsOf(second)].sort());
    const sent = endpoint.requests.slice(before).reduce((sum, { count }) => sum + count, 0);
    expect(sent).toBe(idsOf(second).length);
  });

  test('is nothing that was over before exporting was asked for', async () => {
    const state = await temporaryFolder();
    const endpoint = await openOtlpEndpoint();
    const without = await runCollector({ state });
    await ship(without, now('over', [...opening(), ...calls(2), ends()]));
    const open = now('open', [...opening(), ...calls(2)]);
    await ship(without, open);
    await until(
      async () => (await read(without, '/api/status')).json<Status>().sessionCount === 2,
      'both',
    );
    await without.close();
    const collector = await runCollector({ state, exporting: exportingTo(endpoint) });
    await allSent(collector, 2);
    expect(idsAt(endpoint)).toEqual(idsAtEnd(open));
  });

  test('is only what the tap of a session did not send there itself', async () => {
    const endpoint = await openOtlpEndpoint();
    const collector = await runCollector({ exporting: exportingTo(endpoint) });
    const origin = `http://127.0.0.1:${endpoint.port}`;
    const destination = destinationOf(keyedHash(KEY), `${origin}/v1/traces`);
    const otlp = { endpoint: origin, destination, parent: 'remote' } as const;
    const redaction = { rules: 'default/1', key: fingerprintOfKey(KEY) };
    const confirmed = note('spans', {
      spans: {
        endpoint: origin,
        upTo: 8,
        without: [
          [0, 0],
          [6, 6],
        ],
      },
    });
    const steps = [...opening(), ...calls(4), ends(), confirmed];
    const entries = now('live', steps, { otlp, redaction });
    const tap = await connectTap(collector.socket, collector.writeToken);
    tap.send(entries.slice(0, 9));
    await tap.acknowledged(entries[0]?.session ?? '', 8);
    await ship(collector, now('other', [...opening(), ...calls(1), ends()]));
    await until(async () => endpoint.spans.size === 4, 'the other session');
    tap.send(entries.slice(9));
    await tap.acknowledged(entries[0]?.session ?? '', entries.length - 1);
    await tap.close();
    await until(async () => endpoint.spans.size === 7, 'what the tap had left');
    const live = [...endpoint.spans.values()].filter(
      ({ attributes }) => attributes['wiretape.session'] === entries[0]?.session,
    );
    expect(live.map(({ name }) => name).sort()).toEqual([
      'mcp session',
      'tools/call tool-2',
      'tools/call tool-4',
    ]);
  });
});

/** All but the span of the session, which is not over. */
function idsAtEnd(entries: readonly Entry[]): string[] {
  const [view] = viewsOf(entries);
  const spans = view ? toSpans(view).spans : [];
  return spans
    .slice(1)
    .map(({ spanId }) => spanId)
    .sort();
}
