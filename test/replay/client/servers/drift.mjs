// A server each of whose tools answers otherwise in each run, and each in another way: `argv[2]`
// counts the runs.
import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import process from 'node:process';
import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { CallToolRequestSchema } from '@modelcontextprotocol/sdk/types.js';

const file = process.argv[2];
const run = existsSync(file) ? Number(readFileSync(file, 'utf8')) + 1 : 1;
writeFileSync(file, String(run));

const time = new Date(Date.UTC(2026, 0, run)).toISOString();
const hex = (0xabcdef000000 + run).toString(16);
const answers = {
  minted: {
    items: [1, 2].map((n) => ({
      id: randomUUID(),
      at: time,
      since: Date.parse(time),
      n: run + n,
      hash: hex,
    })),
    path: `/tmp/run-${run}/log`,
    words: `Run ${run} of ${hex} at ${time}.`,
  },
  clock: { value: `6:27:${42 + (run % 10)} AM` },
  date: { value: new Date(Date.UTC(2027, 0, 1 + (run % 28))).toUTCString() },
  weather: { temperature: 20.5 + run },
  seeded: { rows: [{ at: '2020-01-01T00:00:00.000Z' }, { at: time }] },
  old: { at: '2020-01-01T00:00:00.000Z' },
  new: { at: time },
  growing: { list: Array.from({ length: run }, () => 'x') },
  coming: run % 2 === 0 ? { always: 1, sometimes: 1 } : { always: 1 },
  changing: { value: run % 2 === 0 ? 'text' : 1 },
  steady: { value: 'the same' },
};

const server = new Server({ name: 'drift', version: '1.0.0' }, { capabilities: { tools: {} } });
server.setRequestHandler(CallToolRequestSchema, async ({ params }) => {
  if (params.name === 'failing' && run % 2 === 0) throw new Error('not this time');
  const value = answers[params.arguments?.which ?? params.name] ?? {};
  return { content: [], structuredContent: value };
});
await server.connect(new StdioServerTransport());
