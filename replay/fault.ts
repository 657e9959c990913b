/**
 * Faults as a user names them, `KIND@CALL[:ARG]`, and the recorded calls that they mean.
 *
 *   delay@create_entities:50-200   drop@tools/list#2   error@01K…:12:-32603
 */
import type { Call } from '../model/session.ts';
import type { RecordedSession } from './recorded.ts';
import { refOf } from './report.ts';

/** What may happen to an answer, and whether the fault takes an argument. */
const KINDS = {
  delay: 'required',
  drop: 'none',
  duplicate: 'none',
  reorder: 'optional',
  error: 'optional',
  close: 'optional',
  'wrong-id': 'none',
} as const;

export type FaultKind = keyof typeof KINDS;

export interface Fault {
  /** As it was named. */
  readonly text: string;
  readonly kind: FaultKind;
  /** One number, or the least and the greatest. */
  readonly numbers: readonly number[];
}

/** The faults of each recorded call, by its reference, in the order in which they were named. */
export type Faults = ReadonlyMap<string, readonly Fault[]>;

/** Why a fault is not used; the code is one of docs/errors.md. */
export class FaultRefusal extends Error {
  readonly code = 'fault-refused';
  readonly hint =
    'A fault is KIND@CALL[:ARG], such as delay@create_entities#2:500; see docs/replay.md.';
}

/** Throws a FaultRefusal for a fault that cannot be read, or names no answered call of the sessions. */
export function declaredFaults(
  texts: readonly string[],
  sessions: readonly RecordedSession[],
): Faults {
  const found = new Map<string, Fault[]>();
  for (const text of texts) {
    const { fault, call: name } = parseFault(text);
    const calls = sessions.flatMap((session) => callsNamed(session, name));
    const answered = calls.filter(({ response }) => response !== undefined);
    if (answered.length === 0) {
      const what = calls.length === 0 ? 'no call' : 'no answered call';
      const form = name.includes(':') ? `; its form is ${FORMS[fault.kind]}` : '';
      throw new FaultRefusal(`The fault ${text} names ${what} of the recording${form}.`);
    }
    for (const call of answered) {
      const own = found.get(refOf(call));
      if (own) own.push(fault);
      else found.set(refOf(call), [fault]);
    }
  }
  return found;
}

function parseFault(text: string): { readonly fault: Fault; readonly call: string } {
  const at = text.indexOf('@');
  const kind = text.slice(0, at);
  if (at < 1 || !isKind(kind)) {
    const kinds = Object.keys(KINDS).join(', ');
    throw new FaultRefusal(`The fault ${text} has no kind in front of an @; there are ${kinds}.`);
  }
  const { call, arg } = splitArgument(text.slice(at + 1));
  const numbers = arg === undefined ? [] : numbersOf(arg);
  const takes = KINDS[kind];
  const isRight = arg === undefined ? takes !== 'required' : takes !== 'none';
  if (call === '' || !isRight || !numbers || !isInRange(kind, numbers)) {
    throw new FaultRefusal(`The fault ${text} is not of the form ${FORMS[kind]}.`);
  }
  return { call, fault: { text, kind, numbers } };
}

const FORMS: Readonly<Record<FaultKind, string>> = {
  delay: 'delay@CALL:MS or delay@CALL:LEAST-MOST, up to ten minutes',
  drop: 'drop@CALL',
  duplicate: 'duplicate@CALL',
  reorder: 'reorder@CALL or reorder@CALL:COUNT, up to 1000',
  error: 'error@CALL or error@CALL:CODE',
  close: 'close@CALL or close@CALL:EXIT, up to 255',
  'wrong-id': 'wrong-id@CALL',
};

function isKind(text: string): text is FaultKind {
  return Object.hasOwn(KINDS, text);
}

/** An entry's own reference ends in a number as well, so its first number belongs to the name. */
function splitArgument(text: string): { readonly call: string; readonly arg: string | undefined } {
  const reference = /^[0-9A-Z]{26}:[0-9]{1,15}(\/[0-9]{1,9})?/.exec(text)?.[0];
  const from = reference === undefined ? text.lastIndexOf(':') : reference.length;
  const rest = from === -1 ? '' : text.slice(from);
  if (reference === undefined ? !/^:-?[0-9]/.test(rest) : rest === '') {
    return { call: text, arg: undefined };
  }
  return { call: text.slice(0, from), arg: rest.slice(1) };
}

function numbersOf(arg: string): readonly number[] | undefined {
  if (/^-?[0-9]{1,9}$/.test(arg)) return [Number(arg)];
  if (!/^[0-9]{1,9}-[0-9]{1,9}$/.test(arg)) return undefined;
  return arg.split('-').map(Number);
}

const MOST: Readonly<Partial<Record<FaultKind, number>>> = {
  delay: 600_000,
  reorder: 1000,
  close: 255,
};

function isInRange(kind: FaultKind, numbers: readonly number[]): boolean {
  const [first = 0, last] = numbers;
  // After no other message it would not be reordered.
  if (kind === 'reorder' && numbers[0] === 0) return false;
  if (last !== undefined && (kind !== 'delay' || last < first)) return false;
  const most = MOST[kind];
  return most === undefined || (first >= 0 && (last ?? first) <= most);
}

/** The calls of the client by reference, method or tool; `#2`: the second such one of the session. */
function callsNamed({ session }: RecordedSession, name: string): readonly Call[] {
  const calls = session.calls.filter(({ from }) => from === 'client');
  const exact = calls.filter((call) => refOf(call) === name);
  if (exact.length > 0) return exact;
  const counted = /^(.+)#([1-9][0-9]{0,8})$/.exec(name);
  const [, own = name, count] = counted ?? [];
  const named = calls.filter(
    ({ method, subject }) => method === own || (method === 'tools/call' && subject === own),
  );
  return count === undefined ? named : named.slice(Number(count) - 1, Number(count));
}
