/**
 * The transcript T: what was said, with everything taken out that may differ between two runs of
 * the same client. There is no time in it, and no order of arrival: by session, each live message
 * stands under the recorded entry that it matched, in the order of the recording, and what matched
 * nothing stands last. Ids are replaced by the entry of the request they belong to.
 *
 * A replay equals its recording when their transcripts are equal.
 */
import { canonicalJson } from '../model/canonical.ts';
import { type Entry, reference } from '../model/entry.ts';
import { isObject, type JsonObject, parseJson, textMember } from '../model/json.ts';
import { sha256Hex } from '../model/keyed-hash.ts';
import { order } from '../model/order.ts';
import type { Call } from '../model/session.ts';
import { itemOf } from '../model/view.ts';
import type { Path } from './json-text.ts';
import { recordedSessions } from './recorded.ts';
import {
  type ClientItem,
  isAnswer,
  isCancel,
  type Script,
  type ServerStep,
  scriptOf,
} from './script.ts';
import { stableParams } from './volatile.ts';

/** One message of a transcript: canonical JSON under the recorded entry it belongs to. */
export interface Line {
  readonly seq: number;
  readonly item: number;
  readonly text: string;
}

export interface SessionTranscript {
  readonly name: string;
  readonly session: string;
  readonly lines: readonly Line[];
  /** Messages without a recorded entry, as canonical JSON. */
  readonly unmatched: readonly string[];
}

export interface Transcript {
  /** One message a line; the same for equal runs. */
  readonly text: string;
  /** SHA-256 of the text, as hex digits. */
  readonly hash: string;
}

/** The transcript of these sessions together. */
export function transcript(sessions: readonly SessionTranscript[]): Transcript {
  const text = [...sessions]
    .sort((a, b) => order(a.name, b.name) || order(a.session, b.session))
    .map(textOf)
    .join('');
  return { text, hash: sha256Hex(text) };
}

/** The transcript that a perfect replay of the whole recording has. */
export function transcriptOf(entries: Iterable<Entry>): Transcript {
  return transcript(
    recordedSessions(entries).map((session) => recordedTranscript(scriptOf(session))),
  );
}

/** The transcript that a perfect replay of one session has. */
export function recordedTranscript(script: Script): SessionTranscript {
  const { session, client, steps } = script;
  return {
    name: session.name,
    session: session.session.id,
    lines: [
      ...client.map((item) => clientLine(item, item.value)),
      ...steps.flatMap((step) => serverLines(step, step.text)),
    ],
    unmatched: [],
  };
}

function textOf({ name, session, lines, unmatched }: SessionTranscript): string {
  const sorted = [...lines].sort((a, b) => a.seq - b.seq || a.item - b.item);
  return [
    `session ${JSON.stringify(name)} ${JSON.stringify(session)}`,
    ...sorted.map(({ seq, item, text }) => `${seq}${item < 0 ? '' : `/${item}`} ${text}`),
    ...[...unmatched].sort(order).map((text) => `unmatched ${text}`),
    '',
  ].join('\n');
}

/** A live message of the client under the recorded one that it matched. */
export function clientLine(item: ClientItem, value: unknown): Line {
  const ids: [Path, string][] = [];
  const own = item.call && refOf(item.call);
  if (own !== undefined && isCancel(item.message)) ids.push([['params', 'requestId'], own]);
  else if (own !== undefined || isAnswer(item)) ids.push([['id'], own ?? '']);
  return { ...placeOf(item.ref), text: canonicalJson(placed(steady(value), ids)) };
}

/** A live message of the client that matched nothing, or an answer of ours to one. */
export function unmatchedLine(value: unknown): string {
  const hasId = isObject(value) && Object.hasOwn(value, 'id');
  return canonicalJson(hasId ? placed(steady(value), [[['id'], 'unmatched']]) : steady(value));
}

/** The messages of a line of the server as it was sent. */
export function serverLines(step: ServerStep, text: string): Line[] {
  const parsed = parseJson(text);
  // Text that is too deep to be walked stands for itself.
  const whole = parsed.ok ? parsed.value : text;
  return step.parts.map(({ ref, slots, asks }) => {
    const inside = ref.item === undefined ? 0 : 1;
    const ids: [Path, string][] = slots.map(({ path, call }) => [path.slice(inside), refOf(call)]);
    if (asks) ids.push([['id'], refOf(asks)]);
    const value = parsed.ok ? itemOf(whole, ref.item) : whole;
    return { ...placeOf(ref), text: canonicalJson(placed(value, ids)) };
  });
}

function refOf(call: Call): string {
  return reference(call.session, call.request.seq, call.request.item);
}

function placeOf(ref: {
  readonly seq: number;
  readonly item?: number;
}): Pick<Line, 'seq' | 'item'> {
  return { seq: ref.seq, item: ref.item ?? -1 };
}

/** A message of the client without what differs from run to run. */
function steady(value: unknown): unknown {
  const method = textMember(value, 'method');
  if (!isObject(value) || method === undefined) return value;
  const { params, ...rest } = value;
  const stable = stableParams(method, params);
  return stable === undefined ? rest : { ...rest, params: stable };
}

function placed(value: unknown, ids: readonly (readonly [Path, string])[]): unknown {
  return ids.reduce<unknown>((changed, [path, id]) => withAt(changed, path, id), value);
}

/** A copy with another value at the path; unchanged where the path leads nowhere. */
function withAt(value: unknown, path: Path, text: string): unknown {
  const [name, ...rest] = path;
  if (name === undefined) return text;
  if (!isObject(value) || !Object.hasOwn(value, name)) return value;
  return { ...value, [name]: withAt((value as JsonObject)[name], rest, text) };
}
