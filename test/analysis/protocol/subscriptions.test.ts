/** Who is told of changes, and who had asked for it. */
import { SUBSCRIPTIONS } from '../../../analysis/protocol/subscriptions.ts';
import { after, client, gap, http, type Step, server } from '../../kit/entries.ts';
import {
  cases,
  complete,
  handshake,
  inSession,
  modern,
  modernHeaders,
  OVER_HTTP,
  opened,
  post,
} from './kit.ts';

const ID = 'io.modelcontextprotocol/subscriptionId';
const tools = { toolsListChanged: true };
const listen = (id: number, notifications: object = tools) =>
  modern(id, 'subscriptions/listen', { notifications });
const of = (id: unknown, method: string, params: object = {}) => ({
  method: `notifications/${method}`,
  params: { ...params, ...(id === undefined ? {} : { _meta: { [ID]: id } }) },
});
const acknowledged = (id: unknown, notifications: object = tools) =>
  of(id, 'subscriptions/acknowledged', { notifications });
const changed = (id: unknown) => of(id, 'tools/list_changed');
const updated = (uri: string, id?: unknown) => of(id, 'resources/updated', { uri });

const open = [client(listen(1)), server(acknowledged(1))];
const files = { resourceSubscriptions: ['file:///a', 'file:///folder/'], taskIds: ['t1'] };
const openFiles = [client(listen(1, files)), server(acknowledged(1, files))];

const legacy = handshake({ server: { resources: { subscribe: true } } });
const subscribe = (id: number, uri: string, method = 'subscribe'): Step[] => [
  client({ id, method: `resources/${method}`, params: { uri } }),
  server({ id, result: {} }),
];

/** A subscription over HTTP: its exchange stays open. */
const listening = (exchange: number): Step[] => [
  http(exchange, 'opened', { headers: Object.entries(modernHeaders('subscriptions/listen')) }),
  client(listen(exchange), { exchange }),
  http(exchange, 'head', { status: 200, headers: [['mcp-session-id', '#1']] }),
  server(acknowledged(exchange), { exchange, channel: 'stream' }),
];

/** A stream that ends so, and requests after it, ten seconds apart. */
const broken = (ended: string, count: number, again: readonly Step[] = []): Step[] => [
  ...listening(1),
  http(1, 'ended', { ended }),
  ...again,
  ...Array.from({ length: count }, (_, index) => {
    const [first, ...rest] = post(index + 3, modern(index + 3, 'tools/list'));
    return first ? [after(10_000_000, first), ...rest] : [];
  }).flat(),
];
const inBroken = { head: OVER_HTTP };

