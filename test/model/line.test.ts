import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Entry, MessageEntry } from '../../model/entry.ts';
import { decodeEntry, encodeEntry, messageOrFrame } from '../../model/line.ts';
import { client, exit, frame, gap, http, note, server, stderr, tape } from '../kit/entries.ts';
import { holds, hostileJson, SEED } from '../kit/random.ts';

const HEAD = '{"type":"message","session":"s","seq":1,"at":5,"from":"server","channel":"stdout"';

/** What a server prints to complete our line with fields of its own. */
const FORGERY = '{"jsonrpc":"2.0","id":1,"result":{}},"from":"client","type":"exit","x":1';

function decoded(line: string): Entry {
  const result = decodeEntry(line);
  if (!result.ok) throw new Error(`${result.fault}: ${line}`);
  return result.entry;
}

function fault(line: string): string | undefined {
  const result = decodeEntry(line);
  return result.ok ? undefined : result.fault;
}

/** How often a line names each of its outermost members, by a parser that keeps them all. */
function repeated(line: string): string[] {
  const names: string[] = [];
  let depth = 0;
  for (const [token] of line.matchAll(/"(?:[^"\\]|\\.)*"(?:\s*:)?|[{}[\]]/g)) {
    if (token === '{' || token === '[') depth++;
    else if (token === '}' || token === ']') depth--;
    else if (depth === 1 && token.endsWith(':')) names.push(JSON.parse(token.slice(0, -1).trim()));
  }
  return names.filter((name, index) => names.indexOf(name) !== index);
}

describe('an entry as a line', () => {
  const ofEachType: readonly Entry[] = tape('all', [
    client({ id: 0, method: 'ping' }, { sent: 7, exchange: 3, redacted: 1 }),
    server('{"jsonrpc":"2.0","id":0,"result":{}}', {
      sse: { head: 'id: 1\ndata: ', tail: '\n\n', id: '1' },
      resumes: { exchange: 1, event: '1' },
    }),
    server('not json', { eof: true }),
    frame('server', { why: 'invalid-utf8', base64: '/w==' }),
    http(3, 'head', { status: 200, headers: [['x', 'y']] }),
    stderr('warning: \u001b[31m\u2028'),
    gap(4),
    note('a "note"'),
    exit(null, 'SIGKILL'),
  ]);

  test.each(ofEachType.map((entry) => [entry.type, entry] as const))('%s', (_, entry) => {
    const line = encodeEntry(entry);
    expect(line).not.toContain('\n');
    expect(decoded(line)).toEqual(entry);
    expect(encodeEntry(decoded(line))).toBe(line);
  });

  test('a type of a later version passes as it stands', () => {
    const line = '{"type":"weather", "session":"s","seq":1,"at":5,"message":{"sun":1},"sky":[1.0]}';
    expect(decoded(line)).toEqual({ type: 'unknown', session: 's', seq: 1, at: 5, line });
    expect(encodeEntry(decoded(line))).toBe(line);
  });

  test('fields of a later version stay, in their order', () => {
    const line = `${HEAD},"colour":{"a":[1]},"message":{"jsonrpc":"2.0"}}`;
    expect(encodeEntry(decoded(line))).toBe(line);
  });

  test(`the head that we write is read as any other (seed ${SEED})`, () => {
    const number = fc.oneof(
      fc.nat().map(String),
      fc.constantFrom('01', '-1', '1e3', '9'.repeat(16)),
    );
    const name = fc.stringMatching(/^[\w.-]{0,4}$/);
    const peer = fc.constantFrom('client', 'server', 'nobody');
    const way = fc.constantFrom('stdin', 'stdout', 'stream', 'nowhere');
    holds(
      fc.tuple(name, number, number, number, peer, way),
      ([session, seq, at, sent, from, channel]) => {
        const fields = `"session":"${session}","seq":${seq},"at":${at},"sent":${sent},"from":"${from}"`;
        const rest = `${fields},"channel":"${channel}","message":{"id":1}}`;
        // A space is nothing that we write, so that the second goes the way of all others.
        expect(decodeEntry(`{"type":"message",${rest}`)).toEqual(
          decodeEntry(`{"type":"message", ${rest}`),
        );
      },
    );
  });

  test(`any JSON value comes back as the text it was (seed ${SEED})`, () => {
    holds(hostileJson, (value) => {
      const text = JSON.stringify(value);
      const [, entry] = tape('s', [server(text)]);
      const back = decoded(encodeEntry(entry as Entry)) as MessageEntry;
      expect(back).toEqual(entry);
      expect([back.type, back.text]).toEqual(['message', text]);
    });
  });

  test(`any text comes back, as a message or as a frame (seed ${SEED})`, () => {
    const line = fc.string({ unit: 'binary' }).filter((text) => !text.includes('\n'));
    holds(line, (text) => {
      const [, entry] = tape('s', [server(text)]);
      expect(decoded(encodeEntry(entry as Entry))).toEqual(entry);
    });
  });
});

