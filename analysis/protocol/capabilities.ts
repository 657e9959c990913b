/** P-CAP: who uses what the other side has not declared. */
import { isObject, type JsonObject, member, table, textMember } from '../../model/json.ts';
import { META } from '../../model/methods.ts';
import type { Call } from '../../model/session.ts';
import { EVERY, family } from './family.ts';
import { createMemory } from './memory.ts';
import type { Handlers, Happening, ProtocolRule, Watching } from './protocol-rule.ts';

export const CAPABILITIES: readonly ProtocolRule[] = family('capabilities', [
  {
    rule: 'undeclared-server-capability',
    code: 'P-CAP-01',
    severity: 'high',
    revisions: EVERY,
    page: 'basic/versioning',
    definition:
      'The client used a method whose capability the server had not declared, or the server sent log messages without declaring logging. In 2026-07-28 the server is at fault, where it served such a method. Low where the server said that it has no such method, so that nothing came of it.',
    wrongWhen:
      'The server declared it later, or to another client of the same address. Silent where no declaration was recorded.',
    confirm:
      'Compare the capabilities in the result of initialize or server/discover with the method.',
    says: ({ by, who, about, times }) =>
      by === 'client'
        ? `${who} sent ${about}, for which the server declares no capability, ${times}.`
        : `${who} serves ${about} and declares no capability for it, ${times}.`,
    watch: watchServerCapabilities,
  },
  {
    rule: 'undeclared-client-capability',
    code: 'P-CAP-02',
    severity: 'high',
    revisions: EVERY,
    page: 'basic/index',
    definition:
      'The server asked the client for what it had not declared: sampling, tools in sampling, a mode of elicitation, or roots.',
    wrongWhen:
      'The client declared it in a message that was not recorded. Silent where no declaration was recorded.',
    confirm: 'Compare the capabilities of the client with the request.',
    says: ({ who, about, times }) =>
      `${who} asked for ${about}, which the client does not declare, ${times}.`,
    watch: watchClientCapabilities,
  },
  {
    rule: 'unannounced-change',
    code: 'P-CAP-03',
    severity: 'medium',
    revisions: EVERY,
    page: 'basic/versioning',
    definition:
      'A notification of a change was sent without the capability that announces it: listChanged, or subscribe for resources.',
    wrongWhen:
      'The capability was declared in a message that was not recorded. Silent where no declaration was recorded.',
    confirm: 'Compare the declared capabilities with the notification.',
    says: ({ who, about, times }) =>
      `${who} sent ${about} without declaring that it would, ${times}.`,
    watch: watchChanges,
  },
]);

type Path = readonly string[];

const METHOD_NOT_FOUND = -32601;

/** What a server declares for a method; completions only since 2025-03-26. */
const SERVED: Readonly<Record<string, Path>> = table<Path>({
  'tools/list': ['tools'],
  'tools/call': ['tools'],
  'prompts/list': ['prompts'],
  'prompts/get': ['prompts'],
  'resources/list': ['resources'],
  'resources/templates/list': ['resources'],
  'resources/read': ['resources'],
  'resources/subscribe': ['resources', 'subscribe'],
  'resources/unsubscribe': ['resources', 'subscribe'],
  'completion/complete': ['completions'],
  'logging/setLevel': ['logging'],
});

const CHANGES: Readonly<Record<string, Path>> = table<Path>({
  'notifications/tools/list_changed': ['tools', 'listChanged'],
  'notifications/prompts/list_changed': ['prompts', 'listChanged'],
  'notifications/resources/list_changed': ['resources', 'listChanged'],
  'notifications/resources/updated': ['resources', 'subscribe'],
  'notifications/roots/list_changed': ['roots', 'listChanged'],
});

/** A member that is there and not false declares. */
function declares(capabilities: JsonObject, path: Path): boolean {
  const found = member(capabilities, ...path);
  return found !== undefined && found !== false && found !== null;
}

interface Declared {
  readonly capabilities: JsonObject;
  readonly at: Happening['ref'];
}

/** Handlers that note what the server declares. */
function serverDeclarations(note: (declared: Declared) => void): Handlers {
  const see = ({ value, ref }: Happening): void => {
    const capabilities = member(value, 'result', 'capabilities');
    if (isObject(capabilities)) note({ capabilities, at: ref });
  };
  return { 'response initialize': see, 'response server/discover': see };
}

