/**
 * The transcript of sessions in a terminal: one line an entry. Fed entry by entry, so that `tail`
 * can follow with it. In its stable form it has no times, no places and no minted ids.
 */
import type { Entry, FrameEntry, HttpEntry, MessageEntry, SessionEntry } from '../model/entry.ts';
import { howEnded } from '../model/exchanges.ts';
import { member } from '../model/json.ts';
import type { CallState, Seen } from '../model/session.ts';
import { createSessionMachine, type SessionMachine } from '../model/session-machine.ts';
import { itemOf } from '../model/view.ts';
import { duration, moment } from './durations.ts';
import { createMinted, type Minted } from './minted.ts';
import { type Colors, counted, shorten, visible } from './terminal.ts';

export interface TranscriptOptions {
  readonly stable?: boolean;
  /** Columns to keep within; whole texts when there is no limit. */
  readonly width?: number | undefined;
  readonly colors: Colors;
  /** Whether each line says which session it is of. */
  readonly named?: boolean;
}

/** One thing that an entry says, before it is laid out. */
interface Said {
  readonly arrow: string;
  readonly text: string;
  /** How long the call took that it answers. */
  readonly took?: number;
  readonly bad?: boolean;
  /** What was sent, or the bytes themselves. */
  readonly payload?: string;
}

/** Gives the lines of each next entry. */
export function createTranscript(options: TranscriptOptions): (entry: Entry) => string[] {
  const machines = new Map<string, SessionMachine>();
  const minted = options.stable ? createMinted() : undefined;
  return (entry) => {
    const machine = machines.get(entry.session) ?? createSessionMachine(entry.session);
    machines.set(entry.session, machine);
    const said = saidBy(entry, machine.apply(entry), minted);
    const name = machine.session.head?.name ?? entry.session;
    return said.map((one) => lineOf(one, entry, { ...options, name }));
  };
}

function lineOf(said: Said, entry: Entry, options: TranscriptOptions & { name: string }): string {
  const { stable, colors, named, name, width } = options;
  const place = stable ? '' : `${moment(entry.at).padStart(9)} ${`:${entry.seq}`.padStart(5)}  `;
  const who = named ? `${shorten(visible(name), 16).padEnd(16)}  ` : '';
  const took = stable || said.took === undefined ? '' : ` ${duration(said.took)}`;
  const start = `${place}${who}${said.arrow} ${visible(said.text)}${took}`;
  const room =
    width === undefined ? Number.POSITIVE_INFINITY : Math.max(0, width - start.length - 2);
  const payload =
    said.payload === undefined ? '' : shorten(visible(said.payload.slice(0, room)), room);
  const text = said.bad ? colors.red(start) : start;
  return payload === '' ? text : `${text}  ${colors.dim(payload)}`;
}

/** `minted`: gives other names to what each run mints, in the stable form. */
function saidBy(entry: Entry, seen: readonly Seen[], minted: Minted | undefined): Said[] {
  const text = minted?.text ?? ((given: string) => given);
  switch (entry.type) {
    case 'session':
      return [{ arrow: '●', text: text(headText(entry, minted !== undefined)) }];
    case 'message':
      return seen.map((one) => saidByMessage(entry, one, minted));
    case 'frame':
      return [saidByFrame(entry, text)];
    case 'http':
      return [{ arrow: '·', text: httpText(entry) }, ...seen.flatMap(callLeftBy)];
    case 'stderr':
      return [{ arrow: '!', text: 'stderr', payload: text(entry.text) }];
    case 'exit':
      return [{ arrow: '■', text: `exit ${entry.signal ?? entry.code}`, bad: entry.code !== 0 }];
    case 'gap':
      return [
        {
          arrow: '▲',
          text: `${counted(entry.count, 'entry', 'entries')} lost: ${entry.reason}`,
          bad: true,
        },
      ];
    case 'note':
      return entry.spans ? [] : [{ arrow: '·', text: 'note', payload: text(entry.text) }];
    case 'end':
      return [{ arrow: '■', text: `ended: ${entry.reason}` }];
    case 'unknown':
      return [
        { arrow: '?', text: 'entry of a type this version does not know', payload: entry.line },
      ];
  }
}

