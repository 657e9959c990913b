/**
 * A model that answers by script, in the dialects of Gemini and of OpenAI's responses: first it asks
 * for these calls in one turn, and once it has their results it says that it is done.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ScriptedCall {
  readonly tool: string;
  readonly args: Readonly<Record<string, unknown>>;
}

export interface ScriptedModel {
  readonly address: string;
  /** How many requests it answered. */
  readonly requestCount: number;
  [Symbol.asyncDispose](): Promise<void>;
}

export async function startModel(
  server: string,
  calls: readonly ScriptedCall[],
): Promise<ScriptedModel> {
  let requestCount = 0;
  const http = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      requestCount++;
      const body = Buffer.concat(parts).toString('utf8');
      const events = request.url?.includes('/responses')
        ? openAi(server, body.includes('function_call_output') ? [] : calls)
        : gemini(server, body.includes('functionResponse') ? [] : calls);
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.end(events.join(''));
    });
  });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  return {
    address: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    get requestCount() {
      return requestCount;
    },
    async [Symbol.asyncDispose]() {
      http.closeAllConnections();
      http.close();
      await once(http, 'close');
    },
  };
}

function gemini(server: string, calls: readonly ScriptedCall[]): string[] {
  const asked = calls.map(({ tool, args }) => ({
    functionCall: { name: `mcp_${server}_${tool}`, args },
  }));
  const parts = asked.length === 0 ? [{ text: 'done' }] : asked;
  const candidate = { content: { role: 'model', parts }, finishReason: 'STOP', index: 0 };
  const usageMetadata = { promptTokenCount: 1, candidatesTokenCount: 1, totalTokenCount: 2 };
  return [`data: ${JSON.stringify({ candidates: [candidate], usageMetadata })}\r\n\r\n`];
}

function openAi(server: string, calls: readonly ScriptedCall[]): string[] {
  const text = { type: 'output_text', text: 'done', annotations: [] };
  const said = { type: 'message', role: 'assistant', id: 'm', content: [text] };
  const asked = calls.map(({ tool, args }, at) => ({
    type: 'function_call',
    id: `f${at}`,
    call_id: `c${at}`,
    name: tool,
    namespace: `mcp__${server}`,
    arguments: JSON.stringify(args),
  }));
  const items = asked.length === 0 ? [said] : asked;
  const usage = { input_tokens: 1, output_tokens: 1, total_tokens: 2 };
  const response = { id: 'r', status: 'completed', output: items, usage };
  return [
    event('response.created', { response: { id: 'r', status: 'in_progress', output: [] } }),
    ...items.map((item, at) => event('response.output_item.done', { output_index: at, item })),
    event('response.completed', { response }),
  ];
}

function event(type: string, body: object): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...body })}\n\n`;
}
