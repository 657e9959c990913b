/**
 * E9: which answer a value of a request came from. A value flows when a server gave it before any
 * client said it, and the client may have read that answer when it asked.
 *
 * The first look at the requests says which values are worth following; only of those is it noted
 * who said them first. So memory grows with what clients send, however much servers answer.
 */
import { reference } from '../../model/entry.ts';
import type { Call, MessageRef, Seen, WholeView } from '../../model/session.ts';
import { eachGiven, eachSaid, givenLeavesOf } from '../words/content.ts';
import type { Leaf } from '../words/leaves.ts';
import { isIdentifierLike } from '../words/minted.ts';
import { eachToken, type Hash, handleToken, hashOf, isNaming, wholeToken } from '../words/token.ts';
import { commonClock, type Placed } from './common-clock.ts';
import { createTokenTable, type TokenTable } from './token-table.ts';

/** Where a value in a request came from. */
export interface Source {
  /** The message of a server that gave it first, and the call that this answers. */
  readonly message: string;
  readonly session: string;
  readonly seq: number;
  readonly call?: Call;
  /** The value, and its place in the request. */
  readonly value: string;
  readonly pointer: string;
  /** No other message may have given it before the request. */
  readonly certain: boolean;
}

export interface DataFlow {
  /** Each value once, by the first place it stands at. */
  sourcesOf(call: Call): readonly Source[];
}

export function dataFlow(views: readonly WholeView[]): DataFlow {
  const table = createTokenTable();
  const clock = commonClock(views.map(({ session }) => session));
  // In one order, whatever order the sessions come in: the table may be full.
  const sorted = [...views].sort((a, b) => (a.session.id < b.session.id ? -1 : 1));
  const byId = new Map(sorted.map((view) => [view.session.id, view]));
  for (const view of sorted) wantTokens(table, view);
  const tellers: Teller[] = [];
  for (const view of sorted)
    noteTokens({ table, view, tellers, place: clock.placeOf(view.session) });
  return {
    sourcesOf(call) {
      const view = byId.get(call.session);
      if (!view) return [];
      const asking = { call, place: clock.placeOf(view.session), tellers };
      const found = new Map<string, Source>();
      for (const leaf of givenLeavesOf(view.value(call.request))) {
        addSources(found, leaf, (hash) => toldBefore(table, hash, asking), call.session);
      }
      return [...found.values()];
    },
  };
}

type Told = Omit<Source, 'value' | 'pointer'>;

/** The sources of one place; of a value and a part of it that came together, the value. */
function addSources(
  found: Map<string, Source>,
  leaf: Leaf,
  toldBy: (hash: Hash) => Told | undefined,
  session: string,
): void {
  let last: { readonly message: string; readonly end: number } | undefined;
  eachTokenOf(leaf.name, leaf.value, session, (hash, value, end) => {
    const told = found.has(value) ? undefined : toldBy(hash);
    // Tokens come in the order they begin, a whole before its parts.
    if (!told || (last?.message === told.message && end <= last.end)) return;
    last = { message: told.message, end };
    found.set(value, { ...told, value, pointer: pointerOf(leaf) });
  });
}

/** A message of a server, and what it answers. */
interface Teller {
  readonly session: string;
  readonly clock: string;
  readonly ref: MessageRef;
  readonly call?: Call;
}

/** The tokens of a value that are worth following. */
function eachTokenOf(
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

function wantTokens(table: TokenTable, { session, value }: WholeView): void {
  for (const { from, request } of session.calls) {
    if (from !== 'client') continue;
    eachGiven(value(request), (name, own) => eachTokenOf(name, own, session.id, table.add));
  }
}

interface Noting {
  readonly table: TokenTable;
  readonly view: WholeView;
  readonly tellers: Teller[];
  readonly place: Placed;
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

function noteSaid({ table, view, place }: Noting, { ref }: Seen): void {
  const at = place.start + ref.at;
  eachWanted(table, view, ref, (row) => {
    if (at < (table.rows.said[row] ?? 0)) table.rows.said[row] = at;
  });
}

function noteTold({ table, view, tellers, place }: Noting, { ref, call, kind }: Seen): void {
  const at = place.start + ref.sent;
  const isAnswer = kind === 'response' && call !== undefined;
  const made = place.start + (isAnswer ? call.request.at : ref.at);
  let teller: number | undefined;
  eachWanted(table, view, ref, (row) => {
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
  table: TokenTable,
  { session, value }: WholeView,
  ref: MessageRef,
  see: (row: number) => void,
): void {
  const look = (hash: Hash | undefined): void => {
    const row = hash === undefined ? -1 : table.find(hash);
    if (row !== -1) see(row);
  };
  eachSaid(value(ref), (name, own) => {
    look(wholeToken(own));
    look(handleToken(session.id, name, own));
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

/** Who gave a value first, if that was before the request, and no client had said it by then. */
function toldBefore(
  { find, rows }: TokenTable,
  hash: Hash,
  { call, place, tellers }: Asking,
): Told | undefined {
  const row = find(hash);
  const told = rows.told[row] ?? Number.POSITIVE_INFINITY;
  const teller = tellers[rows.teller[row] ?? 0];
  if (row === -1 || told === Number.POSITIVE_INFINITY || !teller) return undefined;
  const margin = teller.clock === place.clock ? 0 : SKEW;
  const asked = place.start + call.request.at;
  const isOwn = (rows.said[row] ?? 0) <= told + margin;
  const isBackwards = teller.session === call.session && teller.ref.seq > call.request.seq;
  if (isOwn || isBackwards || told + margin >= asked) return undefined;
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

function pointerOf({ path }: Leaf): string {
  return path
    .map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`)
    .join('');
}
