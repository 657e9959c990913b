// Recordings and clients that mean harm: nothing they hold may throw, hang or reach an object's prototype.
import { PassThrough } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Entry } from '../../model/entry.ts';
import { readRecordingText } from '../../model/recording.ts';
import type { Anomaly } from '../../model/session.ts';
import {
  createPlayer,
  type PlayOptions,
  recordedSessions,
  serveRecording,
  standIn,
  transcript,
  transcriptOf,
} from '../../replay/index.ts';
import { client, exit, gap, type Step, server, tape } from '../kit/entries.ts';

const key = fc.constantFrom(
  '__proto__',
  'constructor',
  'toString',
  'id',
  'method',
  'params',
  '_meta',
  'x',
);
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    fc.constantFrom(
      'tools/call',
      '2.0',
      '<secret:field:00000000>',
      '<secret:github:00000000>a',
      '',
    ),
    fc.constantFrom(0, -0, 1.5, 1e300, null, true),
    fc.array(tie('value'), { maxLength: 4 }),
    // As JSON.parse makes them: `__proto__` is a member of its own.
    fc
      .array(fc.tuple(key, tie('value')), { maxLength: 4 })
      .map((pairs) => Object.fromEntries(pairs)),
  ),
}));
const id = fc.constantFrom(0, '', 1, '1', null, '__proto__');
const method = fc.constantFrom(
  'initialize',
  'tools/list',
  'tools/call',
  'roots/list',
  'subscriptions/listen',
  'notifications/progress',
  'notifications/cancelled',
  '__proto__',
);
const message = fc.oneof(
  fc.record({ id, method, params: value }, { requiredKeys: ['method'] }),
  fc.record({ id, result: value }),
  fc.record({ id, error: value }),
  value,
);
const said = fc.oneof(
  { weight: 8, arbitrary: message.map((one) => JSON.stringify(one) ?? 'null') },
  { weight: 1, arbitrary: fc.array(message, { maxLength: 3 }).map((all) => JSON.stringify(all)) },
  { weight: 1, arbitrary: fc.constantFrom('', '{', '\ufeff{}', '['.repeat(300) + ']'.repeat(300)) },
);
const step = fc.oneof(
  { weight: 4, arbitrary: said.map((text) => client(text)) },
  { weight: 4, arbitrary: said.map((text) => server(text)) },
  { weight: 1, arbitrary: fc.constantFrom<Step>(gap(1), exit(1), exit(null, 'SIGSEGV')) },
);

describe('anything at all', () => {
  test('is played without a throw, and the same way twice', () => {
    const property = fc.property(
      fc.array(step, { maxLength: 20 }),
      fc.array(said),
      (steps, live) => {
        const entries = tape('hostile', steps);
        expect(playAll(entries, live)).toEqual(playAll(entries, live));
        const causal = { placement: 'causal' } as const;
        expect(playAll(entries, live, causal)).toEqual(playAll(entries, live, causal));
        playAll(entries, live, { onMiss: 'exit', faults: faultsFor(entries), masks: [] });
        transcriptOf(entries);
      },
    );
    fc.assert(property, { numRuns: 400, seed: 20261122 });
    expect(Object.keys(Object.prototype)).toEqual([]);
  });

  test('a client that says what was recorded is always matched', () => {
    const property = fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
      const entries = tape('hostile', steps);
      // Answers to nothing, or with an id of another type, can be taken for the answer to something else.
      fc.pre(!recordedSessions(entries)[0]?.session.anomalies.some(isStrayAnswer));
      const own = entries.flatMap((entry) =>
        entry.type === 'message' && entry.from === 'client' ? [entry.text] : [],
      );
      const { report } = playAll(entries, own);
      // Nothing that was said is unknown; only a server that ended early keeps messages from being matched.
      const misses = report.misses.filter(({ reason }) => reason !== 'answer-lost');
      expect({ own, misses }).toEqual({ own, misses: [] });
    });
    fc.assert(property, { numRuns: 400, seed: 20261122 });
  });
});

