/**
 * A model that answers by script, in the dialects of Gemini and of OpenAI's responses: in each turn
 * it asks for these calls, and once it has the results of the last turn it says that it is done.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ScriptedCall {
  readonly server: string;
  readonly tool: string;
  readonly args: Readonly<Record<string, unknown>>;
}

export interface ScriptedModel {
  readonly address: string;
  /** What it was told of its calls, in their order, as of its last request. */
  readonly results: readonly unknown[];
  /** Starts anew, for another run. */
  forget(): void;
  [Symbol.asyncDispose](): Promise<void>;
}

type Turns = readonly (readonly ScriptedCall[])[];

/** `before`: what the answer of a turn waits for, by the number of the turn. */
export async function startModel(
  turns: Turns,
  before: (turn: number) => Promise<void> = async () => {},
): Promise<ScriptedModel> {
  let results: readonly unknown[] = [];
  const http = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', async () => {
      const dialect = request.url?.includes('/responses') ? openAi : gemini;
      const told = dialect.results(JSON.parse(Buffer.concat(parts).toString('utf8') || '{}'));
      // A request besides those of the conversation carries no results, and takes none away.
      if (told.length >= results.length) results = told;
      const { turn, first, calls } = turnAfter(turns, told.length);
      await before(turn);
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.end(dialect.events(calls, first).join(''));
    });
  });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  return {
    address: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    get results() {
      return results;
    },
    forget() {
      results = [];
    },
    async [Symbol.asyncDispose]() {
      http.closeAllConnections();
      http.close();
      await once(http, 'close');
    },
  };
}

/** The turn that comes once so many results are there, and the number of its first call. */
function turnAfter(
  turns: Turns,
  count: number,
): { turn: number; first: number; calls: Turns[number] } {
  let first = 0;
  for (const [turn, calls] of turns.entries()) {
    if (first >= count) return { turn, first, calls };
    first += calls.length;
  }
  return { turn: turns.length, first, calls: [] };
}

interface Dialect {
  /** The results that a request carries. */
  results(body: unknown): readonly unknown[];
  /** The answer that asks for these calls, or says that it is done when there are none. */
  events(calls: readonly ScriptedCall[], first: number): string[];
}

const gemini: Dialect = {
  results(body) {
    const { contents = [] } = body as { contents?: { parts?: { functionResponse?: object }[] }[] };
    return contents
      .flatMap(({ parts = [] }) => parts.map(({ functionResponse }) => functionResponse))
      .filter((one) => one !== undefined)
      .map((one) => (one as { response?: unknown }).response);
  },
  events(calls) {
    const asked = calls.map(({ server, tool, args }) => ({
      functionCall: { name: `mcp_${server}_${tool}`, args },
    }));
    const parts = asked.length === 0 ? [{ text: 'done' }] : asked;
    const candidate = { content: { role: 'model', parts }, finishReason: 'STOP', index: 0 };
    const usageMetadata = { promptTokenCount: 1, candidatesTokenCount: 1, totalTokenCount: 2 };
    return [`data: ${JSON.stringify({ candidates: [candidate], usageMetadata })}\r\n\r\n`];
  },
};

const openAi: Dialect = {
  results(body) {
    const { input = [] } = body as { input?: { type?: string; output?: unknown }[] };
    return input.filter(({ type }) => type === 'function_call_output').map(({ output }) => output);
  },
  events(calls, first) {
    const text = { type: 'output_text', text: 'done', annotations: [] };
    const said = { type: 'message', role: 'assistant', id: 'm', content: [text] };
    const asked = calls.map(({ server, tool, args }, at) => ({
      type: 'function_call',
      id: `f${first + at}`,
      call_id: `c${first + at}`,
      name: tool,
      namespace: `mcp__${server}`,
      arguments: JSON.stringify(args),
    }));
    const items = asked.length === 0 ? [said] : asked;
    const usage = { input_tokens: 1, output_tokens: 1, total_tokens: 2 };
    const id = `r${first}`;
    const response = { id, status: 'completed', output: items, usage };
    return [
      event('response.created', { response: { id, status: 'in_progress', output: [] } }),
      ...items.map((item, at) => event('response.output_item.done', { output_index: at, item })),
      event('response.completed', { response }),
    ];
  },
};

function event(type: string, body: object): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...body })}\n\n`;
}
