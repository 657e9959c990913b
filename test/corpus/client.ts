/** The client side of a line: ids, answers, and the era's opening. Agents ask through it. */
import { META } from '../../model/methods.ts';
import { type Act, type Chance, type Clock, pause, waited } from './acts.ts';
import type { Args } from './models/model.ts';
import type { Body, Line } from './wire/line.ts';
import { type Implementation, MODERN, paramsOf, type Revision } from './wire/messages.ts';
import type { Mark } from './wire/recorder.ts';

/** A request with what came of it. */
export interface Asked {
  readonly id: string | number;
  readonly request: Mark;
  /** The message that asked. */
  readonly message: Body;
  response?: Mark;
  /** The message that answered it. */
  answer?: Body;
  /** Over HTTP: the client closes the connection on which the answer would come. */
  abandon(): void;
}

export interface Asking {
  /** An id that is none of the client's own choosing. */
  readonly id?: string | number;
  readonly meta?: object;
}

export interface Client {
  readonly session: string;
  readonly line: Line;
  readonly revision: Revision;
  /** Shakes hands and lists the tools. */
  open(listing?: { readonly wants?: Body }): Act;
  start(method: string, params: object, asking?: Asking): Asked;
  answered(asked: Asked): Act<Asked>;
  /** Waits so long at most; what came later stands in it all the same. */
  answeredWithin(asked: Asked, micros: number): Act<Asked>;
  ask(method: string, params: object, asking?: Asking): Act<Asked>;
  call(tool: string, args: Args, asking?: Asking): Act<Asked>;
  startCall(tool: string, args: Args, asking?: Asking): Asked;
  /** All tools, page after page. */
  list(between?: () => Act): Act<Asked[]>;
  notify(method: string, params?: object): Mark;
  cancel(asked: Asked): Mark;
  /** What it answers to requests of the server, each with its mark. */
  answers: (request: Body) => readonly (readonly [Body, Mark])[];
}

export interface ClientParts {
  readonly clock: Clock;
  readonly chance: Chance;
  readonly line: Line;
  readonly session: string;
  readonly revision: Revision;
  readonly info: Implementation;
  readonly capabilities?: object;
  readonly wording: (tool: string, args: Args) => { name: string; arguments: Body };
}

export function createClient(parts: ClientParts): Client {
  const { line, session, revision, info, capabilities = {} } = parts;
  const speaker = { revision, info, capabilities };
  const waiting = new Map<string | number, { asked: Asked; wake: (asked: Asked) => void }[]>();
  let lastId = 0;
  const client: Client = {
    session,
    line,
    revision,
    answers: () => [],
    start(method, params, { id = lastId++, meta = {} } = {}) {
      const request: Mark = { session };
      const all = paramsOf(speaker, params, meta);
      const message = {
        jsonrpc: '2.0',
        id,
        method,
        ...(Object.keys(all).length > 0 ? { params: all } : {}),
      };
      const asked: Asked = { id, request, message, abandon: () => sent.abandon() };
      waiting.set(id, [...(waiting.get(id) ?? []), { asked, wake: () => {} }]);
      const sent = line.send(message, request);
      return asked;
    },
    *answered(asked) {
      if (asked.answer) return asked;
      return yield* waited<Asked>((wake) => {
        const own = waiting.get(asked.id)?.find((one) => one.asked === asked);
        if (own) own.wake = wake;
        else wake(asked);
      });
    },
    *answeredWithin(asked, micros) {
      if (asked.answer) return asked;
      return yield* waited<Asked>((wake) => {
        let isAwake = false;
        const once = (): void => {
          if (!isAwake) wake(asked);
          isAwake = true;
        };
        const own = waiting.get(asked.id)?.find((one) => one.asked === asked);
        if (own) own.wake = once;
        parts.clock.after(micros, once);
      });
    },
    *ask(method, params, asking) {
      return yield* client.answered(client.start(method, params, asking));
    },
    startCall: (tool, args, asking) =>
      client.start('tools/call', parts.wording(tool, args), asking),
    *call(tool, args, asking) {
      return yield* client.answered(client.startCall(tool, args, asking));
    },
    *list(between) {
      const pages: Asked[] = [];
      let cursor: unknown;
      do {
        const page = yield* client.ask('tools/list', cursor === undefined ? {} : { cursor });
        pages.push(page);
        cursor = (page.answer?.['result'] as Body | undefined)?.['nextCursor'];
        if (cursor !== undefined && between) yield* between();
      } while (cursor !== undefined);
      return pages;
    },
    notify(method, params) {
      const mark: Mark = { session };
      line.send({ jsonrpc: '2.0', method, ...(params ? { params } : {}) }, mark);
      return mark;
    },
    cancel: ({ id }) =>
      client.notify('notifications/cancelled', { requestId: id, reason: 'given up' }),
    *open({ wants } = {}) {
      if (revision === MODERN) {
        yield* client.ask('server/discover', {});
        if (wants) {
          client.start('subscriptions/listen', { notifications: wants }, { id: 'listen:0' });
          // What it lists comes behind the word that it will be told of changes.
          yield* pause(parts.clock, 30_000);
        }
      } else {
        yield* client.ask('initialize', {
          protocolVersion: revision,
          capabilities,
          clientInfo: info,
        });
        client.notify('notifications/initialized');
      }
      yield* client.list();
    },
  };
  line.onMessage((message, mark) => {
    const { id, method } = message as { id?: string | number; method?: string };
    if (method !== undefined) {
      if (id === undefined) return;
      for (const [answer, own] of client.answers(message))
        line.send({ jsonrpc: '2.0', id, ...answer }, own);
      return;
    }
    const list = waiting.get(id ?? '') ?? [];
    const [first, ...rest] = list;
    if (!first) return;
    waiting.set(id ?? '', rest);
    first.asked.response = mark;
    first.asked.answer = message;
    first.wake(first.asked);
  });
  return client;
}

/** The `_meta` of a request that is part of a trace. */
export function inTrace(traceparent: string | undefined): Asking {
  return traceparent === undefined ? {} : { meta: { [META.traceparent]: traceparent } };
}

/** What a call gave: its structured content, or the JSON in its text, or its text. */
export function givenBy({ answer }: Asked): unknown {
  const result = (answer?.['result'] ?? {}) as Body;
  if (result['structuredContent'] !== undefined) return result['structuredContent'];
  const [first] = (result['content'] ?? []) as { text?: string }[];
  try {
    return JSON.parse(first?.text ?? '');
  } catch {
    return first?.text;
  }
}