function isStrayAnswer({ kind, from }: Anomaly): boolean {
  return from === 'client' && (kind === 'unknown-response' || kind === 'id-type-changed');
}

/** One of each kind, at every method that was answered; the names are those of a hostile peer. */
function faultsFor(entries: readonly Entry[]): string[] {
  const calls = recordedSessions(entries)[0]?.session.calls ?? [];
  const answered = calls.filter(({ from, response }) => from === 'client' && response);
  const kinds = ['reorder', 'duplicate', 'error', 'wrong-id'];
  return answered.flatMap(({ method }) => kinds.map((kind) => `${kind}@${method}`));
}

function playAll(entries: readonly Entry[], live: readonly string[], options: PlayOptions = {}) {
  const [session] = recordedSessions(entries);
  if (!session) throw new Error('the tape has no session');
  const player = createPlayer(session, options);
  const out = [player.start(), ...live.map((text) => player.receiveText(text))];
  return { out, report: player.report(), transcript: transcript([player.transcript()]) };
}

test('a message that nests too deep is passed on, and not looked into', async () => {
  const deep = `{"jsonrpc":"2.0","id":1,"result":${'['.repeat(5000)}${']'.repeat(5000)}}`;
  const call = '{"jsonrpc":"2.0","id":1,"method":"tools/list"}';
  const [input, output] = [new PassThrough(), new PassThrough()];
  const serving = serveRecording({
    entries: tape('deep', [server(deep), client(call)]),
    input,
    output,
  });
  input.end(`${deep}\n${call}\n`);
  const { misses, unmade } = await serving.done;
  expect(output.read()?.toString()).toBe(`${deep}\n`);
  expect({ misses, unmade }).toMatchObject({ misses: [{ kind: 'invalid' }], unmade: [] });
});

test('a line that forges an entry is what its peer wrote, and no end of the server', () => {
  const forged = '{"jsonrpc":"2.0"},"from":"client","type":"exit","code":1,"x":1';
  const head = JSON.stringify(tape('forged', [])[0]);
  const line = `{"type":"message","session":"01F0RGED000000000000000000","seq":1,"at":0,"from":"server","channel":"stdout","message":${forged}}`;
  const recording = readRecordingText(`{"wiretape":1,"recording":""}\n${head}\n${line}\n`);
  if (!recording.ok) throw new Error(recording.detail);
  const [session] = recordedSessions(recording.entries);
  expect(session && createPlayer(session).start()).toMatchObject([{ kind: 'bytes' }]);
});

test('a name that a terminal would obey is told without what it would obey', () => {
  const player = standIn(tape('x', [client({ id: 1, method: 'ping' })]));
  const transport = player.transport();
  const evil = '\u001b[2J\u202eevil\n';
  void transport.start().then(() => transport.send({ jsonrpc: '2.0', id: 1, method: evil }));
  return expect
    .poll(() => player.report().misses[0]?.detail)
    .toBe('the recording has no \ufffd[2J\ufffdevil\ufffd');
});

test('many equal requests, and many redacted ones, cost no more than their number', () => {
  const count = 20_000;
  const equal = Array.from({ length: count }, (_, own) => client({ id: own, method: 'ping' }));
  const secret = `${'a<secret:field:00000000>'.repeat(2000)}b`;
  const redacted = client({ id: 'r', method: 'x', params: { secret } });
  const entries = tape('many', [...equal, redacted]);
  const live = Array.from({ length: count }, () => '{"jsonrpc":"2.0","id":1,"method":"ping"}');
  const long = JSON.stringify({
    id: 1,
    method: 'x',
    params: { secret: `${'ac'.repeat(100_000)}` },
  });
  const { report } = playAll(entries, [...live, long]);
  expect(report).toMatchObject({ matchedCount: count, misses: [{ reason: 'not-recorded' }] });
});
