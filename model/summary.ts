/** What a list of sessions shows of each: plain data, kept by stores and sent to pages. */
import type { Capture, Host, Launch, SessionEntry } from './entry.ts';
import { startOf } from './order.ts';
import type { Burst, Implementation, Phase, Session } from './session.ts';

export interface SessionSummary {
  readonly id: string;
  readonly name: string;
  readonly transport: SessionEntry['transport'];
  readonly fidelity: SessionEntry['fidelity'];
  readonly capture: Capture;
  readonly workflow: string | null;
  readonly host?: Host;
  readonly launch?: Launch;
  readonly boot: string;
  /** Wall time of the session's start, ISO 8601; and the machine's monotonic clock then, in µs. */
  readonly wall: string;
  readonly start: number;
  /** Time of the last entry, in µs since the start. */
  readonly lastAt: number;
  readonly lastSeq: number;
  readonly phase: Phase;
  readonly era?: 'legacy' | 'modern';
  readonly revision?: string;
  readonly client?: Implementation;
  readonly server?: Implementation;
  readonly exit?: { readonly code: number | null; readonly signal: string | null };
  readonly entryCount: number;
  readonly messageCount: number;
  readonly callCount: number;
  readonly openCount: number;
  readonly errorCount: number;
  readonly lostCount: number;
  readonly bursts: readonly Burst[];
  /** Where its tap sends spans (an origin), and of how many entries they are not known to have arrived. */
  readonly spans?: { readonly endpoint: string; readonly unconfirmed: number };
  /** A process started only to ask which revision it speaks: it answered a probe and nothing else. */
  readonly probe: boolean;
}

export function summaryOf(session: Session): SessionSummary {
  const { head, launchFiles, calls, era, revision, client, server, exit } = session;
  return {
    id: session.id,
    name: head?.name ?? session.id,
    transport: head?.transport ?? 'stdio',
    fidelity: head?.fidelity ?? 'bytes',
    capture: head?.capture ?? 'redacted',
    workflow: head?.workflow ?? null,
    ...(head?.host ? { host: head.host } : {}),
    ...(head?.launch ? { launch: { ...head.launch, ...launchFiles } } : {}),
    boot: head?.clock.boot ?? '',
    wall: head?.clock.wall ?? '',
    start: head ? startOf(head.clock) : 0,
    lastAt: session.lastAt,
    lastSeq: session.lastSeq,
    phase: session.phase,
    ...(era ? { era } : {}),
    ...(revision === undefined ? {} : { revision }),
    ...(client ? { client } : {}),
    ...(server ? { server } : {}),
    ...(exit ? { exit: { code: exit.code, signal: exit.signal } } : {}),
    entryCount: session.entryCount,
    messageCount: session.messageCount,
    callCount: calls.length,
    openCount: session.openCount,
    errorCount: session.errorCount,
    lostCount: session.lostCount,
    bursts: session.bursts,
    ...(head?.otlp ? { spans: spansOf(session, head.otlp.endpoint) } : {}),
    probe: isProbe(session),
  };
}

/** What was said last of spans stands in an entry of its own, of which there is no span. */
function spansOf(
  { confirmedSpans, lastSeq }: Session,
  endpoint: string,
): NonNullable<SessionSummary['spans']> {
  if (!confirmedSpans) return { endpoint, unconfirmed: lastSeq + 1 };
  const { upTo, without } = confirmedSpans;
  const left = without.reduce((sum, [from, to]) => sum + Math.max(0, to - from + 1), 0);
  const unconfirmed = left + Math.max(0, lastSeq - upTo - 1);
  return { endpoint, unconfirmed: Math.min(unconfirmed, lastSeq + 1) };
}

/** Whether two sessions of one machine's boot ran at the same time. */
export function timesMeet(a: SessionSummary, b: SessionSummary): boolean {
  return a.boot === b.boot && a.start <= b.start + b.lastAt && b.start <= a.start + a.lastAt;
}

/** Whether it is the session of a process that was only asked which revision it speaks. */
export function isProbe({ calls, phase }: Session): boolean {
  const [first] = calls;
  if (phase !== 'ended' || calls.length !== 1) return false;
  return first?.from === 'client' && first.method === 'server/discover';
}
