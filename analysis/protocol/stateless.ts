/** P-LIF-07 to 10: what each request says of itself in 2026-07-28, where nothing is agreed before. */

import { fingerprint } from '../../model/canonical.ts';
import { headerOf } from '../../model/entry.ts';
import { isObject, type JsonObject, member, textMember } from '../../model/json.ts';
import { META } from '../../model/methods.ts';
import type { Call, MessageRef } from '../../model/session.ts';
import { SESSION_HEADER } from './exchanges.ts';
import { EVERY, family, MODERN } from './family.ts';
import { createMemory } from './memory.ts';
import type { Handlers, ProtocolRule, Watching } from './protocol-rule.ts';

export const STATELESS: readonly ProtocolRule[] = family('stateless', [
  {
    rule: 'request-without-revision',
    code: 'P-LIF-07',
    severity: 'high',
    revisions: MODERN,
    page: 'basic/index',
    definition:
      'A request has no protocolVersion or no clientCapabilities in its _meta; or the server served such a request, which it must refuse.',
    wrongWhen: 'The client speaks an earlier revision, and says so in a way that was not recorded.',
    confirm: 'Look at the _meta of the request.',
    says: ({ by, who, about, times }) =>
      by === 'client'
        ? `${who} sent ${about} without its revision or its capabilities, ${times}.`
        : `${who} served ${about} without being told revision or capabilities, ${times}.`,
    watch: watchMeta,
  },
  {
    rule: 'removed-or-missing-method',
    code: 'P-LIF-08',
    severity: 'high',
    revisions: MODERN,
    page: 'basic/versioning',
    definition:
      'A server that serves 2026-07-28 does not know server/discover. Medium: a client used what that revision has removed (initialize, ping, logging/setLevel, resources/subscribe, resources/unsubscribe).',
    wrongWhen: 'The method is one of the peers themselves that only has the old name.',
    confirm: 'Look at the request, its revision, and its answer.',
    says: ({ by, who, about, times }) =>
      by === 'server'
        ? `${who} does not know server/discover, ${times}.`
        : `${who} used ${about}, which 2026-07-28 has removed, ${times}.`,
    watch: watchRemoved,
  },
  {
    rule: 'depends-on-earlier-request',
    code: 'P-LIF-09',
    severity: 'medium',
    revisions: MODERN,
    page: 'basic/index',
    definition:
      'Two requests that say the same, capabilities and revision included, were answered differently: one with a result, one as if a capability or the revision were missing.',
    wrongWhen: 'The server was changed between the two.',
    confirm: 'Send the refused request once more on a new connection.',
    says: ({ who, about, times }) =>
      `${who} refused ${about} for its capabilities or revision, and served the same request at another time, ${times}.`,
    watch: watchDependence,
  },
  {
    rule: 'revision-changed',
    code: 'P-LIF-10',
    severity: 'medium',
    revisions: EVERY,
    page: 'basic/versioning',
    definition:
      'The client changed the revision within a session without asking what the server speaks, or its HTTP header names another one than was agreed.',
    wrongWhen: 'Several clients share the pipe.',
    confirm: 'Compare the revisions of the two messages.',
    says: ({ who, about, times }) =>
      `${who} changed the revision to ${about} on the way, ${times}.`,
    watch: watchChange,
  },
]);

function watchMeta({ report }: Watching): Handlers {
  return {
    request({ from, method = '', value, ref, call }) {
      const meta = member(value, 'params', '_meta');
      const isWhole =
        textMember(meta, META.protocolVersion) !== undefined &&
        isObject(member(meta, META.clientCapabilities));
      if (from !== 'client' || method === 'initialize' || isWhole) return;
      const request = { at: ref, role: 'request', pointer: '/params/_meta' };
      report({ by: 'client', about: method, evidence: [request] });
      if (!call?.response || call.outcome === 'error') return;
      const evidence = [request, { at: call.response, role: 'result' }] as const;
      report({ by: 'server', about: method, evidence: [...evidence] });
    },
  };
}

const REMOVED = new Set([
  'initialize',
  'ping',
  'logging/setLevel',
  'resources/subscribe',
  'resources/unsubscribe',
]);

