/**
 * The signs of a session: what its entries tell about calls that wait, gathered in one pass.
 *
 * Inside a session order is `seq`, so every question "since the request?" compares places.
 */
import type { Peer } from '../../model/entry.ts';
import { reference } from '../../model/entry.ts';
import type { Evidence } from '../../model/finding.ts';
import type {
  Anomaly,
  Call,
  MessageRef,
  Session,
  SessionView,
  Unread,
} from '../../model/session.ts';

export interface Signs {
  readonly session: Session;
  readonly view: SessionView;
  readonly now: number;
  /** Requests of the server that only the client can answer and has not, by the call they belong to. */
  readonly askedFor: ReadonlyMap<Call, Call>;
  /** The oldest of them after which the server has answered nothing. */
  readonly askedLast: Call | undefined;
  /** Requests of the server that are told of with an open call of the client. */
  readonly toldWithAnother: ReadonlySet<Call>;
  /** Lines of the server that are not one JSON text, in order. */
  readonly junk: readonly Anomaly[];
  /** Answers of each side that fit no waiting call, in order. */
  readonly stray: Readonly<Record<Peer, readonly Anomaly[]>>;
  /** Lines of each side that were not kept whole, in order. */
  readonly unread: Readonly<Record<Peer, readonly Unread[]>>;
  /** The newest notification about a call: progress, or a message in its exchange. */
  readonly told: ReadonlyMap<Call, MessageRef>;
  /** Answers whose id had another type than that of their call. */
  readonly typeChanged: ReadonlyMap<Call, Anomaly>;
  /** The newest message of the client, by its place. */
  readonly clientSpoke: number;
}

/** What a server may ask while it works on a call, and cannot go on without. */
const QUESTIONS = new Set(['roots/list', 'sampling/createMessage', 'elicitation/create']);

export function signsOf(view: SessionView, now: number): Signs {
  const { session } = view;
  const told = new Map<Call, MessageRef>();
  let answered = -1;
  let clientSpoke = -1;
  const note = (from: Peer, ref: MessageRef): void => {
    if (from === 'client') clientSpoke = Math.max(clientSpoke, ref.seq);
  };
  for (const { from, request, response } of session.calls) {
    note(from, request);
    if (response) note(from === 'client' ? 'server' : 'client', response);
    if (response && from === 'client') answered = Math.max(answered, response.seq);
  }
  for (const { from, ref, call, method } of session.notifications) {
    note(from, ref);
    if (call && call.from !== from && method !== 'notifications/cancelled') told.set(call, ref);
  }
  return {
    session,
    view,
    now,
    ...questions(session, answered),
    told,
    clientSpoke,
    unread: { client: unreadOf(session, 'client'), server: unreadOf(session, 'server') },
    junk: session.anomalies.filter(isJunk),
    stray: { client: strayOf(session, 'client'), server: strayOf(session, 'server') },
    typeChanged: new Map(
      session.anomalies.flatMap((anomaly) =>
        anomaly.kind === 'id-type-changed' && anomaly.call
          ? [[anomaly.call, anomaly] as const]
          : [],
      ),
    ),
  };
}

function questions(
  session: Session,
  answered: number,
): Pick<Signs, 'askedFor' | 'askedLast' | 'toldWithAnother'> {
  const open = session.calls.filter(({ state }) => state === 'open');
  const asked = open.filter(({ from, method }) => from === 'server' && QUESTIONS.has(method));
  const askedFor = new Map<Call, Call>();
  for (const call of asked) {
    if (call.parent?.state === 'open' && !askedFor.has(call.parent))
      askedFor.set(call.parent, call);
  }
  const askedLast = asked.find(({ request }) => request.seq > answered);
  const toldWithAnother = new Set(askedFor.values());
  if (askedLast && open.some(({ from }) => from === 'client')) toldWithAnother.add(askedLast);
  return { askedFor, askedLast, toldWithAnother };
}

function unreadOf(session: Session, side: Peer): Unread[] {
  return session.unread.filter(({ from }) => from === side);
}

function isJunk({ kind, from, faults }: Anomaly): boolean {
  const broken = faults?.some((fault) => fault === 'not-json' || fault === 'invalid-utf8') ?? false;
  return kind === 'malformed' && from === 'server' && broken;
}

function strayOf(session: Session, from: Peer): Anomaly[] {
  return session.anomalies.filter(
    (anomaly) =>
      anomaly.from === from &&
      (anomaly.kind === 'unknown-response' || anomaly.kind === 'second-response'),
  );
}

/** The last item of a list in order of seq, when it came after the call's request. */
export function since<T extends { readonly seq: number }>(
  call: Call,
  items: readonly T[],
): T | undefined {
  const last = items.at(-1);
  return last !== undefined && last.seq > call.request.seq ? last : undefined;
}

export function evidenceOf(
  session: Session,
  place: { readonly seq: number; readonly item?: number },
  role: string,
): Evidence {
  return { message: reference(session.id, place.seq, place.item), role };
}
