// Each kind of change of a definition, and how bad it is said to be.
import { describe, expect, test } from 'vitest';
import { toolChanges } from '../../../analysis/definitions/tool.ts';
import {
  compareDefinitions,
  definitionsOf,
  lockText,
  readLock,
} from '../../../analysis/definitions.ts';
import { viewsOf } from '../../../model/view.ts';
import { client, opening, server, tape } from '../../kit/entries.ts';

const text = { type: 'string' };

function told(before: object, after: object): string[] {
  const changes = toolChanges({ name: 't', ...before }, { name: 't', ...after });
  return changes.map(({ level, at, text: said, hidden }) =>
    [`${level} ${at}: ${said}`, ...(hidden ?? [])].join(' | '),
  );
}

const takes = (properties: object, more: object = {}): object => ({
  inputSchema: { type: 'object', properties, ...more },
});
const gives = (properties: object, more: object = {}): object => ({
  outputSchema: { type: 'object', properties, ...more },
});
const object = (properties: object): object => ({ type: 'object', properties });
const choice = (of: object): object => ({
  $defs: { f: { anyOf: [object({ g: object({ n: text }) }), object({ g: object({ a: of }) })] } },
});
const BESIDE = Object.fromEntries([['then', { maxProperties: 2 }]]);

describe('a tool', () => {
  test.each([
    ['nothing', takes({ a: text }), takes({ a: text }), []],
    [
      'an optional argument',
      takes({ a: text }),
      takes({ a: text, b: text }),
      ['widening arguments b: new, optional'],
    ],
    [
      'a required argument',
      takes({ a: text }),
      takes({ a: text, b: text }, { required: ['b'] }),
      ['breaking arguments b: required now'],
    ],
    [
      'an argument less',
      takes({ a: text, b: text }),
      takes({ a: text }),
      ['breaking arguments b: gone'],
    ],
    [
      'a type',
      takes({ a: text }),
      takes({ a: { type: 'number' } }),
      ['breaking arguments a: string → number'],
    ],
    [
      'a wider type',
      takes({ a: { type: 'integer' } }),
      takes({ a: { type: 'number' } }),
      ['widening arguments a: integer → number'],
    ],
    [
      'an enum',
      takes({ a: { enum: [1, 2] } }),
      takes({ a: { enum: [1] } }),
      ['breaking arguments a: no longer allows 2'],
    ],
    [
      'a wider enum',
      takes({ a: { enum: [1] } }),
      takes({ a: { enum: [1, 2] } }),
      ['widening arguments a: also allows 2'],
    ],
    [
      'a bound',
      takes({ a: { type: 'integer', maximum: 9 } }),
      takes({ a: { type: 'integer', maximum: 5 } }),
      ['breaking arguments a: maximum 9 → 5'],
    ],
    [
      'null',
      takes({ a: text }),
      takes({ a: { anyOf: [text, { type: 'null' }] } }),
      ['widening arguments a: also null'],
    ],
    [
      'a default',
      takes({ a: { ...text, default: 'x' } }),
      takes({ a: { ...text, default: 'y' } }),
      ['breaking arguments a: default "x" → "y"'],
    ],
    [
      'a new default',
      takes({ a: text }),
      takes({ a: { ...text, default: 'y' } }),
      ['widening arguments a: default none → "y"'],
    ],
    [
      'a description below',
      takes({ a: text }),
      takes({ a: { ...text, description: 'A' } }),
      ['wording arguments a description: none → "A"'],
    ],
    [
      'an unknown keyword',
      takes({ a: text }),
      takes({ a: { ...text, 'x-mcp-header': 'A' } }),
      ['breaking arguments a: x-mcp-header differs, and what that refuses cannot be decided'],
    ],
    [
      'a pattern',
      takes({ a: { ...text, pattern: '^a' } }),
      takes({ a: { ...text, pattern: '^b' } }),
      ['breaking arguments a: pattern differs, and what that refuses cannot be decided'],
    ],
    [
      'a foreign reference',
      takes({ a: text }),
      takes({ a: { $ref: 'https://example.com/s' } }),
      ['breaking arguments a: $ref differs, and what that refuses cannot be decided'],
    ],
    [
      'a member that was needed and not named',
      takes({ x: text }, { required: ['y'] }),
      takes({ x: text, y: { const: 'a' } }, { required: ['y'] }),
      ['breaking arguments y: allows only listed values now'],
    ],
    [
      'a member that only another alternative names',
      takes({ f: { anyOf: [object({ n: text }), object({ a: text })] } }),
      takes({ f: { anyOf: [object({ n: text }), object({ a: { type: 'number' } })] } }),
      ['breaking arguments f: no alternative allows all that was allowed'],
    ],
    [
      'the same further down, behind a reference',
      takes({ f: { $ref: '#/$defs/f' } }, choice(text)),
      takes({ f: { $ref: '#/$defs/f' } }, choice({ type: 'number' })),
      ['breaking arguments f: no alternative allows all that was allowed'],
    ],
    [
      'a member that no alternative names',
      takes({ f: { anyOf: [object({ n: text }), object({ a: text })] } }),
      takes({ f: { anyOf: [object({ n: text }), object({ a: text, z: text })] } }),
      ['widening arguments f.z: new, optional'],
    ],
    [
      'a member that a condition names',
      takes({ x: text }, { if: { required: ['y'] }, ...BESIDE }),
      takes({ x: text, y: text }, { if: { required: ['y'] }, ...BESIDE }),
      ['breaking arguments y: anything → string'],
    ],
    [
      'what a dynamic reference leads to',
      takes({ a: { $dynamicRef: '#n' } }, { $defs: { n: { $dynamicAnchor: 'n', ...text } } }),
      takes(
        { a: { $dynamicRef: '#n' } },
        { $defs: { n: { $dynamicAnchor: 'n', type: 'number' } } },
      ),
      ['breaking arguments a: $dynamicRef differs, and what that refuses cannot be decided'],
    ],
    [
      'what a reference leads to below another $id',
      takes({ a: { $id: 'b', $ref: '#/$defs/t', $defs: { t: text } } }, { $defs: { t: {} } }),
      takes(
        { a: { $id: 'b', $ref: '#/$defs/t', $defs: { t: { type: 'number' } } } },
        { $defs: { t: {} } },
      ),
      ['breaking arguments a: $ref differs, and what that refuses cannot be decided'],
    ],
    [
      'the same in other words',
      takes({ a: { type: ['string'] } }),
      takes({ a: text }),
      ['wording arguments: written in another way, with the same meaning'],
    ],
    [
      'closed members',
      takes({ a: text }),
      takes({ a: text }, { additionalProperties: false }),
      ['breaking arguments: no longer allows other members'],
    ],
    ['a result less', gives({ a: text, b: text }), gives({ a: text }), ['breaking result b: gone']],
    [
      'a result more',
      gives({ a: text }, { additionalProperties: false }),
      gives({ a: text, b: text }, { additionalProperties: false }),
      ['widening result b: new'],
    ],
    [
      'a result that may lack',
      gives({ a: text }, { required: ['a'] }),
      gives({ a: text }),
      ['breaking result a: no longer required'],
    ],
    [
      'a result of more kinds',
      gives({ a: text }),
      gives({ a: { type: ['string', 'null'] } }),
      ['breaking result a: string → null or string'],
    ],
    [
      'a result of fewer kinds',
      gives({ a: { type: ['string', 'null'] } }),
      gives({ a: text }),
      ['widening result a: null or string → string'],
    ],
    ['results at all', gives({}), {}, ['breaking result: has no schema any more']],
    [
      'a promise',
      { annotations: { readOnlyHint: true } },
      { annotations: {} },
      ['breaking readOnlyHint: true → false'],
    ],
    [
      'a new promise',
      {},
      { annotations: { destructiveHint: false } },
      ['widening destructiveHint: true → false'],
    ],
    [
      'a description',
      { description: 'Adds.' },
      { description: 'Adds.\u{e0061}\u{e0062}\u200b' },
      [
        'wording description: "Adds." → "Adds.\u{e0061}\u{e0062}\u200b" | 2 tag (U+E0061 …) | 1 zero width (U+200B)',
      ],
    ],
    [
      'a promise that another one covers',
      { annotations: { readOnlyHint: true, destructiveHint: false } },
      { annotations: { readOnlyHint: true } },
      ['wording destructiveHint: false → true'],
    ],
    [
      'how a text is to be read',
      takes({ a: text }),
      takes({ a: { ...text, contentEncoding: 'base64' } }),
      ['wording arguments a contentEncoding: none → "base64"'],
    ],
    [
      'a bound that is open now',
      takes({ a: { type: 'number', maximum: 5 } }),
      takes({ a: { type: 'number', exclusiveMaximum: 5 } }),
      ['breaking arguments a: exclusiveMaximum none → 5'],
    ],
    [
      'an unknown member',
      {},
      { audience: 'all' },
      ['breaking audience: none → "all", and what that means cannot be decided'],
    ],
    [
      'tasks that are forced',
      {},
      { execution: { taskSupport: 'required' } },
      ['breaking execution.taskSupport: "forbidden" → "required"'],
    ],
  ])('%s', (_, before, after, expected) => {
    expect(told(before, after)).toEqual(expected);
  });
});

