/**
 * Who said each value first, over all sessions.
 *
 * The first look at the requests says which values are worth following; only of those is it noted
 * who said them first. So memory grows with what clients send, however much servers answer.
 */
import { reference } from '../../model/entry.ts';
import type { Call, MessageRef, Seen, WholeView } from '../../model/session.ts';
import { eachGiven, eachSaid } from '../words/content.ts';
import { isHandle, isIdentifierLike } from '../words/minted.ts';
import { eachToken, type Hash, handleToken, hashOf, isNaming, wholeToken } from '../words/token.ts';
import { commonClock, type Placed } from './common-clock.ts';
import { createTokenTable, type TokenTable } from './token-table.ts';

/** The message of a server that gave a value first. */
export interface Giver {
  readonly message: string;
  readonly session: string;
  readonly seq: number;
  /** The call that it answers. */
  readonly call?: Call;
  /** No other message may have given it before the first was read. */
  readonly certain: boolean;
}

export interface FirstSaid {
  /** Who gave a value before this request, and before any client said it. */
  giverOf(hash: Hash, call: Call): Giver | undefined;
}

export function firstSaid(views: readonly WholeView[]): FirstSaid {
  const clock = commonClock(views.map(({ session }) => session));
  const places = new Map(views.map(({ session }) => [session.id, clock.placeOf(session)]));
  const table = createTokenTable();
  const tellers: Teller[] = [];
  // In one order, whatever order the sessions come in: the table may be full.
  const sorted = [...views].sort((a, b) => (a.session.id < b.session.id ? -1 : 1));
  const handles = new Set(sorted.filter((view) => wantTokens(table, view)));
  for (const view of sorted) {
    const place = places.get(view.session.id);
    if (place) noteTokens({ table, view, tellers, place, hasHandles: handles.has(view) });
  }
  return {
    giverOf(hash, call) {
      const place = places.get(call.session);
      return place && giverOf(table, hash, { call, place, tellers });
    },
  };
}

/** The tokens of a value that are worth following. */
export function eachTokenOf(
  name: string,
  value: string | number,
  session: string,
  see: (hash: Hash, text: string, end: number) => void,
): void {
  const text = String(value);
  const whole = isNaming(name, value) ? wholeToken(value) : handleToken(session, name, value);
  if (whole !== undefined) see(whole, text, text.length);
  if (typeof value !== 'string') return;
  eachToken(value, (start, end) => {
    const token = value.slice(start, end);
    if (token !== value && isIdentifierLike(token)) see(hashOf(value, start, end), token, end);
  });
}

/** Notes what requests say that is worth following; gives whether short handles are among it. */
function wantTokens(table: TokenTable, { session, value }: WholeView): boolean {
  let hasHandles = false;
  for (const { from, request } of session.calls) {
    if (from !== 'client') continue;
    eachGiven(value(request), (name, own) => {
      hasHandles ||= isHandle(name) && !isNaming(name, own);
      eachTokenOf(name, own, session.id, table.add);
    });
  }
  return hasHandles;
}

/** A message of a server, and what it answers. */
interface Teller {
  readonly session: string;
  readonly clock: string;
  readonly ref: MessageRef;
  readonly call?: Call;
}

interface Noting {
  readonly table: TokenTable;
  readonly view: WholeView;
  readonly tellers: Teller[];
  readonly place: Placed;
  readonly hasHandles: boolean;
}

function noteTokens(noting: Noting): void {
  for (const { entry, seen } of noting.view.moments) {
    if (entry.type !== 'message' && entry.type !== 'frame') continue;
    for (const one of seen) {
      if (entry.from === 'client') noteSaid(noting, one);
      else noteTold(noting, one);
    }
  }
}

function noteSaid(noting: Noting, { ref }: Seen): void {
  const { table, place } = noting;
  const at = place.start + ref.at;
  eachWanted(noting, ref, (row) => {
    if (at < (table.rows.said[row] ?? 0)) table.rows.said[row] = at;
  });
}

function noteTold(noting: Noting, { ref, call, kind }: Seen): void {
  const { table, view, tellers, place } = noting;
  const at = place.start + ref.sent;
  const isAnswer = kind === 'response' && call !== undefined;
  const made = place.start + (isAnswer ? call.request.at : ref.at);
  let teller: number | undefined;
  eachWanted(noting, ref, (row) => {
    const { told, teller: first, other } = table.rows;
    if (teller === undefined) {
      const { clock } = place;
      const known = { session: view.session.id, clock, ref };
      teller = tellers.push(isAnswer ? { ...known, call } : known) - 1;
    } else if (first[row] === teller && told[row] === at) return;
    if (at < (told[row] ?? 0)) {
      const before = tellers[first[row] ?? 0];
      if (told[row] !== Number.POSITIVE_INFINITY && before) {
        other[row] = Math.min(other[row] ?? 0, madeAt(before, told[row] ?? 0));
      }
      told[row] = at;
      first[row] = teller;
    } else other[row] = Math.min(other[row] ?? 0, made);
  });
}

/** The earliest that a message may have been made: not before it was asked for. */
function madeAt({ call, ref }: Teller, told: number): number {
  return told - ref.sent + (call ? call.request.at : ref.at);
}

/** The rows of what a message says that clients use anywhere. */
function eachWanted(
  { table, view: { session, value }, hasHandles }: Noting,
  ref: MessageRef,
  see: (row: number) => void,
): void {
  const look = (hash: Hash | undefined): void => {
    const row = hash === undefined ? -1 : table.find(hash);
    if (row !== -1) see(row);
  };
  eachSaid(value(ref), (name, own) => {
    look(wholeToken(own));
    if (hasHandles) look(handleToken(session.id, name, own));
    if (typeof own === 'string') {
      eachToken(own, (start, end) => {
        if (end - start < own.length) look(hashOf(own, start, end));
      });
    }
  });
}

interface Asking {
  readonly call: Call;
  readonly place: Placed;
  readonly tellers: readonly Teller[];
}

/** Who gave a value first, if no client had said it by then; the request itself says it. */
function giverOf(
  { find, rows }: TokenTable,
  hash: Hash,
  { call, place, tellers }: Asking,
): Giver | undefined {
  const row = find(hash);
  const told = rows.told[row] ?? Number.POSITIVE_INFINITY;
  const teller = tellers[rows.teller[row] ?? 0];
  if (row === -1 || told === Number.POSITIVE_INFINITY || !teller) return undefined;
  const margin = teller.clock === place.clock ? 0 : SKEW;
  const isOwn = (rows.said[row] ?? 0) <= told + margin;
  const isBackwards = teller.session === call.session && teller.ref.seq > call.request.seq;
  if (isOwn || isBackwards) return undefined;
  const { session, ref } = teller;
  return {
    message: reference(session, ref.seq, ref.item),
    session,
    seq: ref.seq,
    ...(teller.call ? { call: teller.call } : {}),
    certain: margin === 0 && (rows.other[row] ?? 0) > told,
  };
}

/** Wall clocks of two machines are not nearer than this, in µs. */
const SKEW = 50_000;