function watchServerCapabilities({ report }: Watching): Handlers {
  let declared: Declared | undefined;
  const check = (
    by: 'client' | 'server',
    path: Path,
    { method, ref, call }: Happening,
    role: string,
  ) => {
    if (!declared || declares(declared.capabilities, path)) return;
    // Many clients ask every server for its lists: where it says that it has none, nothing came of it.
    const refusal = call?.code === METHOD_NOT_FOUND ? call.response : undefined;
    report({
      by,
      about: method ?? '',
      evidence: [
        { at: declared.at, role: 'declaration', pointer: '/result/capabilities' },
        { at: ref, role },
        ...(refusal ? [{ at: refusal, role: 'refusal', pointer: '/error' }] : []),
      ],
      ...(refusal ? { severity: 'low' } : {}),
    });
  };
  const pathOf = ({ method = '', revision }: Happening): Path | undefined =>
    method === 'completion/complete' && revision === '2024-11-05' ? undefined : SERVED[method];
  return {
    ...serverDeclarations((found) => {
      declared = found;
    }),
    request(happening) {
      const path = pathOf(happening);
      const isLegacy = happening.revision !== undefined && happening.revision !== '2026-07-28';
      if (path && isLegacy && happening.from === 'client') check('client', path, happening, 'use');
    },
    response(happening) {
      const path = pathOf(happening);
      const isServed = happening.call?.outcome === 'result';
      if (path && isServed && happening.revision === '2026-07-28')
        check('server', path, happening, 'result');
    },
    'notification notifications/message'(happening) {
      if (happening.from === 'server') check('server', ['logging'], happening, 'log message');
    },
  };
}

function watchClientCapabilities({ report }: Watching): Handlers {
  let handshake: Declared | undefined;
  /** What a request of 2026-07-28 declares. */
  const own = createMemory<Call, Declared>(10_000);
  const check = (
    declared: Declared | undefined,
    asked: { method: string; params: unknown },
    evidence: { at: Happening['ref']; role: string; pointer?: string },
  ): void => {
    const lacking = declared && lackingFor(asked.method, asked.params, declared.capabilities);
    if (!lacking) return;
    report({
      by: 'server',
      about: lacking,
      evidence: [{ at: declared.at, role: 'declaration' }, evidence],
    });
  };
  return {
    request(happening) {
      const { from, method = '', value, ref, call } = happening;
      const params = member(value, 'params');
      if (from === 'server') {
        return check(handshake, { method, params }, { at: ref, role: 'request of the server' });
      }
      const capabilities = member(params, '_meta', META.clientCapabilities);
      if (call && isObject(capabilities)) own.set(call, { capabilities, at: ref });
      const agreed = method === 'initialize' ? member(params, 'capabilities') : undefined;
      if (isObject(agreed)) handshake = { capabilities: agreed, at: ref };
    },
    response({ call, value, ref }) {
      const asked = member(value, 'result', 'inputRequests');
      if (!call || !isObject(asked)) return;
      for (const one of Object.values(asked).slice(0, 100)) {
        const request = { method: textMember(one, 'method') ?? '', params: member(one, 'params') };
        const pointer = '/result/inputRequests';
        check(own.get(call), request, { at: ref, role: 'request in a result', pointer });
      }
    },
  };
}

/** The capability that a client lacks for what it is asked. */
function lackingFor(method: string, params: unknown, client: JsonObject): string | undefined {
  const path = neededOf(method, params, client);
  return path && !declares(client, path) ? path.join('.') : undefined;
}

function neededOf(method: string, params: unknown, client: JsonObject): Path | undefined {
  switch (method) {
    case 'roots/list':
      return ['roots'];
    case 'sampling/createMessage':
      return declares(client, ['sampling']) && member(params, 'tools') !== undefined
        ? ['sampling', 'tools']
        : ['sampling'];
    case 'elicitation/create':
      return elicitationOf(textMember(params, 'mode') ?? 'form', client);
    default:
      return undefined;
  }
}

/** An empty `elicitation` declares forms, as all did before there were other modes. */
function elicitationOf(mode: string, client: JsonObject): Path {
  const declared = member(client, 'elicitation');
  const isPlain = isObject(declared) && !('form' in declared) && !('url' in declared);
  return mode === 'form' && (isPlain || declared === undefined)
    ? ['elicitation']
    : ['elicitation', mode];
}

function watchChanges({ report }: Watching): Handlers {
  const declared: { client?: Declared; server?: Declared } = {};
  return {
    ...serverDeclarations((found) => {
      declared.server = found;
    }),
    'request initialize'({ value, ref }) {
      const capabilities = member(value, 'params', 'capabilities');
      if (isObject(capabilities)) declared.client = { capabilities, at: ref };
    },
    notification({ from, method = '', ref }) {
      const path = CHANGES[method];
      const known = from && declared[from];
      if (!path || !known || declares(known.capabilities, path)) return;
      report({
        by: from,
        about: method,
        evidence: [
          { at: known.at, role: 'declaration' },
          { at: ref, role: 'notification' },
        ],
      });
    },
  };
}