cases(SUBSCRIPTIONS, {
  'notification-without-subscription': {
    breaks: [
      { steps: [...open, server(changed(undefined))] },
      'high: The server of notes sent “notifications/tools/list_changed” for no subscription, once. [3 notification of no subscription]',
    ],
    alsoBreaks: [
      [
        { steps: [...open, server(changed('1'))] },
        'high: The server of notes sent “notifications/tools/list_changed” for no subscription, once. [3 notification of an unknown one]',
      ],
    ],
    clean: [
      { steps: [...open, server(changed(1))] },
      { steps: [...open, gap(1), server(changed(2))] },
      { steps: [...open, server(changed(2))], head: { joined: true } },
      { steps: [...handshake(), server(changed(undefined))] },
    ],
  },
  'subscription-not-acknowledged-first': {
    breaks: [
      { steps: [client(listen(1)), server(changed(1)), server(acknowledged(1))] },
      'high: The server of notes did not acknowledge a subscription before it used it, once. [1 subscription, 2 notification before it is acknowledged]',
    ],
    alsoBreaks: [
      [
        { steps: [client(listen(1)), server(complete(1))] },
        'high: The server of notes did not acknowledge a subscription before it used it, once. [1 subscription, 2 end before it is acknowledged]',
      ],
    ],
    clean: [
      { steps: [...open, server(changed(1)), server(complete(1))] },
      { steps: [client(listen(1)), server({ id: 1, error: { code: -32603, message: 'no' } })] },
      { steps: [client(listen(1)), gap(1), server(changed(1))] },
      // On a pipe, messages of another subscription may come in between.
      { steps: [...open, client(listen(2)), server(changed(1)), server(acknowledged(2))] },
    ],
  },
  'notification-not-asked-for': {
    breaks: [
      { steps: [...open, server(of(1, 'prompts/list_changed'))] },
      'high: The server of notes sent “notifications/prompts/list_changed” to a subscription that had not asked for it, once. [1 filter, 3 notification]',
    ],
    alsoBreaks: [
      [
        { steps: [...openFiles, server(updated('file:///b', 1))] },
        'high: The server of notes sent “notifications/resources/updated” to a subscription that had not asked for it, once. [1 filter, 3 notification]',
      ],
      [
        { steps: [...openFiles, server(of(1, 'tasks', { taskId: 't2', status: 'working' }))] },
        'high: The server of notes sent “notifications/tasks” to a subscription that had not asked for it, once. [1 filter, 3 notification]',
      ],
    ],
    clean: [
      {
        steps: [
          ...openFiles,
          ...['file:///a', 'file:///a#part', 'file:///folder/x/y', 'file:///folder'].map((uri) =>
            server(updated(uri, 1)),
          ),
        ],
      },
      { steps: [...openFiles, server(of(1, 'tasks', { taskId: 't1', status: 'working' }))] },
      // Of one exchange each, under the same id.
      {
        head: OVER_HTTP,
        steps: [
          ...post(1, listen(1), {
            headers: modernHeaders('subscriptions/listen'),
            answers: [acknowledged(1), changed(1)],
          }),
          ...post(2, listen(1, files), {
            headers: modernHeaders('subscriptions/listen'),
            answers: [acknowledged(1), updated('file:///a', 1)],
          }),
        ],
      },
    ],
  },
  'subscription-not-renewed': {
    breaks: [
      { ...inBroken, steps: broken('server-closed', 4) },
      'medium: The client of notes went on without a subscription that had broken, once. [2 subscription, 5 end of its stream, 19 later request]',
    ],
    clean: [
      { ...inBroken, steps: broken('client-closed', 4) },
      { ...inBroken, steps: broken('server-closed', 2) },
      {
        ...inBroken,
        steps: broken('server-closed', 4, listening(2)),
      },
    ],
  },
  'update-without-subscription': {
    breaks: [
      { steps: [...legacy, server(updated('file:///a'))] },
      'medium: The server of notes told of an update of “file:///a”, once, to which nobody is subscribed. [4 update]',
    ],
    alsoBreaks: [
      [
        {
          steps: [
            ...legacy,
            ...subscribe(1, 'file:///a'),
            ...subscribe(2, 'file:///a', 'unsubscribe'),
            server(updated('file:///a')),
          ],
        },
        'medium: The server of notes told of an update of “file:///a”, once, to which nobody is subscribed. [7 end of the subscription, 8 update]',
      ],
    ],
    clean: [
      {
        steps: [
          ...legacy,
          ...subscribe(1, 'file:///a'),
          server(updated('file:///a')),
          server(updated('file:///a/b')),
        ],
      },
      // Sent before the end of the subscription was answered.
      {
        steps: [
          ...legacy,
          ...subscribe(1, 'file:///a'),
          client({ id: 2, method: 'resources/unsubscribe', params: { uri: 'file:///a' } }),
          server(updated('file:///a')),
          server({ id: 2, result: {} }),
        ],
      },
      { steps: [...legacy, server(updated('file:///a'))], head: { joined: true } },
      { steps: [...legacy, gap(1), server(updated('file:///a'))] },
      {
        head: OVER_HTTP,
        steps: [
          ...opened(),
          ...[1, 2].flatMap((id) =>
            post(
              id + 2,
              {
                id,
                method: id === 1 ? 'resources/subscribe' : 'resources/unsubscribe',
                params: { uri: 'file:///a' },
              },
              { headers: inSession(), answers: [{ id, result: {} }] },
            ),
          ),
          ...post(5, undefined, {
            method: 'GET',
            headers: inSession(),
            answers: [updated('file:///a')],
          }),
        ],
      },
    ],
  },
});
