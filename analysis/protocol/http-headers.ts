/** Headers that repeat what the body of a request says (2026-07-28), and the one of the revision. */

import { fromBase64 } from '../../model/base64.ts';
import { headerOf } from '../../model/entry.ts';
import { isObject, member, textMember } from '../../model/json.ts';
import { META } from '../../model/methods.ts';
import { hasPlaceholder } from '../../model/placeholder.ts';
import { createMemory } from './memory.ts';
import type { Handlers, Happening, Shown, Watching } from './protocol-rule.ts';

/** P-HTTP-01. */
export function watchRevisionHeader({ report }: Watching): Handlers {
  const see = ({ method, value, ref, revision, exchange }: Happening): void => {
    if (!exchange?.opened?.headers || exchange.isOlder || method === 'initialize') return;
    const header = headerOf(exchange.opened, 'mcp-protocol-version');
    const own = textMember(value, 'params', '_meta', META.protocolVersion);
    const isModern = revision === '2026-07-28';
    if (
      header === undefined
        ? isModern && own === undefined
        : !isModern || own === undefined || own === header
    )
      return;
    report({
      by: 'client',
      ...(header === undefined ? {} : { about: header }),
      evidence: [
        { at: exchange.opened, role: 'headers' },
        { at: ref, role: 'message' },
      ],
    });
  };
  return {
    request: (happening) => {
      if (happening.from === 'client') see(happening);
    },
    notification: (happening) => {
      // What headers notifications have is left open in 2026-07-28.
      if (happening.from === 'client' && happening.revision !== '2026-07-28') see(happening);
    },
  };
}

/** The member of the params that the header Mcp-Name repeats. */
const NAMES: Readonly<Record<string, string>> = {
  'tools/call': 'name',
  'prompts/get': 'name',
  'resources/read': 'uri',
};

interface Expected {
  readonly header: string;
  readonly value: unknown;
}

/** P-HTTP-02. */
export function watchHeaders({ report }: Watching): Handlers {
  /** The parameters of each tool that headers repeat, by the newest list. */
  const tools = createMemory<string, readonly Parameter[]>(10_000);
  return {
    'response tools/list'({ value }) {
      const listed = member(value, 'result', 'tools');
      if (!Array.isArray(listed)) return;
      for (const tool of listed) {
        const name = textMember(tool, 'name');
        if (name !== undefined) tools.set(name, parametersOf(member(tool, 'inputSchema')));
      }
    },
    request(happening) {
      const { from, method = '', value, ref, call, exchange } = happening;
      if (from !== 'client' || !exchange?.opened?.headers) return;
      const params = member(value, 'params');
      const parameters = method === 'tools/call' ? tools.get(textMember(params, 'name') ?? '') : [];
      const wrong = expectedOf(method, params, parameters ?? []).find(
        ({ header, value: body }) => !isRepeated(headerOf(exchange.opened, header), body),
      );
      if (!wrong) return;
      const evidence: [Shown, ...Shown[]] = [
        { at: exchange.opened, role: 'headers' },
        { at: ref, role: 'request' },
      ];
      report({ by: 'client', about: wrong.header, evidence });
      if (!call?.response || call.outcome === 'error') return;
      report({
        by: 'server',
        about: wrong.header,
        evidence: [...evidence, { at: call.response, role: 'result' }],
      });
    },
  };
}

function expectedOf(method: string, params: unknown, parameters: readonly Parameter[]): Expected[] {
  const name = Object.hasOwn(NAMES, method) ? member(params, NAMES[method] ?? '') : undefined;
  return [
    { header: 'mcp-method', value: method },
    ...(typeof name === 'string' ? [{ header: 'mcp-name', value: name }] : []),
    ...parameters.map(({ header, path }) => ({
      header,
      value: member(params, 'arguments', ...path),
    })),
  ];
}

/** Whether a header says what the body says; a value that is none is not repeated. */
function isRepeated(header: string | undefined, body: unknown): boolean {
  if (body === undefined || body === null || typeof body === 'object') return true;
  if (header === undefined) return typeof body === 'string' && hasPlaceholder(body);
  const said = decoded(header);
  // Values that were redacted are not compared: a part of one may be a secret and not the other.
  if (hasPlaceholder(said) || hasPlaceholder(String(body))) return true;
  return typeof body === 'number' ? Number(said) === body : said === String(body);
}

const CODED = /^=\?base64\?([A-Za-z0-9+/]*={0,2})\?=$/;

function decoded(header: string): string {
  const coded = CODED.exec(header)?.[1];
  return coded === undefined ? header : new TextDecoder().decode(fromBase64(coded));
}

interface Parameter {
  readonly header: string;
  readonly path: readonly string[];
}

/** Deeper, or more of them, no tool has. */
const DEEPEST = 8;
const MOST = 100;

/** The properties of a schema that name a header, reachable by `properties` alone. */
function parametersOf(schema: unknown): Parameter[] {
  const found: Parameter[] = [];
  const walk = (at: unknown, path: readonly string[]): void => {
    const properties = member(at, 'properties');
    if (!isObject(properties) || path.length >= DEEPEST) return;
    for (const [name, property] of Object.entries(properties).slice(0, MOST)) {
      const header = textMember(property, 'x-mcp-header');
      if (header !== undefined && found.length < MOST)
        found.push({ header: `mcp-param-${header.toLowerCase()}`, path: [...path, name] });
      walk(property, [...path, name]);
    }
  };
  walk(schema, []);
  return found;
}