describe('hostile schemas', () => {
  test('that multiply, circle or nest cost a bounded time', () => {
    const doubles = Object.fromEntries(
      Array.from({ length: 40 }, (_, at) => [
        `d${at}`,
        { allOf: Array(2).fill({ $ref: `#/$defs/d${at + 1}` }) },
      ]),
    );
    const choices = { anyOf: [{ $ref: '#' }, { anyOf: [{ $ref: '#' }, { $ref: '#' }] }] };
    let nested: object = text;
    for (let depth = 0; depth < 80; depth++) nested = { not: { anyOf: [nested] } };
    const odd = {
      properties: { ['__proto__']: text, constructor: text },
      required: 'a',
      items: [1],
      enum: 7,
    };
    const hostile = [
      { $ref: '#/$defs/d0', $defs: doubles },
      choices,
      nested,
      { $ref: '#' },
      odd,
      7,
      null,
    ];
    for (const one of hostile) {
      const other = { type: 'object', properties: { a: text } };
      expect(told({ inputSchema: other }, { inputSchema: one })[0]).toMatch(/^breaking/);
      expect(told({ inputSchema: one }, { inputSchema: other }).length).toBeGreaterThan(0);
    }
  });
});

describe('listings', () => {
  const tool = (name: string): object => ({ name, inputSchema: { type: 'object' } });
  const listing = (id: number, tools: object[], more: object = {}, params: object = {}) => [
    client({ id, method: 'tools/list', params }),
    server({ id, result: { tools, ...more } }),
  ];
  const definitions = (...steps: ReturnType<typeof client>[]) =>
    definitionsOf(viewsOf(tape('notes', [...opening(), ...steps])));

  test('the newest counts, over all its pages', () => {
    const found = definitions(
      ...listing(1, [tool('old')]),
      ...listing(2, [tool('a'), tool('__proto__')], { nextCursor: 'x' }),
      ...listing(3, [tool('b')], {}, { cursor: 'x' }),
    );
    expect(Object.keys(found['notes']?.tools ?? {})).toEqual(['a', '__proto__', 'b']);
    expect(readLock(lockText(found))).toEqual({ ok: true, servers: found });
  });

  test('of which pages lack say nothing of what is gone', () => {
    const whole = definitions(...listing(1, [tool('a'), tool('b')]));
    const partial = definitions(...listing(1, [tool('a')], { nextCursor: 'x' }));
    expect(compareDefinitions(whole, partial)).toEqual({
      changes: [],
      unchecked: ['notes: not all pages of tools were listed'],
      missed: ['notes: not all pages of tools were listed'],
      isAny: false,
    });
    expect(compareDefinitions(whole, definitions()).unchecked).toEqual([
      'notes: tools were not listed',
    ]);
  });

  test('tell a name that went from one that was changed', () => {
    const before = definitions(...listing(1, [tool('a'), tool('b')]));
    const after = definitions(...listing(1, [tool('c'), { ...tool('b'), title: 'B' }]));
    const { changes } = compareDefinitions(before, after);
    expect(changes.map(({ name, level, text: said }) => `${name} ${level} ${said}`)).toEqual([
      'a breaking gone; c is defined as it was',
      'b wording none → "B"',
      'c widening new',
    ]);
  });

  test('are no lock when they are something else', () => {
    for (const other of [
      '',
      '[]',
      '{"wiretape":1}',
      '{"wiretapeLock":1,"servers":{"a":{"tools":[]}}}',
      `${'['.repeat(400)}`,
    ])
      expect(readLock(other)).toEqual({ ok: false, why: 'no-lock' });
    expect(readLock('{"wiretapeLock":2}')).toEqual({ ok: false, why: 'newer' });
  });
});
