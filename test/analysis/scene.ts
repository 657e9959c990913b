/**
 * A scene: the calls of a session with the milliseconds they took, as entries.
 *
 * Where calls overlap is what most tests of analysis turn on, so a call says when its request
 * crossed and when its answer did, and the scene puts the messages in order.
 */
import type { Entry } from '../../model/entry.ts';
import {
  client,
  opening,
  type Step,
  server,
  type TapeOptions,
  tape,
  toolCall,
} from '../kit/entries.ts';

export interface SceneCall {
  readonly tool: string;
  readonly args?: object;
  /** Milliseconds of the request and of the answer; without the second there is none. */
  readonly from: number;
  readonly to?: number;
  /** The text of the answer; a list or an object is its structured content too. */
  readonly gives?: unknown;
  readonly isError?: true;
  /** Its traceparent. */
  readonly trace?: string;
}

/** The kit's session with a legacy handshake, then these calls, then other steps (which say their `at`). */
export function scene(
  name: string,
  calls: readonly SceneCall[],
  options: SceneOptions = {},
): Entry[] {
  const steps: Step[] = calls.flatMap((call, index) => [
    client(
      toolCall(
        index + 1,
        call.tool,
        call.args ?? {},
        call.trace === undefined ? undefined : { traceparent: call.trace },
      ),
      { at: ms(call.from) },
    ),
    ...(call.to === undefined ? [] : [server(answer(index + 1, call), { at: ms(call.to) })]),
  ]);
  const tools = offered(calls, options.tools ?? []);
  const listed = [
    client({ id: 'list', method: 'tools/list' }, { at: 20 }),
    server({ id: 'list', result: { tools } }, { at: 30 }),
  ];
  const inOrder = [...steps, ...(options.steps ?? [])].sort((a, b) => (a.at ?? 0) - (b.at ?? 0));
  const hello = opening({
    server: options.server ?? 'notes-server',
    client: options.client ?? 'test-client',
  }).map((step, index) => ({
    ...step,
    at: index,
  }));
  return tape(name, [...hello, ...listed, ...inOrder], options);
}

/** The tools of a scene, and those that it only calls, each with a schema that a tool must have. */
function offered(calls: readonly SceneCall[], tools: readonly object[]): readonly object[] {
  const own = tools.map((tool) => ({ name: '', inputSchema: {}, ...tool }));
  const names = new Set([...own.map(({ name }) => name), ...calls.map(({ tool }) => tool)]);
  return [...names].map((name) => {
    const tool = own.find((one) => one.name === name);
    return { name, ...tool, inputSchema: { type: 'object', ...tool?.inputSchema } };
  });
}

export interface SceneOptions extends TapeOptions {
  readonly server?: string;
  /** What the client calls itself. */
  readonly client?: string;
  readonly tools?: readonly object[];
  readonly steps?: readonly Step[];
}

/** Milliseconds after the handshake, in µs of the session's clock. */
export function ms(time: number): number {
  return 1000 + time * 1000;
}

/** How a server was started, with keyed hashes for values, as entries hold it. */
export function launched(
  env: Readonly<Record<string, string>>,
  args: readonly string[] = [],
): NonNullable<SceneOptions['head']> {
  return { launch: { command: 'node', args: ['server.js', ...args], env } };
}

function answer(id: number, { gives, isError }: SceneCall): { readonly [key: string]: unknown } {
  const text = typeof gives === 'string' ? gives : JSON.stringify(gives ?? 'ok');
  const structured = typeof gives === 'object' ? { structuredContent: gives } : {};
  return {
    id,
    result: { content: [{ type: 'text', text }], ...structured, ...(isError ? { isError } : {}) },
  };
}
