/**
 * The golden recordings of this room. `npm run goldens` writes them; the tests compare them byte by
 * byte and read them as any recording. What stands in format 1 is frozen: a change here that is no
 * addition breaks recordings that people have.
 */
import { type Entry, FORMAT } from '../../model/entry.ts';
import { sha256Hex } from '../../model/keyed-hash.ts';
import { decodeEntry } from '../../model/line.ts';
import { writeRecording } from '../../model/recording.ts';
import {
  client,
  ends,
  exit,
  frame,
  gap,
  http,
  note,
  opening,
  type Step,
  server,
  stderr,
  tape,
  toolCall,
  toolText,
} from '../kit/entries.ts';

const cancelled = {
  method: 'notifications/cancelled',
  params: { requestId: 3, reason: 'gave up' },
};
const host = { pid: 41, started: '8812', name: 'claude' };
const trace = { traceparent: '00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01' };

/** A server on standard input and output, with everything that can go wrong there. */
const memory = tape(
  'memory',
  [
    stderr('Knowledge Graph MCP Server running on stdio'),
    ...opening({ revision: '2025-06-18', client: 'claude', server: 'memory-server' }),
    client(toolCall(1, 'create_entities', { entities: [{ name: 'Ada 𝄞', n: 1 }] })),
    // Numbers, spaces and repeated members stay as the peer wrote them.
    server('{"jsonrpc":"2.0","id":1,"result":{"content":[ ],"n":1.0,"n":1e2}}'),
    server('Server listening'),
    server(''),
    frame('server', { why: 'invalid-utf8', base64: '/w==' }),
    client(
      '{"jsonrpc":"2.0","id":"2","method":"tools/call","params":{"name":"login","arguments":{"password":"<secret:field:1a2b3c4d>"}}}',
      { redacted: 1 },
    ),
    server({ id: '2', result: { isError: true, content: [] } }),
    client(toolCall(3, 'read_graph', {}, { progressToken: 3 })),
    server({ method: 'notifications/progress', params: { progressToken: 3, progress: 0.5 } }),
    client(cancelled),
    server(toolText(3, 'too late')),
    frame('server', {
      why: 'over-cap',
      text: '{"jsonrpc":"2.0","id":4,"result":{"content":[{"type":"text","text":"aaaa',
      bytes: 9_000_000,
      sha256: sha256Hex('what nine million bytes would have'),
    }),
    gap(11, 'disk full'),
    note('the disk has room again'),
    { ...stderr('par'), draft: (at) => ({ type: 'stderr', at, text: 'par', partial: true }) },
    server('{"jsonrpc":"2.0","id":5,"res', { eof: true }),
    exit(null, 'SIGKILL'),
    ends('exit'),
  ],
  {
    head: {
      launch: {
        command: 'npx',
        args: ['-y', '@modelcontextprotocol/server-memory@2026.8.31'],
        package: {
          name: '@modelcontextprotocol/server-memory',
          version: '2026.8.31',
          integrity: 'sha512-V1G1',
        },
        env: { MEMORY_FILE_PATH: '#a1b2c3d4' },
      },
      host,
    },
  },
);

const listen = { id: 7, method: 'subscriptions/listen', params: {} };
const event = (id: number) => ({
  head: `id: ${id}\nevent: message\ndata: `,
  tail: '\n\n',
  id: `${id}`,
  event: 'message',
});
const stream = { exchange: 2, channel: 'stream' } as const;

/** The same host over HTTP, stateless, with streams. */
const search = tape(
  'search',
  [
    http(1, 'opened', { method: 'POST', path: '/mcp', headers: [['mcp-method', 'tools/call']] }),
    client(toolCall(1, 'search', { q: 'x' }, trace), { exchange: 1 }),
    http(1, 'head', { status: 200, headers: [['content-type', 'application/json']] }),
    server(toolText(1, 'found'), { exchange: 1 }),
    http(1, 'ended', { ended: 'complete' }),
    http(2, 'opened', { method: 'POST', path: '/mcp' }),
    client(listen, { exchange: 2 }),
    http(2, 'head', { status: 200, headers: [['content-type', 'text/event-stream']] }),
    server({ method: 'notifications/subscriptions/acknowledged' }, { ...stream, sse: event(1) }),
    frame('server', { why: 'sse', text: ': keepalive\n\n' }, stream),
    http(2, 'ended', { ended: 'client-closed' }),
    server(
      { id: 7, result: {} },
      { exchange: 3, channel: 'stream', resumes: { exchange: 2, event: '1' }, sse: event(2) },
    ),
    client({ method: 'a', params: 1 }, { exchange: 4 }),
    frame('client', { why: 'metadata-only', bytes: 12 }, { exchange: 5 }),
    server('{\n  "jsonrpc": "2.0"\n}', { exchange: 5 }),
  ],
  { start: 5_003_000, head: { transport: 'http', host, workflow: 'nightly' } },
);

/** Two peers in one process: objects, not bytes. An entry of a later version is among theirs. */
const inside = tape('inside', [client([{ jsonrpc: '2.0', id: 1, method: 'ping' }]), later()], {
  wall: '2026-11-21T09:00:00.000Z',
  boot: 'boot-0',
  head: { transport: 'in-process', fidelity: 'objects', capture: 'raw' },
});

function later(): Step {
  return { draft: (at) => ({ type: 'unknown', at, line: '' }) };
}

/** An unknown entry is its line, so the line must say where it stands. */
function withLines(entries: readonly Entry[]): Entry[] {
  return entries.map((entry) => {
    if (entry.type !== 'unknown') return entry;
    const { session, seq, at } = entry;
    const line = `{"type":"weather","session":"${session}","seq":${seq},"at":${at},"sky":[1.0],"message":{"sun":1}}`;
    const decoded = decodeEntry(line);
    if (!decoded.ok) throw new Error(decoded.fault);
    return decoded.entry;
  });
}

export const ENTRIES: readonly Entry[] = withLines([...memory, ...search, ...inside]);

/**
 * A line of standard output that completes our line with fields of its own, sealed as if a tap had
 * written it unread.
 */
function forged(): string {
  const [head = '', line = ''] = writeRecording(tape('s', [server('{}')]))
    .split('\n')
    .slice(1);
  const forgery = '{"jsonrpc":"2.0","id":1,"result":{}},"from":"client","type":"exit","x":1';
  const own = `${head}\n${line.replace('"message":{}', `"message":${forgery}`)}\n`;
  return `{"wiretape":${FORMAT},"recording":"${sha256Hex(own).slice(0, 32)}"}\n${own}`;
}

/** What a later version may write: nothing in it is as it is here, but for the first member. */
const future = `{"wiretape":${FORMAT + 1},"tape":{"sum":"blake3:00"}}\n["message",0,{"id":1}]\n`;

/** Each golden file of this room by its name. */
export const goldens: Readonly<Record<string, string>> = {
  'format-1.tape.jsonl': writeRecording(ENTRIES),
  'forged.tape.jsonl': forged(),
  'future.tape.jsonl': future,
};
