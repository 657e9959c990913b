// Values that a server minted are sent as they are in the live run: as a whole, inside a text, from
// JSON inside a text, over lists in another order; and never where two values would do.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isIdentifierLike } from '../../../analysis/words/minted.ts';
import { createBindings } from '../../../replay/client/bindings.ts';
import { flowOf } from '../../../replay/client/flow.ts';
import { linesOf } from '../../../replay/client/lines.ts';
import { redactedIn, worded } from '../../../replay/client/wording.ts';
import { recordedSessions, sessionOf } from '../../../replay/index.ts';
import { scriptOf } from '../../../replay/script.ts';
import { client, type Step, server, tape, toolCall, toolText } from '../../kit/entries.ts';
import { holds, SEED } from '../../kit/random.ts';

/** The last line of a recorded client, when the recorded answer before it was this one now. */
function said(steps: readonly Step[], live: object, secrets: Record<string, string> = {}): unknown {
  const session = sessionOf(recordedSessions(tape('flow', steps)), undefined);
  const flow = flowOf(session);
  const bindings = createBindings(flow);
  const [answer] = session.session.calls.flatMap(({ response }) => response ?? []);
  if (answer) bindings.learn(session.value(answer), { jsonrpc: '2.0', id: 1, ...live });
  const line = linesOf(scriptOf(session)).at(-1);
  if (!line) throw new Error('nothing was said');
  const text = worded(line, {
    flow,
    bindings,
    secretOf: (_, name) => secrets[name],
    idOf: () => undefined,
  });
  const { params, result } = JSON.parse(text);
  return params?.arguments ?? params ?? result;
}

const asked = client(toolCall(1, 'create'));
const uses = (args: object): Step => client(toolCall(2, 'use', args));
const UUID = 'c0ffee00-1111-4222-8333-444455556666';
const OTHER = 'deadbeef-9999-4888-8777-666655554444';

describe('what flows', () => {
  test('a whole value, a word of a text, and a word in JSON inside a text', () => {
    const steps = [
      asked,
      server(toolText(1, JSON.stringify({ noteId: UUID, text: 'x' }))),
      uses({ id: UUID, words: `see note:${UUID}.`, json: JSON.stringify({ deep: [UUID] }) }),
    ];
    const live = toolText(1, JSON.stringify({ text: 'y', noteId: OTHER }));
    expect(said(steps, live)).toEqual({
      id: OTHER,
      words: `see note:${OTHER}.`,
      json: JSON.stringify({ deep: [OTHER] }),
    });
  });

  test('short values and numbers under the names of handles, and nowhere else', () => {
    const steps = [
      asked,
      server({ id: 1, result: { itemId: 7, cursor: 'p2', count: 7, mode: 'p2' } }),
      uses({ itemId: 7, count: 7, cursor: 'p2', mode: 'p2' }),
    ];
    const live = { result: { itemId: 8, cursor: 'p3', count: 9, mode: 'p9' } };
    expect(said(steps, live)).toEqual({ itemId: 8, count: 7, cursor: 'p3', mode: 'p2' });
  });

  test('over a list that comes in another order', () => {
    const item = (id: string, name: string) => ({ id, name });
    const [a, b] = ['id-100001', 'id-100002'];
    const steps = [
      asked,
      server({ id: 1, result: { items: [item(a, 'first'), item(b, 'second')] } }),
      uses({ id: b }),
    ];
    const now = [item('ff-200001', 'second'), item('ff-200002', 'first')];
    // Their ids are of no class, so that nothing but the order can say which is which.
    expect(said(steps, { result: { items: now } })).toEqual({ id: 'ff-200002' });
    const minted = [item(UUID, 'second'), item(UUID.replace('c', 'd'), 'first')];
    const recorded = [item(OTHER, 'first'), item(OTHER.replace('d', 'c'), 'second')];
    const uuids = [asked, server({ id: 1, result: { items: recorded } }), uses({ id: OTHER })];
    expect(said(uuids, { result: { items: minted } })).toEqual({ id: UUID.replace('c', 'd') });
  });

  test('what the client said first is its own, and the name of a tool is a name', () => {
    const steps = [
      client(toolCall(1, 'tool-12345', { mine: 'mine-12345' })),
      server({ id: 1, result: { echo: 'mine-12345', tool: 'tool-12345' } }),
      client(toolCall(2, 'tool-12345', { mine: 'mine-12345' })),
    ];
    const live = { result: { echo: 'yours-54321', tool: 'other-54321' } };
    expect(said(steps, live)).toEqual({ mine: 'mine-12345' });
  });

  test('a secret that the server gave is sent as it gives it now', () => {
    const placeholder = '<secret:jwt:1a2b3c4d>';
    const steps = [
      asked,
      server({ id: 1, result: { token: placeholder } }),
      uses({ token: placeholder, password: '<secret:field:00000000>' }),
    ];
    expect(said(steps, { result: { token: 'now' } }, { password: 'mine' })).toEqual({
      token: 'now',
      password: 'mine',
    });
    const session = sessionOf(recordedSessions(tape('flow', steps)), undefined);
    const redacted = redactedIn(linesOf(scriptOf(session)), flowOf(session));
    expect(redacted).toMatchObject([{ name: 'password', placeholder: '<secret:field:00000000>' }]);
  });
});

test('two values for one are a conflict, and the same twice is none', () => {
  const bindings = createBindings({ isUsed: () => true, isEmpty: false });
  bindings.learn({ id: UUID }, { id: OTHER });
  bindings.learn({ other: UUID }, { other: OTHER });
  expect(bindings.conflict()).toBeUndefined();
  bindings.learn({ id: UUID }, { id: 'third' });
  expect(bindings.conflict()).toEqual({ recorded: UUID, live: [OTHER, 'third'] });
});

const minted = fc.uuid().filter(isIdentifierLike);
const place = fc.constantFrom('whole', 'text', 'json', 'list', 'deep');

/** The same value at the places of a message of the server and of one of the client. */
function put(where: string, value: string): unknown {
  switch (where) {
    case 'text':
      return `Created ${value}, see /notes/${value}.`;
    case 'json':
      return JSON.stringify({ n: 1, inner: { ref: value } });
    case 'list':
      return ['x', value, { y: value }];
    case 'deep':
      return { a: { __proto__x: { 'b/~c': value } } };
    default:
      return value;
  }
}

test(`wherever a value comes from and goes to, the live one is sent and all else is as recorded (seed ${SEED})`, () => {
  const values = fc.record({
    values: fc.uniqueArray(minted, { minLength: 4, maxLength: 4 }),
    from: place,
    to: fc.array(place, { minLength: 1, maxLength: 4 }),
    own: fc.jsonValue(),
  });
  holds(
    values,
    ({ values: [a = '', b = '', liveA = '', liveB = ''], from, to, own }) => {
      const result = (one: string, other: string) => ({
        result: { first: put(from, one), second: put(from, other) },
      });
      const args = (one: string, other: string) =>
        JSON.parse(
          JSON.stringify({ to: to.map((where) => [put(where, one), put(where, other)]), own }),
        );
      const steps = [asked, server({ id: 1, ...result(a, b) }), uses(args(a, b))];
      expect(said(steps, result(liveA, liveB))).toEqual(args(liveA, liveB));
    },
    { runs: 500 },
  );
});
