/** Schemas of tools: whether they are valid, refer to a network, and name headers as they may. */
import { isObject, member, textMember } from '../../model/json.ts';
import { malformedAt, partsOf } from '../definitions/schema/parts.ts';
import { EVERY, family, MODERN } from './family.ts';
import type { Handlers, ProtocolRule, Watching } from './protocol-rule.ts';
import { followTools, toolsIn } from './tools-in-force.ts';

export const TOOL_SCHEMAS: readonly ProtocolRule[] = family('tool-schemas', [
  {
    rule: 'invalid-input-schema',
    code: 'P-TOOL-09',
    severity: 'high',
    revisions: EVERY,
    page: 'server/tools',
    definition:
      'The inputSchema of a tool is no JSON Schema of an object: it is missing, null, or not of type “object”; since 2025-11-25 also where any schema in it is not formed as its dialect says.',
    wrongWhen:
      'The dialect is one that we do not know; schemas that name another one are left out.',
    confirm: 'Give the schema to a validator of its dialect.',
    says: ({ who, about, times }) =>
      `${who} listed the tool ${about} with an inputSchema that is not valid, ${times}.`,
    watch: watchInvalidInputSchema,
  },
  {
    rule: 'network-reference-in-schema',
    code: 'P-TOOL-09',
    severity: 'medium',
    revisions: MODERN,
    page: 'basic/index',
    definition:
      'A schema of a tool refers to an address in a network. Nobody may follow that unasked, so the schema cannot be checked; whoever follows it can be led anywhere.',
    wrongWhen: 'The address is only the name of a schema that stands in the same document.',
    confirm: 'Look at the reference; write what it means into the schema, below $defs.',
    says: ({ who, about, times }) =>
      `${who} listed the tool ${about} with a schema that refers to the network, ${times}.`,
    watch: watchNetworkReference,
  },
  {
    rule: 'tool-with-invalid-header-used',
    code: 'P-TOOL-08',
    severity: 'high',
    revisions: MODERN,
    page: 'server/tools',
    definition:
      'Over HTTP a client called a tool whose x-mcp-header breaks a rule: empty, no token of HTTP, named twice, on something that is no text, integer or boolean, or not reached through properties alone. A client must leave such a tool out of its list.',
    wrongWhen: 'The definition changed between the list and the call without a notification.',
    confirm:
      'Look at the x-mcp-header that the evidence points to, and take it out of the definition.',
    says: ({ who, about, times }) =>
      `${who} called the tool ${about}, ${times}, whose x-mcp-header is not valid.`,
    watch: watchInvalidHeaderUsed,
  },
]);

function watchInvalidInputSchema({ report }: Watching): Handlers {
  return {
    'response tools/list': (happening) => {
      const isDeep = happening.revision === '2025-11-25' || happening.revision === '2026-07-28';
      for (const { tool, name, pointer } of toolsIn(happening)) {
        const at = invalidAt(member(tool, 'inputSchema'), isDeep);
        if (at === undefined) continue;
        const shown = { role: 'schema', pointer: `${pointer}/inputSchema${at}` };
        report({ by: 'server', about: name, evidence: [{ at: happening.ref, ...shown }] });
      }
    },
  };
}

function invalidAt(schema: unknown, isDeep: boolean): string | undefined {
  if (!isObject(schema) || schema['type'] !== 'object') return '';
  return isDeep ? malformedAt(schema) : undefined;
}

function watchNetworkReference({ report }: Watching): Handlers {
  return {
    'response tools/list': (happening) => {
      for (const { tool, name, pointer } of toolsIn(happening)) {
        for (const part of ['inputSchema', 'outputSchema']) {
          const at = networkAt(member(tool, part));
          if (at === undefined) continue;
          const shown = { role: 'reference', pointer: `${pointer}/${part}${at}/$ref` };
          report({ by: 'server', about: name, evidence: [{ at: happening.ref, ...shown }] });
        }
      }
    },
  };
}

function networkAt(schema: unknown): string | undefined {
  const own = textMember(schema, '$id');
  for (const part of partsOf(schema)) {
    const ref = textMember(part.schema, '$ref') ?? '';
    const isOwn = own !== undefined && ref.startsWith(own);
    if (/^(?:https?|ftp|wss?):/i.test(ref) && !isOwn) return part.at;
  }
  return undefined;
}

function watchInvalidHeaderUsed({ report }: Watching): Handlers {
  const tools = followTools();
  return {
    ...tools.handlers,
    'request tools/call': ({ call, ref, exchange }) => {
      const tool = exchange && tools.tool(call?.subject);
      if (!tool || tool.isAmbiguous) return;
      const at = invalidHeaderAt(tool.definition['inputSchema']);
      if (at === undefined) return;
      report({
        by: 'client',
        about: tool.name,
        evidence: [
          { at: tool.at, role: 'header', pointer: `${tool.pointer}/inputSchema${at}/${HEADER}` },
          { at: ref, role: 'call' },
        ],
      });
    },
  };
}

const HEADER = 'x-mcp-header';
const NO_HEADER = '';
const PRIMITIVES: ReadonlySet<unknown> = new Set(['string', 'integer', 'boolean', 'null']);
const headers = new WeakMap<object, string | undefined>();

/** Where the first invalid x-mcp-header of a schema stands. */
function invalidHeaderAt(schema: unknown): string | undefined {
  if (!isObject(schema)) return undefined;
  if (headers.has(schema)) return headers.get(schema);
  const found = findInvalidHeader(schema);
  headers.set(schema, found);
  return found;
}

function findInvalidHeader(root: unknown): string | undefined {
  const names = new Set<string>();
  for (const { schema, at, isMember } of partsOf(root)) {
    const said = member(schema, HEADER);
    if (said === undefined) continue;
    const name = typeof said === 'string' ? said.toLowerCase() : NO_HEADER;
    const types = [member(schema, 'type') ?? 'string'].flat();
    const isPrimitive = types.every((type) => PRIMITIVES.has(type));
    const isToken = /^[!#$%&'*+.^_`|~0-9a-z-]{1,200}$/.test(name);
    if (!isMember || at === '' || !isPrimitive || !isToken || names.has(name)) return at;
    names.add(name);
  }
  return undefined;
}
