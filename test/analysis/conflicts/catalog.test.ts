/** Calls of tools as an older list had them, and of tools that no list has. */
import { describe, expect, test } from 'vitest';
import type { Entry } from '../../../model/entry.ts';
import { client, type Step, server, toolCall } from '../../kit/entries.ts';
import { ms, scene } from '../scene.ts';
import { said, told } from './said.ts';

const STALE = 'stale-catalog';
const PHANTOM = 'phantom-tool';

const tool = (name: string, ...required: string[]) => ({
  name,
  inputSchema: {
    type: 'object',
    properties: Object.fromEntries(required.map((one) => [one, { type: 'string' }])),
    required,
    additionalProperties: false,
  },
});
const old = [tool('find', 'text'), tool('add', 'body')];
const now = [tool('find', 'query'), tool('add', 'body')];

let id = 100;
const list = (at: number, tools: object[], more: object = {}): Step[] => {
  id += 1;
  return [
    client({ id, method: 'tools/list' }, { at: ms(at) }),
    server({ id, result: { tools, ...more } }, { at: ms(at + 5) }),
  ];
};
const call = (at: number, name: string, args: object, isError?: true): Step[] => {
  id += 1;
  const result = { content: [], ...(isError ? { isError } : {}) };
  return [
    client(toolCall(id, name, args), { at: ms(at) }),
    server({ id, result }, { at: ms(at + 5) }),
  ];
};
const changed = (at: number): Step =>
  server({ method: 'notifications/tools/list_changed' }, { at: ms(at) });
const notes = (...steps: (Step | Step[])[]): Entry[] =>
  scene('notes', [], { tools: old, steps: steps.flat() });

describe('a tool as an older list had it', () => {
  test('called after the server said that the list changed', () => {
    const entries = notes(changed(100), call(400, 'find', { text: 'x' }, true), list(800, now));
    expect(told(STALE, entries).map((one) => one.slice(0, 150))).toMatchInlineSnapshot(`
      [
        "find of notes was called as an older list had it: it no longer takes these arguments, and the server had said that the list changed.",
        "older list: {"name":"find","inputSchema":{"type":"object","properties":{"text":{"type":"string"}},"required":["text"],"additionalProperties":false}}",
        "word of the change",
        "call: {"text":"x"}",
        "its answer",
        "list that held: {"name":"find","inputSchema":{"type":"object","properties":{"query":{"type":"string"}},"required":["query"],"additionalProperties":fal",
      ]
    `);
  });

  const found: [string, Entry[], string][] = [
    [
      'and carried out',
      notes(changed(100), call(400, 'find', { text: 'x' }), list(800, now)),
      'OBSERVED high',
    ],
    [
      'a newer list was there',
      notes(list(100, now), call(400, 'find', { text: 'x' }, true)),
      'OBSERVED medium',
    ],
    [
      'it is gone',
      notes(changed(100), call(400, 'find', { text: 'x' }, true), list(800, now.slice(1))),
      'OBSERVED medium',
    ],
    [
      'the time of its list was over',
      notes(list(50, old, { ttlMs: 100 }), call(400, 'find', { text: 'x' }, true), list(800, now)),
      'OBSERVED medium',
    ],
  ];
  test.each(found)('%s', (_, entries, expected) => {
    expect(said(STALE, entries)).toEqual([expected]);
  });

  const silent: [string, Entry[]][] = [
    [
      'listed again before the call',
      notes(changed(100), list(200, now), call(400, 'find', { query: 'x' })),
    ],
    ['another tool changed', notes(changed(100), call(400, 'add', { body: 'x' }), list(800, now))],
    [
      'only words changed',
      notes(
        changed(100),
        call(400, 'find', { text: 'x' }),
        list(
          800,
          old.map((one) => ({ ...one, description: 'new words' })),
        ),
      ),
    ],
    ['nobody ever listed again', notes(changed(100), call(400, 'find', { text: 'x' }))],
    [
      'called at once, before the word can have been read',
      notes(changed(390), call(400, 'find', { text: 'x' }), list(800, now)),
    ],
    [
      'called while the list is asked for',
      notes(
        changed(100),
        client({ id: 'again', method: 'tools/list' }, { at: ms(390) }),
        call(400, 'find', { text: 'x' }),
        server({ id: 'again', result: { tools: now } }, { at: ms(450) }),
      ),
    ],
    [
      'it changed after the call',
      notes(call(400, 'find', { text: 'x' }), changed(500), list(800, now)),
    ],
    [
      'it changed once more after the call',
      notes(changed(100), call(400, 'find', { text: 'x' }), changed(500), list(800, now)),
    ],
    [
      'the time of its list was not over',
      notes(list(50, old, { ttlMs: 60_000 }), call(400, 'find', { text: 'x' }), list(800, now)),
    ],
    ['the list says nothing of its time', notes(call(400, 'find', { text: 'x' }), list(800, now))],
    [
      'arguments that fitted no list',
      notes(list(100, now), call(400, 'find', { what: 'x' }, true)),
    ],
  ];
  test.each(silent)('%s: nothing to say', (_, entries) => {
    expect(said(STALE, entries)).toEqual([]);
  });
});

describe('a tool that no list has', () => {
  test('offered by another server', () => {
    const other = scene('archive', [], { tools: [tool('restore', 'name')] });
    expect(
      told(PHANTOM, notes(call(400, 'restore', { name: 'x' }, true)), other),
    ).toMatchInlineSnapshot(`
      [
        "“restore” was called of notes, once, which lists no such tool. archive does.",
        "list without it: [{"name":"find","inputSchema":{"type":"object","properties":{"text":{"type":"string"}},"required":["text"],"additionalProperties":false}},{"name":"add","inputSchema":{"type":"object","properties":{"body":{"type":"string"}},"required":["body"],"additionalProperties":false}}]",
        "call: "restore"",
        "its answer",
        "list that has it: {"name":"restore","inputSchema":{"type":"object","properties":{"name":{"type":"string"}},"required":["name"],"additionalProperties":false}}",
      ]
    `);
  });

  test('offered by an older session of the same server', () => {
    const older = scene('notes', [], { id: 'OLD', tools: [tool('restore', 'name')] });
    const [message] = told(PHANTOM, notes(call(400, 'restore', { name: 'x' }, true)), older);
    expect(message).toContain('Another session of it does.');
  });

  test.each([
    ['offered by nobody', notes(call(400, 'restore', {}, true))],
    ['offered later', notes(call(400, 'restore', {}), list(800, [tool('restore')]))],
    [
      'not to the last page',
      notes(list(100, old, { nextCursor: 'more' }), call(400, 'restore', {})),
    ],
    [
      'never listed',
      scene('x', [{ tool: 'restore', from: 0, to: 5 }]).filter(
        (entry) => entry.type !== 'message' || !entry.text.includes('list'),
      ),
    ],
  ])('%s: nothing to say', (why, entries) => {
    const other = scene('archive', [], { tools: [tool('restore', 'name')] });
    const isOffered = !why.includes('nobody');
    expect(said(PHANTOM, entries, ...(isOffered ? [other] : []))).toEqual([]);
  });
});
