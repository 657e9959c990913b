/**
 * The headers of a request over streamable HTTP. Since 2026-07-28 they repeat what the message says
 * (basic/transports and SEP-2243 of the specification); before, they carry the session.
 */
import { catalogs, currentOffers } from '../../model/catalog.ts';
import { isObject, member, textMember } from '../../model/json.ts';
import { type RequestMessage, type SingleMessage, subjectOf } from '../../model/message.ts';
import { eraOf, META } from '../../model/methods.ts';
import type { SessionView } from '../../model/session.ts';

/** What a connection knows of its session (until 2025-11-25). */
export interface Negotiated {
  session: string | undefined;
  revision: string | undefined;
}

/** The definition of a tool, as the server listed it. */
export type ToolOf = (name: string) => unknown;

/** The tools as the recorded server listed them, for calls that are made without listing them. */
export function listedTools(session: SessionView): ToolOf {
  const tools = currentOffers(catalogs(session)).filter(({ kind }) => kind === 'tool');
  const byName = new Map(tools.map(({ name, definition }) => [name, definition]));
  return (name) => byName.get(name);
}

export function headersFor(
  messages: readonly SingleMessage[],
  { session, revision }: Negotiated,
  toolOf: ToolOf,
): Record<string, string> {
  const common = {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
  };
  const [first] = messages;
  const said = first && modernRevision(first);
  if (said !== undefined && first && 'method' in first) {
    const named =
      first.kind === 'request' ? { ...nameHeader(first), ...paramHeaders(first, toolOf) } : {};
    return { ...common, 'mcp-protocol-version': said, 'mcp-method': first.method, ...named };
  }
  return {
    ...common,
    ...(revision === undefined ? {} : { 'mcp-protocol-version': revision }),
    ...(session === undefined ? {} : { 'mcp-session-id': session }),
  };
}

/** The revision that a message names, where each message does. */
export function modernRevision(message: SingleMessage): string | undefined {
  if (!('method' in message)) return undefined;
  const revision = textMember(message.params, '_meta', META.protocolVersion);
  return revision !== undefined && eraOf(revision) === 'modern' ? revision : undefined;
}

const NAMED = /^(?:tools\/call|prompts\/get|resources\/read|tasks\/(?:get|update|cancel))$/;

function nameHeader({ method, params }: RequestMessage): Record<string, string> {
  const name = NAMED.test(method) ? subjectOf(method, params) : undefined;
  return name === undefined ? {} : { 'mcp-name': fieldValue(name) };
}

/** `Mcp-Param-*` for the arguments that the schema of the tool declares with `x-mcp-header`. */
function paramHeaders({ method, params }: RequestMessage, toolOf: ToolOf): Record<string, string> {
  if (method !== 'tools/call') return {};
  const schema = member(toolOf(textMember(params, 'name') ?? ''), 'inputSchema');
  const found: Record<string, string> = {};
  const walk = (properties: unknown, values: unknown): void => {
    if (!isObject(properties)) return;
    for (const [name, own] of Object.entries(properties)) {
      const value = member(values, name);
      const header = textMember(own, 'x-mcp-header');
      const isPlain = ['string', 'number', 'boolean'].includes(typeof value);
      if (header !== undefined && TOKEN.test(header) && isPlain) {
        found[`mcp-param-${header}`] = fieldValue(String(value));
      }
      walk(member(own, 'properties'), value);
    }
  };
  walk(member(schema, 'properties'), member(params, 'arguments'));
  return found;
}

/** A token of RFC 9110 §5.6.2. */
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}$/;

/** A text as a header has it: as it is, or as base64 between marks where it could not be. */
function fieldValue(text: string): string {
  const isPlain =
    /^[\t\x20-\x7e]+$/.test(text) && text === text.trim() && !text.startsWith('=?base64?');
  return isPlain ? text : `=?base64?${Buffer.from(text).toString('base64')}?=`;
}
