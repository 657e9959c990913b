/** An agent with clients of SDK v2 on three servers behind taps, and, when it traces, with spans of the OpenTelemetry SDK. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { defaultTextMapSetter, ROOT_CONTEXT, type Span, trace } from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { markRequests } from '../../index.ts';
import { tapped } from '../tap/kit.ts';
import { type HostServer, serversIn } from './released.ts';

/** A file that only its server knows of until the agent searches for it. */
const RECEIPT = 'receipt-5d1f0a77c2.txt';

interface Turns {
  /** Does something as the next turn of the agent. */
  turn(name: string, work: () => Promise<unknown>): Promise<void>;
  inject(carrier: Record<string, string>): void;
  end(): Promise<void>;
}

/** Turns as spans below one of the agent, sent to this receiver. */
function tracedTurns(receiver: string): Turns {
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ 'service.name': 'agent' }),
    spanProcessors: [
      new BatchSpanProcessor({ exporter: new OTLPTraceExporter({ url: `${receiver}/v1/traces` }) }),
    ],
  });
  const tracer = provider.getTracer('agent');
  const propagator = new W3CTraceContextPropagator();
  const agent = tracer.startSpan('invoke_agent shop');
  let active: Span = agent;
  return {
    async turn(name, work) {
      active = tracer.startSpan(name, {}, trace.setSpan(ROOT_CONTEXT, agent));
      await work();
      active.end();
      active = agent;
    },
    inject: (carrier) =>
      propagator.inject(trace.setSpan(ROOT_CONTEXT, active), carrier, defaultTextMapSetter),
    async end() {
      agent.end();
      await provider.shutdown();
    },
  };
}

const UNTRACED: Turns = {
  turn: async (_, work) => void (await work()),
  inject: () => {},
  end: async () => {},
};

export interface Working {
  readonly state: string;
  /** It traces, and sends its spans there. */
  readonly receiver?: string | undefined;
  /** More options of its taps. */
  readonly options?: readonly string[];
}

/** Lets the agent connect, and work in three turns. */
export async function agentWorks({ state, receiver, options = [] }: Working): Promise<void> {
  const project = join(state, 'project');
  await mkdir(project);
  await writeFile(join(project, RECEIPT), 'paid\n');
  const { turn, inject, end } = receiver === undefined ? UNTRACED : tracedTurns(receiver);
  const clients = new Map<string, Client>();
  await turn('connect', () =>
    Promise.all(
      serversIn(state).map(async (server) =>
        clients.set(server.name, await connected(server, { state, options }, inject)),
      ),
    ),
  );
  const call = (server: string, name: string, args: Record<string, unknown>, more?: object) =>
    clients.get(server)?.callTool({ name, arguments: args }, more);
  await turn('look for receipts', () =>
    Promise.all([
      call('filesystem', 'search_files', { path: project, pattern: 'receipt-*' }),
      call('everything', 'echo', { message: 'hello' }),
    ]),
  );
  await turn('remember them', async () => {
    const entity = { name: join(project, RECEIPT), entityType: 'receipt', observations: ['paid'] };
    await call('memory', 'create_entities', { entities: [entity] });
    const steps = { duration: 0.2, steps: 2 };
    await call('everything', 'trigger-long-running-operation', steps, { onprogress: () => {} });
  });
  await turn('check', () =>
    Promise.all([
      call('filesystem', 'read_text_file', { path: join(project, 'missing.txt') }),
      call('memory', 'read_graph', {}),
    ]),
  );
  for (const client of clients.values()) await client.close();
  await end();
}

async function connected(
  { name, args, env }: HostServer,
  { state, options: more }: { readonly state: string; readonly options: readonly string[] },
  inject: Turns['inject'],
): Promise<Client> {
  const options = ['--name', name, ...more];
  const [command = '', ...words] = await tapped([process.execPath, ...args], { state, options });
  const client = new Client({ name: 'agent', version: '1.0.0' });
  const transport = new StdioClientTransport({
    command,
    args: words,
    env: { ...env, PATH: process.env['PATH'] ?? '' },
    stderr: 'ignore',
  });
  await client.connect(markRequests(transport, { inject }));
  return client;
}