const UNKNOWN_METHOD = -32601;

function watchRemoved({ report }: Watching): Handlers {
  let unknown: MessageRef | undefined;
  let served: MessageRef | undefined;
  return {
    request({ from, method = '', ref }) {
      if (from !== 'client' || !REMOVED.has(method)) return;
      report({
        by: from,
        about: method,
        severity: 'medium',
        evidence: [{ at: ref, role: 'request' }],
      });
    },
    response({ from, method, call, ref }) {
      if (from !== 'server' || !call) return;
      if (call.ties.resultType !== undefined) served ??= ref;
      if (method === 'server/discover' && call.code === UNKNOWN_METHOD) unknown ??= ref;
    },
    over() {
      if (!unknown || !served) return;
      const places = [
        { at: unknown, role: 'answer to server/discover' },
        { at: served, role: 'result of 2026-07-28' },
      ] as const;
      report({ by: 'server', evidence: [...places] });
    },
  };
}

/** Missing capability, and unsupported revision: what only the request itself may decide. */
const BY_META = new Set([-32021, -32022]);
const PASSING: ReadonlySet<string> = new Set([
  META.progressToken,
  META.traceparent,
  META.tracestate,
  META.baggage,
]);

function watchDependence({ session, report }: Watching): Handlers {
  const refused = session.calls.filter(({ code }) => code !== undefined && BY_META.has(code));
  const methods = new Set(refused.map(({ method }) => method));
  const seen = createMemory<string, Call>(10_000);
  return {
    request({ call, value }) {
      // Only where something was refused so is a request worth its fingerprint.
      if (!call?.outcome || !methods.has(call.method)) return;
      const key = fingerprint([call.method, saidIn(member(value, 'params'))]);
      const first = seen.get(key);
      if (!first) return seen.set(key, call);
      const outcomes = [first, call].map(({ code }) => code !== undefined && BY_META.has(code));
      const isServed = [first, call].some(({ outcome }) => outcome === 'result');
      if (!isServed || !outcomes.includes(true)) return;
      report({
        by: 'server',
        about: call.method,
        evidence: [
          { at: first.request, role: 'request' },
          { at: call.request, role: 'same request, answered differently' },
        ],
      });
    },
  };
}

/** Params without what may differ between requests that say the same. */
function saidIn(params: unknown): JsonObject {
  const { _meta: meta, ...said } = isObject(params) ? params : {};
  const kept = Object.entries(isObject(meta) ? meta : {}).filter(([key]) => !PASSING.has(key));
  return { ...said, meta: Object.fromEntries(kept) };
}

interface Agreed {
  readonly revision: string;
  readonly at: MessageRef;
}

function watchChange({ report }: Watching): Handlers {
  let agreed: Agreed | undefined;
  let last: Agreed | undefined;
  let hasAsked = false;
  const compare = (before: Agreed | undefined, revision: string, at: MessageRef): void => {
    if (!before || before.revision === revision) return;
    report({
      by: 'client',
      about: revision,
      evidence: [
        { at: before.at, role: 'revision so far' },
        { at, role: 'other revision' },
      ],
    });
  };
  return {
    request({ from, method, value, ref, exchange }) {
      if (from !== 'client') return;
      const own = textMember(value, 'params', '_meta', META.protocolVersion);
      if (method === 'initialize' || method === 'server/discover') hasAsked = true;
      else if (exchange) {
        const header = headerOf(exchange.opened, 'mcp-protocol-version');
        const isNamed = headerOf(exchange.opened, SESSION_HEADER) !== undefined;
        if (isNamed && header !== undefined) compare(agreed, header, ref);
      } else if (own !== undefined) {
        if (!hasAsked) compare(last, own, ref);
        hasAsked = false;
        last = { revision: own, at: ref };
      }
    },
    response({ method, value, ref, call }) {
      if (call?.code === -32022) hasAsked = true;
      const given = textMember(value, 'result', 'protocolVersion');
      if (method !== 'initialize' || given === undefined) return;
      agreed = { revision: given, at: ref };
      last = agreed;
      hasAsked = false;
    },
  };
}
