/** Clients of both SDK generations behind one face, and what tests let them do. */
import { Client as ClientV2 } from '@modelcontextprotocol/client';
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js';
import {
  CreateMessageRequestSchema,
  ElicitRequestSchema,
  ListRootsRequestSchema,
  LoggingMessageNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js';
import type { StandInTransport } from '../../replay/index.ts';

export type Version = 1 | 2;

/** A connected client. Everything it learns goes to `results` in the end: plain JSON. */
export interface Talk {
  call(name: string, args: object, onprogress?: (progress: unknown) => void): Promise<unknown>;
  listTools(): Promise<unknown>;
  readResource(uri: string): Promise<unknown>;
  setLevel(level: 'debug'): Promise<unknown>;
  /** Resolves once so many server requests and log messages of these methods have been seen. */
  seen(what: 'roots/list' | 'notifications/message', count: number): Promise<void>;
  close(): Promise<void>;
}

const info = { name: 'replay-test', version: '1.0.0' };

/** What the client says of itself; `full`: it samples, elicits and has roots. */
export type Ability = 'plain' | 'full';

const capabilities = {
  plain: {},
  full: { sampling: {}, elicitation: {}, roots: { listChanged: true } },
} as const;

const roots = { roots: [{ uri: 'file:///project', name: 'project' }] };
const sampled = {
  role: 'assistant' as const,
  content: { type: 'text' as const, text: 'a sampled answer' },
  model: 'none',
  stopReason: 'endTurn' as const,
};
const elicited = { action: 'accept' as const, content: { name: 'Ada', check: true } };

export async function connect(
  version: Version,
  transport: StandInTransport,
  ability: Ability = 'plain',
): Promise<Talk> {
  return version === 1 ? connectV1(transport, ability) : connectV2(transport, ability);
}

async function connectV1(transport: StandInTransport, ability: Ability): Promise<Talk> {
  const client = new ClientV1(info, { capabilities: capabilities[ability] });
  const counter = createCounter();
  if (ability === 'full') {
    client.setRequestHandler(ListRootsRequestSchema, () => counter.count('roots/list', roots));
    client.setRequestHandler(CreateMessageRequestSchema, () => sampled);
    client.setRequestHandler(ElicitRequestSchema, () => elicited);
  }
  client.setNotificationHandler(LoggingMessageNotificationSchema, ({ method }) => {
    counter.count(method, undefined);
  });
  await client.connect(transport);
  return {
    call: (name, args, onprogress) =>
      client.callTool(
        { name, arguments: { ...args } },
        undefined,
        onprogress ? { onprogress } : {},
      ),
    listTools: () => client.listTools(),
    readResource: (uri) => client.readResource({ uri }),
    setLevel: (level) => client.setLoggingLevel(level),
    seen: counter.seen,
    close: () => client.close(),
  };
}

async function connectV2(transport: StandInTransport, ability: Ability): Promise<Talk> {
  const client = new ClientV2(info, { capabilities: capabilities[ability] });
  const counter = createCounter();
  if (ability === 'full') {
    client.setRequestHandler('roots/list', () => counter.count('roots/list', roots));
    client.setRequestHandler('sampling/createMessage', () => sampled);
    client.setRequestHandler('elicitation/create', () => elicited);
  }
  client.setNotificationHandler('notifications/message', ({ method }) => {
    counter.count(method, undefined);
  });
  await client.connect(transport);
  return {
    call: (name, args, onprogress) =>
      client.callTool({ name, arguments: { ...args } }, onprogress ? { onprogress } : {}),
    listTools: () => client.listTools(),
    readResource: (uri) => client.readResource({ uri }),
    setLevel: (level) => client.setLoggingLevel(level),
    seen: counter.seen,
    close: () => client.close(),
  };
}

function createCounter() {
  const counts = new Map<string, number>();
  const waiting = new Set<() => void>();
  return {
    count<T>(what: string, answer: T): T {
      counts.set(what, (counts.get(what) ?? 0) + 1);
      for (const wake of waiting) wake();
      return answer;
    },
    seen: (what: string, count: number) =>
      new Promise<void>((resolve) => {
        const look = (): void => {
          if ((counts.get(what) ?? 0) < count) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      }),
  };
}