/** A hash of an environment value differs between machines, so none is shown. */
function headText(
  { name, transport, workflow, launch, upstream, joined, tap }: SessionEntry,
  stable: boolean,
): string {
  const command = launch ? `  ${[launch.command, ...launch.args].join(' ')}` : '';
  const address = upstream === undefined ? '' : `  ${upstream}${joined ? '  joined' : ''}`;
  const recorder = stable ? '' : `  by ${tap}`;
  return `${name}  ${transport}${workflow === null ? '' : `  workflow ${workflow}`}${command}${address}${recorder}`;
}

function httpText({ exchange, phase, method, path, status, ended, reason }: HttpEntry): string {
  const parts = ['exchange', exchange, phase, method, path, status, ended];
  const text = parts.filter((part) => part !== undefined).join(' ');
  return reason === undefined ? text : `${text}: ${reason}`;
}

/** A call that has no answer though its exchange has ended. */
function callLeftBy({ call, ref }: Seen): Said[] {
  if (!call?.exchangeEnd) return [];
  const what = [call.method, call.subject].filter((part) => part !== undefined).join(' ');
  const took = ref.at - call.request.sent;
  const how = WORDS[call.state] ?? call.state;
  const bad = call.state === 'failed';
  return [{ arrow: '←', text: `${what} ${how}: ${howEnded(call.exchangeEnd)}`, took, bad }];
}

const WORDS: Partial<Record<CallState, string>> = { open: 'not answered yet', abandoned: 'over' };

function saidByFrame(entry: FrameEntry, rename: (text: string) => string): Said {
  const payload = entry.text === undefined ? entry.base64 : rename(entry.text);
  const size = entry.bytes === undefined ? '' : `, ${entry.bytes} bytes`;
  return {
    arrow: arrowOf(entry.from),
    text: `(${entry.why}${size})`,
    bad: entry.why === 'not-json' || entry.why === 'invalid-utf8',
    ...(payload === undefined ? {} : { payload }),
  };
}

function saidByMessage(entry: MessageEntry, seen: Seen, minted: Minted | undefined): Said {
  const arrow = arrowOf(entry.from);
  const subject = minted ? minted.subject(seen.method, seen.subject) : seen.subject;
  const what = [seen.method, subject].filter((part) => part !== undefined).join(' ');
  const value = itemOf(entry.value, seen.ref.item);
  if (seen.kind === 'response') return { arrow, ...answerOf(seen, value, what, minted) };
  if (seen.kind === 'invalid')
    return { arrow, text: '(no message)', bad: true, payload: entry.text };
  const payload = payloadOf(member(value, 'params'), minted);
  const mark = seen.kind === 'request' ? '' : ' (notification)';
  return { arrow, text: `${what}${mark}`, ...(payload === undefined ? {} : { payload }) };
}

function answerOf(
  { call, ref }: Seen,
  value: unknown,
  what: string,
  minted: Minted | undefined,
): Omit<Said, 'arrow'> {
  const error = member(value, 'error');
  const failed = error !== undefined;
  const result = failed ? error : member(value, 'result');
  const toolFailed = member(result, 'isError') === true;
  const outcome = failed ? 'error' : toolFailed ? 'tool error' : 'answer';
  const payload = payloadOf(result, minted);
  return {
    text: call ? `${what} ${outcome}` : `answer to no open request`,
    bad: failed || toolFailed || !call,
    ...(call ? { took: ref.at - call.request.sent } : {}),
    ...(payload === undefined ? {} : { payload }),
  };
}

function payloadOf(value: unknown, minted: Minted | undefined): string | undefined {
  return minted ? minted.json(value) : JSON.stringify(value);
}

function arrowOf(from: 'client' | 'server'): string {
  return from === 'client' ? '→' : '←';
}
