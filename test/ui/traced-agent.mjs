// An agent as it is written with SDK v2 and the OpenTelemetry SDK: it asks a model over HTTP, runs the tools that the
// model names on two servers, traces all of it, and passes its context on with each call. Its model is scripted.
// Arguments: a JSON text with `servers` (name, command and arguments), `home` and `script`, the steps of its model.
// Where its spans go is in its environment, as exporters have it.

import { once } from 'node:events';
import { createServer } from 'node:http';
import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { context, propagation, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { NodeSDK } from '@opentelemetry/sdk-node';

const MODEL = 'scripted-1';
/** How long the model thinks, in ms, so that its calls can be seen. */
const THINKING = 140;

const { servers, script } = JSON.parse(process.argv[2] ?? '{}');
const sdk = new NodeSDK({
  serviceName: 'triage-agent',
  autoDetectResources: false,
  metricReaders: [],
  logRecordProcessors: [],
});
sdk.start();
const tracer = trace.getTracer('triage-agent', '1.0.0');

const model = createServer(async (request, response) => {
  let body = '';
  for await (const part of request) body += part;
  await delay(THINKING);
  const { step } = JSON.parse(body);
  response.end(JSON.stringify({ calls: script[step] ?? [] }));
}).listen(0, '127.0.0.1');
await once(model, 'listening');

const clients = new Map();
for (const { name, command } of servers) {
  const client = new Client({ name: 'triage-agent', version: '1.0.0' });
  const [program, ...args] = command;
  const env = { PATH: process.env['PATH'] ?? '', ...servers.find((one) => one.name === name).env };
  await client.connect(new StdioClientTransport({ command: program, args, env, stderr: 'ignore' }));
  clients.set(name, client);
}

await traced(
  'invoke_agent triage',
  { attributes: { 'gen_ai.operation.name': 'invoke_agent', 'gen_ai.agent.name': 'triage' } },
  async () => {
    for (let step = 0; ; step++) {
      const { calls } = await ask(step);
      if (calls.length === 0) break;
      await Promise.all(calls.map(runTool));
    }
  },
);

for (const client of clients.values()) await client.close();
model.close();
await sdk.shutdown();

/** The trace, for whoever started this. */
function traced(name, options, work) {
  return tracer.startActiveSpan(name, options, async (span) => {
    if (name.startsWith('invoke_agent')) process.stdout.write(`${span.spanContext().traceId}\n`);
    try {
      return await work(span);
    } catch (error) {
      span.recordException(error);
      span.setStatus({ code: SpanStatusCode.ERROR, message: String(error.message) });
      return undefined;
    } finally {
      span.end();
    }
  });
}

function ask(step) {
  const attributes = {
    'gen_ai.operation.name': 'chat',
    'gen_ai.provider.name': 'scripted',
    'gen_ai.request.model': MODEL,
  };
  return traced(`chat ${MODEL}`, { kind: SpanKind.CLIENT, attributes }, async (span) => {
    const response = await fetch(`http://127.0.0.1:${model.address().port}/v1/chat`, {
      method: 'POST',
      body: JSON.stringify({ step }),
    });
    const answer = await response.json();
    span.setAttribute('gen_ai.response.finish_reasons', [
      answer.calls.length > 0 ? 'tool_calls' : 'stop',
    ]);
    return answer;
  });
}

function runTool({ server, tool, args }) {
  const attributes = { 'gen_ai.operation.name': 'execute_tool', 'gen_ai.tool.name': tool };
  return traced(`execute_tool ${tool}`, { attributes }, async () => {
    const meta = {};
    propagation.inject(context.active(), meta);
    const result = await clients.get(server).callTool({ name: tool, arguments: args, _meta: meta });
    if (result.isError) throw new Error(result.content[0]?.text ?? 'the tool failed');
  });
}
