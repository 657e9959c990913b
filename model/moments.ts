/**
 * The moments of a session in little memory.
 *
 * Almost all entries are messages in which the machine saw one request, response or notification. Of
 * those the text is kept as bytes and the rest in columns, and what was seen is made again of the
 * call or notification that the session has anyway. Values are parsed when somebody asks; the latest
 * are kept, which of a small session is all.
 */
import type { Entry, MessageEntry } from './entry.ts';
import { parseJson } from './json.ts';
import { createMessageColumns } from './message-columns.ts';
import type { Mutable } from './new-call.ts';
import { createNumbers, type Numbers } from './numbers.ts';
import type { Call, Moment, NotificationSeen, Seen, Session } from './session.ts';
import { createTextStore } from './text-store.ts';
import { createValueCache } from './value-cache.ts';

export interface Moments extends Iterable<Moment> {
  /** Takes the next entry with what the machine saw in it. */
  add(entry: Entry, seen: readonly Seen[]): void;
  /** The value of the message at a seq; undefined when there is none. */
  value(seq: number): unknown;
}

/** What was seen: the call of a request or response, a notification, or a list as it is. */
type About = Call | NotificationSeen | readonly Seen[];

export function createMoments(session: Session): Moments {
  const seqs = createNumbers(Uint32Array);
  let count = 0;
  const kinds = createNumbers(Uint8Array);
  const abouts: About[] = [];
  /** Of messages the text, of others the empty one. */
  const texts = createTextStore();
  const values = createValueCache();
  const columns = createMessageColumns(session.id);
  /** Entries that have no place in the columns; messages without text and value. */
  const others = new Map<number, Entry | MessageHead>();

  const valueAt = (at: number, text?: string): unknown => {
    if (values.has(at)) return values.get(at);
    const whole = text ?? texts.get(at);
    const parsed = parseJson(whole);
    const value = parsed.ok ? parsed.value : undefined;
    values.put(at, value, whole.length);
    return value;
  };
  const isMessageAt = (at: number): boolean => (others.get(at)?.type ?? 'message') === 'message';
  const entryAt = (at: number): Entry => {
    const other = others.get(at);
    if (other && other.type !== 'message') return other;
    const text = texts.get(at);
    const value = valueAt(at, text);
    // The head comes last because engines copy it ten times faster there.
    return other ? { text, value, ...other } : columns.get(at, seqs.at(at), text, value);
  };
  return {
    add(entry, seen) {
      const at = count++;
      seqs.push(entry.seq);
      const [kind, about] = keptOf(seen, session);
      kinds.push(KINDS.indexOf(kind));
      abouts.push(about);
      const isMessage = entry.type === 'message';
      texts.add(isMessage ? entry.text : '');
      if (isMessage) values.put(at, entry.value, entry.text.length);
      if (isMessage && columns.add(entry)) return;
      columns.skip();
      others.set(at, isMessage ? headOf(entry) : entry);
    },
    value(seq) {
      // Of most sessions nothing is lost, and then a row is a seq.
      let at = seqs.at(seq) === seq && seq < count ? seq : countBelow(seqs, seq, count);
      // A gap may stand before the message that takes its place.
      while (at < count && seqs.at(at) === seq && !isMessageAt(at)) at++;
      return at < count && seqs.at(at) === seq ? valueAt(at) : undefined;
    },
    *[Symbol.iterator]() {
      for (let at = 0; at < count; at++) {
        const seen = seenOf(KINDS[kinds.at(at)] ?? 'list', abouts[at] ?? NOTHING);
        yield { entry: entryAt(at), seen };
      }
    },
  };
}

type MessageHead = Omit<MessageEntry, 'text' | 'value'>;

function headOf({ text: _, value: __, ...head }: MessageEntry): MessageHead {
  return head;
}

const NOTHING: readonly Seen[] = [];

const KINDS = ['request', 'response', 'notification', 'list'] as const;
type Kind = (typeof KINDS)[number];

/** What was seen, as that of which it can be made again. */
function keptOf(seen: readonly Seen[], { notifications }: Session): [Kind, About] {
  const [one] = seen;
  if (seen.length !== 1 || !one) return ['list', seen.length === 0 ? NOTHING : seen];
  const { kind, ref, call } = one;
  if (kind === 'request' && call?.request === ref) return [kind, call];
  if (kind === 'response' && call?.response === ref) return [kind, call];
  const last = notifications.at(-1);
  return kind === 'notification' && last?.ref === ref ? [kind, last] : ['list', seen];
}

function seenOf(kind: Kind, about: About): readonly Seen[] {
  if (kind === 'list') return about as readonly Seen[];
  if (kind === 'notification') return [seenAs(kind, about as NotificationSeen)];
  const call = about as Call;
  const isAsked = kind === 'request';
  const ref = isAsked ? call.request : call.response;
  const other = call.from === 'client' ? 'server' : 'client';
  const from = isAsked ? call.from : other;
  return ref ? [seenAs(kind, { ref, from, method: call.method, subject: call.subject, call })] : [];
}

type Meant = { readonly [K in 'ref' | 'from']: Seen[K] } & {
  readonly [K in 'method' | 'subject' | 'call']?: Seen[K] | undefined;
};

function seenAs(kind: Seen['kind'], { ref, from, method, subject, call }: Meant): Seen {
  const seen: Mutable<Seen> = { kind, ref, from };
  if (method !== undefined) seen.method = method;
  if (subject !== undefined) seen.subject = subject;
  if (call !== undefined) seen.call = call;
  return seen;
}

/** How many of `count` sorted numbers are less than `limit`. */
function countBelow(sorted: Numbers, limit: number, count: number): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted.at(middle) < limit) low = middle + 1;
    else high = middle;
  }
  return low;
}
