/** What every result of 2026-07-28 has, and how long it may be kept. */
import { isCount, isObject, type JsonObject, member } from '../../model/json.ts';
import { LISTS } from '../../model/methods.ts';
import type { Call, Session } from '../../model/session.ts';
import { shortened } from './asks.ts';
import { family, MODERN } from './family.ts';
import { createMemory } from './memory.ts';
import { onMethods } from './on-methods.ts';
import { cursorIn, nextIn } from './pages.ts';
import type { Handlers, ProtocolRule, Shown, Watching } from './protocol-rule.ts';

export const RESULTS: readonly ProtocolRule[] = family('results', [
  {
    rule: 'result-type',
    code: 'P-RT-01',
    severity: 'high',
    revisions: MODERN,
    page: 'basic/index',
    definition:
      'A result has no resultType, or one that neither the protocol nor a declared extension defines; a client must take such a result for invalid.',
    wrongWhen: 'The type is one of an extension that was agreed on where nothing was recorded.',
    confirm: 'Look at the result, and at the extensions that both sides declare.',
    says: ({ who, about, times }) =>
      `${who} answered ${about} with a result without a known resultType, ${times}.`,
    watch: watchResultType,
  },
  {
    rule: 'caching-hints',
    code: 'P-CACHE-01',
    severity: 'high',
    revisions: MODERN,
    page: 'server/utilities/caching',
    definition:
      'A result that may be kept has no ttlMs of 0 or more milliseconds or no cacheScope, “public” or “private”; a result that needs input has one of them; or two pages of one list have different scopes.',
    wrongWhen: 'Nothing: the result itself shows it.',
    confirm: 'Look at ttlMs and cacheScope of the result, and of the page before.',
    says: ({ who, about, times }) =>
      `${who} did not say as it must how long a result of ${about} may be kept, ${times}.`,
    watch: watchCachingHints,
  },
]);

/** Those of the protocol, and that of its extension for tasks. */
const TYPES: ReadonlySet<unknown> = new Set(['complete', 'input_required', 'task']);
/** Extensions that add no type but those. */
const KNOWN_EXTENSIONS: ReadonlySet<string> = new Set([
  'io.modelcontextprotocol/tasks',
  'io.modelcontextprotocol/ui',
  'io.modelcontextprotocol/skills',
]);

function watchResultType({ session, report }: Watching): Handlers {
  return {
    response: ({ call, from, value, ref }) => {
      const result = member(value, 'result');
      if (!call || from !== 'server' || call.method === 'initialize' || !isObject(result)) return;
      const type = member(result, 'resultType');
      if (TYPES.has(type) || (typeof type === 'string' && hasOtherExtension(session))) return;
      const role = type === undefined ? 'result without type' : 'result of an unknown type';
      report({
        by: 'server',
        about: call.method,
        evidence: [
          { at: call.request, role: 'request' },
          { at: ref, role, pointer: '/result' },
        ],
      });
    },
  };
}

function hasOtherExtension({ clientCapabilities, serverCapabilities }: Session): boolean {
  return [clientCapabilities, serverCapabilities].some((one) => {
    const declared = member(one, 'extensions');
    return Object.keys(isObject(declared) ? declared : {}).some((id) => !KNOWN_EXTENSIONS.has(id));
  });
}

/** The methods whose results say how long they may be kept. */
const CACHED = ['server/discover', 'resources/read', ...Object.keys(LISTS)];

function watchCachingHints({ report }: Watching): Handlers {
  const cursors = createMemory<Call, string>();
  const pages = createMemory<string, Page>(10_000);
  return onMethods(CACHED, {
    asked(happening, call) {
      const cursor = cursorIn(happening);
      if (cursor !== undefined) cursors.set(call, shortened(cursor));
    },
    answered(happening, call) {
      const { value, ref: at } = happening;
      const result = member(value, 'result');
      if (!isObject(result)) return;
      const keyOf = (cursor: string): string => JSON.stringify([call.method, cursor]);
      const cursor = cursors.get(call);
      const before = cursor === undefined ? undefined : pages.get(keyOf(cursor));
      cursors.delete(call);
      const { cacheScope: scope } = result;
      const shown = { at, pointer: '/result' };
      const by = { by: 'server', about: call.method } as const;
      const role = wrongHint(result);
      if (role) report({ ...by, evidence: [{ ...shown, role }] });
      else if (before && before.scope !== scope)
        report({
          ...by,
          evidence: [
            { at: before.at, role: 'page' },
            { ...shown, role: 'page with another cacheScope' },
          ],
        });
      const next = nextIn(happening);
      if (next !== undefined && isScope(scope)) pages.set(keyOf(shortened(next)), { at, scope });
    },
  });
}

interface Page {
  readonly at: Shown['at'];
  readonly scope: unknown;
}

/** What is wrong with what a result says of being kept. */
function wrongHint({ resultType: type, ttlMs, cacheScope }: JsonObject): string | undefined {
  if (type === 'input_required') {
    const isSaid = ttlMs !== undefined || cacheScope !== undefined;
    return isSaid ? 'result that needs input, and may not be kept' : undefined;
  }
  if (type !== undefined && type !== 'complete') return undefined;
  if (!isCount(ttlMs)) return 'result without a valid ttlMs';
  return isScope(cacheScope) ? undefined : 'result without a valid cacheScope';
}

function isScope(value: unknown): boolean {
  return value === 'public' || value === 'private';
}
