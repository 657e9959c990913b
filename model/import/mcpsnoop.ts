/**
 * mcpsnoop's JSON Lines (0.22.0, internal/proxy/frame.go: Envelope): one observed frame a line, in
 * the order of `seq`, several sessions in one file at most.
 */
import type { Redact } from '../crossing.ts';
import type { Draft, Peer } from '../entry.ts';
import { groupBy } from '../group.ts';
import { isCount, isObject, type JsonObject, member, parseJson, textMember } from '../json.ts';
import { memberText } from '../member-text.ts';
import { type ArgumentRules, redactArgs } from '../redact-args.ts';
import {
  crossed,
  type Imported,
  type ImportedSession,
  type Lack,
  microseconds,
} from './imported.ts';

interface Envelope {
  readonly session: string;
  readonly label: string;
  readonly seq: number;
  /** In µs since 1970. */
  readonly time: number;
  readonly direction: string;
  readonly isHttp: boolean;
  /** The text of the message, as it stands in the file. */
  readonly raw: string | undefined;
  readonly fields: JsonObject;
}

/** Its encoder writes every message anew: spaces go, and `<`, `>` and `&` are escaped. */
const LACKS: readonly Lack[] = ['bytes', 'clock', 'delivery', 'exit'];

export function importMcpsnoop(text: string, rules: ArgumentRules): Imported {
  const envelopes: Envelope[] = [];
  const unread: string[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    const envelope = readLine(line);
    if (envelope) envelopes.push(envelope);
    else unread.push(`line ${index + 1} is no frame of mcpsnoop`);
  }
  if (envelopes.length === 0) return { ok: false, detail: 'no line is a frame of mcpsnoop' };
  const sessions = [...groupBy(envelopes, ({ session }) => session).values()];
  return { ok: true, sessions: sessions.map((own) => sessionOf(own, rules)), unread };
}

/** A message is cut out and left as it is, however deep it nests. */
function readLine(line: string): Envelope | undefined {
  const cut = memberText(line, 'raw');
  const rest = cut ? `${line.slice(0, cut.start)}null${line.slice(cut.end)}` : line;
  const parsed = parseJson(rest);
  const fields = parsed.ok && isObject(parsed.value) ? parsed.value : undefined;
  const [session, direction] = [textMember(fields, 'session_id'), textMember(fields, 'direction')];
  const [seq, time] = [member(fields, 'seq'), microseconds(textMember(fields, 'ts'))];
  if (!fields || session === undefined || direction === undefined) return undefined;
  if (!isCount(seq) || time === undefined) return undefined;
  return {
    session,
    direction,
    seq,
    time,
    label: textMember(fields, 'server_label') ?? '',
    isHttp: fields['transport'] === 'http',
    raw: cut ? line.slice(cut.start, cut.end) : undefined,
    fields,
  };
}

function sessionOf(own: readonly Envelope[], rules: ArgumentRules): ImportedSession {
  const sorted = [...own].sort((a, b) => a.seq - b.seq);
  const first = sorted[0] as Envelope;
  const start = sorted.reduce((least, { time }) => Math.min(least, time), first.time);
  const isHttp = sorted.some((one) => one.isHttp);
  const { command, target } = metaOf(sorted);
  return {
    key: `mcpsnoop ${first.session}`,
    name: rules.clean(first.label).text || 'mcpsnoop',
    transport: isHttp ? 'http' : 'stdio',
    from: 'mcpsnoop',
    lacks: [
      ...LACKS,
      ...(isHttp ? (['exchanges'] as const) : []),
      ...(command ? [] : (['launch'] as const)),
    ],
    wall: Math.floor(start / 1000),
    ...(command ? { command: redactArgs(command, rules) } : {}),
    ...(target === undefined ? {} : { upstream: redactArgs([target], rules).join('') }),
    drafts: drafts(sorted, start, rules.clean),
  };
}

function drafts(sorted: readonly Envelope[], start: number, redact: Redact): Draft[] {
  const found: Draft[] = [];
  let next = sorted[0]?.seq ?? 0;
  let at = 0;
  for (const envelope of sorted) {
    // The wall clock may have been set back meanwhile.
    at = Math.max(at, envelope.time - start);
    const lost = envelope.seq - next;
    if (lost > 0)
      found.push({ type: 'gap', at, to: lost - 1, count: lost, reason: 'not in the capture' });
    next = envelope.seq + 1;
    found.push(...draftOf(envelope, at, redact));
  }
  return found;
}

const PEERS: Readonly<Partial<Record<string, Peer>>> = { c2s: 'client', s2c: 'server' };

function draftOf(
  { direction, fields, raw, isHttp }: Envelope,
  at: number,
  redact: Redact,
): Draft[] {
  const line = textMember(fields, 'text') ?? '';
  if (direction === 'stderr') {
    const { text, count } = redact(line);
    return [{ type: 'stderr', at, text, ...(count > 0 ? { redacted: count } : {}) }];
  }
  const from = Object.hasOwn(PEERS, direction) ? PEERS[direction] : undefined;
  // Over HTTP there are frames that tell only of a status.
  if (from === undefined || (isHttp && raw === undefined && line === '')) return [];
  const lacks: Lack[] = [
    ...(fields['truncated'] === true ? (['rest'] as const) : []),
    ...(fields['redacted'] === true ? (['values'] as const) : []),
    ...(fields['batch'] === true ? (['batch'] as const) : []),
  ];
  const pipes = { client: 'stdin', server: 'stdout' } as const;
  const bodies = { client: 'request', server: 'response' } as const;
  const channel = (isHttp ? bodies : pipes)[from];
  return [crossed({ at, from, channel, lacks }, raw ?? line, redact)];
}

interface Meta {
  readonly command: readonly string[] | undefined;
  readonly target: string | undefined;
}

/** What the first line of a session tells of its server. */
function metaOf(sorted: readonly Envelope[]): Meta {
  const raw = sorted.find(({ direction }) => direction === 'meta')?.raw;
  const parsed = parseJson(raw ?? '');
  const value = parsed.ok ? parsed.value : undefined;
  const words = member(value, 'command');
  const isCommand = Array.isArray(words) && words.every((word) => typeof word === 'string');
  return {
    command: isCommand && words.length > 0 ? words : undefined,
    target: textMember(value, 'target'),
  };
}
