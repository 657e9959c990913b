/** Schemas of tools, valid and not. */
import { TOOL_SCHEMAS } from '../../../analysis/protocol/tool-schemas.ts';
import { client, type Step, server } from '../../kit/entries.ts';
import { cases, complete, handshake, modern, modernHeaders, OVER_HTTP, post } from './kit.ts';

const listed = (inputSchema: unknown, revision?: string): { steps: Step[] } => ({
  steps: [
    ...handshake({}, revision),
    client({ id: 1, method: 'tools/list' }),
    server({
      id: 1,
      result: { tools: [{ name: 'a', ...(inputSchema === undefined ? {} : { inputSchema }) }] },
    }),
  ],
});
const hints = { ttlMs: 0, cacheScope: 'private' };
const modernList = (inputSchema: object): { steps: Step[] } => ({
  steps: [
    client(modern(1, 'tools/list')),
    server(complete(1, { tools: [{ name: 'a', inputSchema }], ...hints })),
  ],
});
const object = (properties: object, more: object = {}) => ({ type: 'object', properties, ...more });
const REFUSED =
  'high: The server of notes listed the tool “a” with an inputSchema that is not valid, once. [5 schema]';

/** The tool is listed (seq 2 of exchange 1) and called over HTTP. */
const used = (inputSchema: object) => ({
  head: OVER_HTTP,
  steps: [
    ...post(1, modern(1, 'tools/list'), {
      headers: modernHeaders('tools/list'),
      answers: [complete(1, { tools: [{ name: 'a', inputSchema }], ...hints })],
    }),
    ...post(2, modern(2, 'tools/call', { name: 'a', arguments: {} }), {
      headers: modernHeaders('tools/call', 'a'),
      answers: [complete(2, { content: [] })],
    }),
  ],
});
const header = (name: unknown, type = 'string') => ({ type, 'x-mcp-header': name });
const USED =
  'high: The client of notes called the tool “a”, once, whose x-mcp-header is not valid. [4 header, 7 call]';

cases(TOOL_SCHEMAS, {
  'invalid-input-schema': {
    breaks: [listed(null), REFUSED],
    alsoBreaks: [
      [listed(undefined), REFUSED],
      [listed({}), REFUSED],
      [listed({ type: 'array' }, '2024-11-05'), REFUSED],
      [listed(object({ n: { type: 'int' } })), REFUSED],
      [listed(object({ n: { type: 'number', required: true } })), REFUSED],
      [listed(object({ n: 'a number' })), REFUSED],
    ],
    clean: [
      listed({ type: 'object' }),
      listed(
        object({ type: { type: 'string' }, required: { type: ['boolean', 'null'] }, any: true }),
      ),
      listed(object({ n: { default: { type: 'int' }, enum: [{ required: true }] } })),
      listed(object({ n: { type: 'int' } }), '2025-03-26'),
      listed(object({ n: { type: 'int' } }, { $schema: 'https://example.com/dialect' })),
    ],
  },
  'network-reference-in-schema': {
    breaks: [
      modernList(object({ n: { $ref: 'https://example.com/n.json' } })),
      'medium: The server of notes listed the tool “a” with a schema that refers to the network, once. [2 reference]',
    ],
    clean: [
      modernList(
        object({ n: { $ref: '#/$defs/n' }, $ref: { type: 'string' } }, { $defs: { n: {} } }),
      ),
      modernList(object({ n: { default: { $ref: 'https://example.com/n.json' } } })),
      modernList(
        object({ n: { $ref: 'https://example.com/a#/n' } }, { $id: 'https://example.com/a' }),
      ),
    ],
  },
  'tool-with-invalid-header-used': {
    breaks: [used(object({ region: header('') })), USED],
    alsoBreaks: [
      [used(object({ region: header('a b') })), USED],
      [used(object({ region: header('line\nend') })), USED],
      [used(object({ region: header('Region', 'number') })), USED],
      [used(object({ a: header('Region'), b: header('region') })), USED],
      [used(object({ list: { type: 'array', items: header('Region') } })), USED],
      [used(object({}, { anyOf: [object({ a: header('Region') })] })), USED],
    ],
    clean: [
      used(object({ region: header('Region'), more: object({ n: header('N', 'integer') }) })),
      used(object({ 'x-mcp-header': { type: 'string' } })),
      // Over stdio a client may ignore it.
      {
        steps: [
          ...modernList(object({ region: header('') })).steps,
          client(modern(2, 'tools/call', { name: 'a' })),
        ],
      },
    ],
  },
});
