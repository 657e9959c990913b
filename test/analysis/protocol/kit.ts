/** Stories that break one rule of the protocol, and twins that nearly do. */
import { describe, expect, test } from 'vitest';
import { analyse } from '../../../analysis/index.ts';
import type { ProtocolRule } from '../../../analysis/protocol/protocol-rule.ts';
import { parseReference } from '../../../model/entry.ts';
import type { Finding } from '../../../model/finding.ts';
import { viewsOf } from '../../../model/view.ts';
import {
  client,
  http,
  type Said,
  type Step,
  server,
  type TapeOptions,
  tape,
} from '../../kit/entries.ts';

export interface Story extends TapeOptions {
  readonly steps: readonly Step[];
}

export interface Case {
  /** What breaks it, and the finding: `severity: sentence [places]`. */
  readonly breaks: readonly [story: Story, finding: string];
  /** Other ways to break it. */
  readonly alsoBreaks?: readonly (readonly [story: Story, finding: string])[];
  /** What is close to it and correct. */
  readonly clean: readonly Story[];
}

/** Tests a family: each of its rules has a case, which breaks it, and a clean twin. */
export function cases(rules: readonly ProtocolRule[], table: Readonly<Record<string, Case>>): void {
  test('each rule has its case', () => {
    expect(Object.keys(table)).toEqual(rules.map(({ rule }) => rule));
  });
  describe.each(Object.entries(table))('%s', (rule, { breaks, alsoBreaks = [], clean }) => {
    test.each([breaks, ...alsoBreaks].map(([story, finding]) => [finding, story] as const))(
      '%s',
      (finding, story) => {
        expect(told(story, rule)).toContain(finding);
      },
    );
    test.each(clean.map((story, index) => [index + 1, story] as const))('clean %i', (_, story) => {
      expect(told(story, rule)).toEqual([]);
    });
  });
}

export function findingsOf({ steps, ...options }: Story): readonly Finding[] {
  return analyse(viewsOf(tape('notes', steps, options)));
}

/** The findings of one rule. */
export function told(story: Story, rule: string): string[] {
  return findingsOf(story)
    .filter((finding) => finding.rule === rule)
    .map(({ severity, message, evidence }) => {
      const places = evidence.map((one) => {
        const { seq, item } = parseReference(one.message) ?? {};
        return `${seq}${item === undefined ? '' : `/${item}`} ${one.role}`;
      });
      return `${severity}: ${message} [${places.join(', ')}]`;
    });
}

/** What a request of 2026-07-28 says of itself. */
export function meta(more: object = {}, capabilities: object = {}): object {
  return {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientCapabilities': capabilities,
    ...more,
  };
}

/** A request of 2026-07-28. */
export function modern(
  id: string | number,
  method: string,
  params: object = {},
  own: object = meta(),
): { readonly [key: string]: unknown } {
  return { id, method, params: { ...params, _meta: own } };
}

/** A whole result of 2026-07-28. */
export function complete(id: string | number, result: object = {}) {
  return { id, result: { resultType: 'complete', ...result } };
}

export interface Post {
  readonly headers?: Readonly<Record<string, string>>;
  readonly method?: string;
  readonly status?: number;
  /** Headers of the response. */
  readonly answered?: Readonly<Record<string, string>>;
  readonly answers?: readonly Said[];
  /** Other steps while it is open. */
  readonly between?: readonly Step[];
  readonly path?: string;
}

const BOTH = 'application/json, text/event-stream';

/** One exchange of Streamable HTTP: what the client posts, and a stream that answers. */
export function post(exchange: number, said: Said | undefined, about: Post = {}): Step[] {
  const { headers = {}, method = 'POST', status = 200, answered = {}, path = '/mcp' } = about;
  const { answers = [], between = [] } = about;
  const asked = { accept: BOTH, ...headers };
  return [
    http(exchange, 'opened', { method, path, headers: Object.entries(asked) }),
    ...(said === undefined ? [] : [client(said, { exchange })]),
    http(exchange, 'head', {
      status,
      headers: Object.entries({ 'content-type': 'text/event-stream', ...answered }),
    }),
    ...answers.map((one) => server(one, { exchange, channel: 'stream' })),
    ...between,
    http(exchange, 'ended', { ended: 'complete' }),
  ];
}

/** The headers of a request of 2026-07-28, as its body has them. */
export function modernHeaders(method: string, name?: string): Record<string, string> {
  return {
    'mcp-protocol-version': '2026-07-28',
    'mcp-method': method,
    ...(name === undefined ? {} : { 'mcp-name': name }),
  };
}

/** A session over HTTP, by its id, opened in this revision. */
export function opened(revision = '2025-11-25', capabilities: object = { tools: {} }): Step[] {
  return [
    ...post(
      1,
      {
        id: 'open',
        method: 'initialize',
        params: {
          protocolVersion: revision,
          capabilities: {},
          clientInfo: { name: 'c', version: '1' },
        },
      },
      {
        answered: { 'mcp-session-id': '#1' },
        answers: [
          {
            id: 'open',
            result: {
              protocolVersion: revision,
              capabilities,
              serverInfo: { name: 's', version: '1' },
            },
          },
        ],
      },
    ),
    ...post(
      2,
      { method: 'notifications/initialized' },
      { headers: inSession(revision), status: 202 },
    ),
  ];
}

/** The headers of a later request of that session. */
export function inSession(revision = '2025-11-25'): Record<string, string> {
  return { 'mcp-session-id': '#1', 'mcp-protocol-version': revision };
}

export const OVER_HTTP: NonNullable<TapeOptions['head']> = {
  transport: 'http',
  upstream: 'http://127.0.0.1:3000/mcp',
};

/** A handshake with these capabilities: seq 1 to 3. */
export function handshake(
  capabilities: { server?: object; client?: object } = {},
  revision = '2025-11-25',
): Step[] {
  const clientInfo = { name: 'test-client', version: '1.0.0' };
  const asked = { protocolVersion: revision, capabilities: capabilities.client ?? {}, clientInfo };
  const serverInfo = { name: 'test-server', version: '1.0.0' };
  const given = { protocolVersion: revision, capabilities: capabilities.server ?? {}, serverInfo };
  return [
    client({ id: 'open', method: 'initialize', params: asked }),
    server({ id: 'open', result: given }),
    client({ method: 'notifications/initialized' }),
  ];
}
