/**
 * What the web page of MCP Inspector exports (2.12.0): `inspector-protocol-….json`, a list of
 * messages in which a response stands inside the request that it answers, with the milliseconds
 * between them; and `inspector-console-….json`, the lines of standard error.
 */
import type { Redact } from '../crossing.ts';
import type { Draft, Peer } from '../entry.ts';
import { isObject, type JsonObject, member, parseJson, textMember } from '../json.ts';
import { sha256Hex } from '../keyed-hash.ts';
import { METHODS } from '../methods.ts';
import { crossed, type Imported, type Lack, microseconds } from './imported.ts';

/** It parsed the messages and wrote them anew, and its times are whole milliseconds. */
const LACKS: readonly Lack[] = [
  'bytes',
  'clock',
  'delivery',
  'exit',
  'launch',
  'frames',
  'transport',
  'order',
];

interface Timed {
  /** In µs since 1970. */
  readonly time: number;
  readonly draft: (at: number) => Draft;
}

/** `texts`: one protocol export, and the console export of the same session where there is one. */
export function importInspector(texts: readonly string[], redact: Redact): Imported {
  const unread: string[] = [];
  const found: Timed[] = [];
  for (const text of texts) {
    const items = itemsIn(text);
    if (typeof items === 'string') return { ok: false, detail: items };
    for (const [index, item] of items.entries()) {
      const timed = isObject(item) ? itemOf(item, redact) : undefined;
      if (!timed) unread.push(`item ${index + 1} is neither a message nor a line of the console`);
      found.push(...(timed ?? []));
    }
  }
  const sorted = [...found].sort((a, b) => a.time - b.time);
  const start = sorted[0]?.time ?? 0;
  const drafts = sorted.map(({ time, draft }) => draft(time - start));
  const hasStderr = drafts.some(({ type }) => type === 'stderr');
  if (drafts.every(({ type }) => type === 'stderr'))
    return { ok: false, detail: 'it has no messages of a protocol export' };
  const session = {
    key: `inspector ${sha256Hex(texts[0] ?? '')}`,
    name: serverName(drafts) ?? 'inspector',
    transport: 'stdio' as const,
    from: 'inspector',
    lacks: hasStderr ? LACKS : [...LACKS, 'stderr' as const],
    wall: Math.floor(start / 1000),
    drafts,
  };
  return { ok: true, sessions: [session], unread };
}

/** The items of an export, or why there are none. */
function itemsIn(text: string): readonly unknown[] | string {
  const parsed = parseJson(text);
  if (parsed.ok) return Array.isArray(parsed.value) ? parsed.value : 'it is no list';
  return parsed.why === 'too-deep' ? 'it nests deeper than 256' : 'it is no JSON, or a part of one';
}

function itemOf(item: JsonObject, redact: Redact): Timed[] | undefined {
  const time = microseconds(textMember(item, 'timestamp'));
  const { message, response, duration } = item;
  if (time === undefined) return undefined;
  if (typeof message === 'string') {
    const { text, count } = redact(message);
    return [
      {
        time,
        draft: (at) => ({ type: 'stderr', at, text, ...(count > 0 ? { redacted: count } : {}) }),
      },
    ];
  }
  if (!isObject(message)) return undefined;
  const origin = textMember(item, 'origin');
  const said = origin === 'client' || origin === 'server' ? origin : undefined;
  const from = said ?? guessed(message);
  const lacks: Lack[] = said ? [] : ['direction'];
  const own = { time, draft: (at: number) => draft(at, from, message, lacks, redact) };
  if (!isObject(response)) return [own];
  const took =
    typeof duration === 'number' && Number.isFinite(duration) ? Math.max(0, duration) : 0;
  const other: Peer = from === 'client' ? 'server' : 'client';
  // When it came is the sum of two rounded times, so what else came then may have been before it.
  const answer = (at: number): Draft => draft(at, other, response, ['order', ...lacks], redact);
  return [own, { time: time + Math.round(took * 1000), draft: answer }];
}

function draft(
  at: number,
  from: Peer,
  message: JsonObject,
  lacks: readonly Lack[],
  redact: Redact,
): Draft {
  const channel = from === 'client' ? 'stdin' : 'stdout';
  return crossed({ at, from, channel, lacks }, JSON.stringify(message), redact);
}

/** Who sends such a message: older exports do not say. */
function guessed(message: JsonObject): Peer {
  const method = METHODS[textMember(message, 'method') ?? ''];
  return method?.from === 'server' ? 'server' : 'client';
}

function serverName(drafts: readonly Draft[]): string | undefined {
  for (const one of drafts) {
    const value = one.type === 'message' && one.from === 'server' ? one.value : undefined;
    const name = textMember(member(value, 'result', 'serverInfo'), 'name');
    if (name !== undefined && name !== '') return name;
  }
  return undefined;
}