describe('a line says one thing', () => {
  test('a peer cannot forge an entry by completing our line', () => {
    const forged = decoded(`${HEAD},"message":${FORGERY}}`);
    expect(forged).toEqual({
      type: 'frame',
      session: 's',
      seq: 1,
      at: 5,
      from: 'server',
      channel: 'stdout',
      why: 'not-json',
      text: FORGERY,
    });
  });

  test(`no text at all makes another entry of its line (seed ${SEED})`, () => {
    const parts = fc.constantFrom('{}', '1', ',', '"message":', '}', '"type":"exit"', '"', '\\');
    holds(fc.array(parts, { maxLength: 8 }), (tokens) => {
      const text = tokens.join('');
      const entry = decoded(`${HEAD},"message":${text}}`);
      expect(['message', 'frame']).toContain(entry.type);
      expect(entry).toMatchObject({ seq: 1, from: 'server', channel: 'stdout', text });
    });
  });

  test(`what is written names no member twice (seed ${SEED})`, () => {
    const said = fc.oneof(
      hostileJson.map((value) => JSON.stringify(value)),
      fc.string(),
    );
    holds(fc.array(said, { maxLength: 4 }), (texts) => {
      const entries = tape('s', [
        ...texts.map((text) => server(text)),
        ...texts.map((text) => stderr(text)),
      ]);
      for (const entry of entries) {
        const line = encodeEntry(entry);
        expect(JSON.parse(line)).toBeTypeOf('object');
        expect(repeated(line)).toEqual([]);
      }
    });
  });

  test('members before the message cannot hide the place where the reader cuts', () => {
    const line = `${HEAD},"later":{"1":2,"message":3},"message":{}}`;
    expect(fault(line)).toBe('its message is not the last field');
    const entry = { ...decoded(`${HEAD},"message":{"a":1}}`), later: { a: 1, message: 3 } };
    const written = encodeEntry(entry as Entry);
    expect(decoded(written)).toEqual(entry);
    expect(JSON.parse(written)).toMatchObject({ later: { message: 3 }, message: { a: 1 } });
  });

  const refused: readonly [line: string, fault: string][] = [
    ['', 'it is not a JSON object'],
    ['[]', 'it is not a JSON object'],
    ['{"type":"note"', 'it is not a JSON object'],
    ['{"session":"s","seq":1,"at":5}', 'it has no type'],
    ['{"type":7,"session":"s","seq":1,"at":5}', 'it has no type'],
    ['{"type":"note","session":"","seq":1,"at":5,"text":""}', 'its session id is none'],
    ['{"type":"note","session":"../up","seq":1,"at":5,"text":""}', 'its session id is none'],
    ['{"type":"note","session":"s","seq":-1,"at":5,"text":""}', 'its seq is no number'],
    ['{"type":"note","session":"s","seq":4294967296,"at":5,"text":""}', 'its seq is no number'],
    ['{"type":"note","session":"s","seq":1,"at":5.5,"text":""}', 'its time is no number'],
    ['{"type":"note","session":"s","seq":1,"at":5}', 'its fields are not those of the type note'],
    ['{"type":"note","session":"s","seq":1,"at":5,"text":"","text":"b"}', 'it names a field twice'],
    ['{"type":"x","session":"s","seq":1,"at":5,"type":"exit"}', 'it names a field twice'],
    ['{"type":"x","session":"s","seq":1,"at":5,"typ\\u0065":"exit"}', 'it names a field twice'],
    [`${HEAD},"at":6,"message":{}}`, 'it names a field twice'],
    [`{"message":1,${HEAD.slice(1)},"message":{}}`, 'it has a field message'],
    [`${HEAD},"text":"a","message":{}}`, 'it has a field text'],
    [`${HEAD},"message": {}, "x":1`, 'it has no end'],
    [`${HEAD}}`, 'its message is not the last field'],
    [`${HEAD},"sent":"soon","message":{}}`, 'its fields are not those of the type message'],
    [
      '{"type":"gap","session":"s","seq":9,"at":5,"to":8,"count":1,"reason":""}',
      'its fields are not those of the type gap',
    ],
    [
      '{"type":"http","session":"s","seq":9,"at":5,"exchange":1,"phase":"head","headers":["a"]}',
      'its fields are not those of the type http',
    ],
  ];
  test.each(refused)('%s', (line, why) => {
    expect(fault(line)).toBe(why);
  });
});

describe('a text as a message', () => {
  const head = { type: 'message', at: 0, from: 'server', channel: 'stdout' } as const;
  const cases: readonly [text: string, becomes: string][] = [
    ['{"a":1}', 'message'],
    ['{"a":1}\r', 'message'],
    ['17', 'message'],
    ['', 'frame empty'],
    ['\ufeff{}', 'frame not-json'],
    ['{"a":\n1}', 'frame not-one-line'],
    ['{} {}', 'frame not-json'],
    [`${'['.repeat(256)}${']'.repeat(256)}`, 'message'],
    [`${'['.repeat(257)}${']'.repeat(257)}`, 'message, not walked'],
    [`${'[{"a":'.repeat(50_000)}1${'}]'.repeat(50_000)}`, 'message, not walked'],
    ['['.repeat(100_000), 'frame not-json'],
  ];
  test.each(cases)('%.40s becomes a %s', (text, becomes) => {
    const entry = messageOrFrame(head, text);
    const what = entry.type === 'frame' ? `frame ${entry.why}` : 'message';
    const walked = entry.type === 'message' && entry.value === undefined ? ', not walked' : '';
    expect(what + walked).toBe(becomes);
    expect(entry.text).toBe(text);
  });
});
