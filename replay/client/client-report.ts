/** What a run of the stand-in client was like, as `--report` and `--json` say it. */
import type { Redact } from '../../model/crossing.ts';
import { member } from '../../model/json.ts';
import { type Call, nameOf } from '../../model/session.ts';
import type { Mask } from '../masks.ts';
import { plain } from '../miss.ts';
import { refOf } from '../report.ts';
import { pointerOf } from './difference.ts';
import type { Compared, Divergence, Scope } from './divergence.ts';
import type { Drive } from './drive.ts';
import { unsendable } from './lines.ts';
import { sortByMasks } from './masking.ts';
import type { Noise } from './noise.ts';
import type { Overlap } from './order.ts';
import type { Redacted } from './wording.ts';

/** One thing in which the live run was not the recording. */
export interface ReportedDifference {
  readonly class: Divergence['class'];
  readonly entry?: string;
  readonly method?: string;
  readonly subject?: string;
  /** RFC 6901; behind a `#` it goes on inside a text. */
  readonly pointer?: string;
  /** As JSON, shortened, without control characters and secrets. */
  readonly recorded?: string;
  readonly live?: string;
  readonly detail?: string;
}

export interface ClientReport {
  readonly session: string;
  readonly name: string;
  /** Whether nothing differs that is not masked, and everything was sent. */
  readonly equal: boolean;
  readonly overlap: Overlap;
  readonly timeout: number;
  /** The one call that was meant. */
  readonly only?: string;
  /** Of one call: both answers, with all that fits. */
  readonly answer?: { readonly recorded?: string; readonly live?: string };
  readonly coverage: {
    /** Recorded requests of the client, how many were sent, and how many answers were compared. */
    readonly recorded: number;
    readonly sent: number;
    readonly compared: number;
    readonly questions: number;
  };
  readonly compared: readonly string[];
  readonly skipped: readonly { readonly entry: string; readonly why: string }[];
  readonly differences: readonly ReportedDifference[];
  readonly masked: readonly (ReportedDifference & { readonly masks: readonly string[] })[];
  readonly masks: readonly {
    readonly mask: string;
    readonly origin: 'declared' | 'learned';
    /** How many differences it covered. */
    readonly uses: number;
  }[];
  readonly controlRuns: number;
  /** What differed between control runs and is not masked, and why. */
  readonly unmaskable: Noise['refused'];
  /** Values of the server that are others now, and were sent as they are now. */
  readonly rebound: readonly { readonly recorded: string; readonly live: string }[];
  /** Redacted values that were sent as placeholders, since nobody said what they are. */
  readonly redacted: readonly Redacted[];
  /** Why the run ended before all was sent. */
  readonly broken?: string;
}

export interface Reported {
  readonly scope: Scope;
  readonly run: Drive;
  readonly compared: Compared;
  readonly declared: readonly Mask[];
  readonly noise: Noise | undefined;
  readonly controlRuns: number;
  readonly overlap: Overlap;
  readonly timeout: number;
  readonly redacted: readonly Redacted[];
  /** Takes secrets out of what a live server said. */
  readonly redact: Redact;
}

export function clientReport(reported: Reported): ClientReport {
  const { scope, run, compared, declared, noise, controlRuns, overlap, redact } = reported;
  const { session } = scope.script.session;
  const learned = noise?.masks ?? [];
  const steady = compared.divergences.filter(
    ({ class: name, method = '' }) =>
      name !== 'notifications' || !noise?.unsteady.has(method.split(' ')[0] ?? ''),
  );
  const { open, masked } = sortByMasks(steady, [...declared, ...learned]);
  const show = (divergence: Divergence): ReportedDifference => shown(divergence, redact);
  const calls = scope.only ? [scope.only] : scope.lines.flatMap((line) => line.calls);
  const usesOf = (mask: Mask): number => masked.filter(({ masks }) => masks.includes(mask)).length;
  const listed = (masks: readonly Mask[], origin: 'declared' | 'learned') =>
    masks.map((mask) => ({ mask: mask.text, origin, uses: usesOf(mask) }));
  return {
    session: session.id,
    name: plain(nameOf(session)),
    equal: open.length === 0 && run.broken === undefined,
    overlap,
    timeout: reported.timeout / 1000,
    ...(scope.only ? { only: refOf(scope.only), answer: answersOf(scope.only, reported) } : {}),
    coverage: {
      recorded: session.calls.filter(({ from }) => from === 'client').length,
      sent: calls.filter((call) => run.pairs.live(call)).length,
      compared: compared.answers.length,
      questions: compared.questions.length,
    },
    compared: compared.answers,
    skipped: [...compared.skipped, ...leftOut(scope)],
    differences: open.map(show),
    masked: masked.map(({ divergence, masks }) => ({
      ...show(divergence),
      masks: masks.map(({ text }) => text),
    })),
    masks: [...listed(declared, 'declared'), ...listed(learned, 'learned')],
    controlRuns,
    unmaskable: noise?.refused ?? [],
    rebound: run.bindings.changed().map(({ recorded, live }) => ({
      recorded: valueShown(recorded, redact),
      live: valueShown(live, redact),
    })),
    redacted: reported.redacted,
    ...(run.broken === undefined
      ? {}
      : { broken: shortened(redact(run.broken).text, 0, DETAIL_SHOWN) }),
  };
}

function answersOf(
  call: Call,
  { scope, run, redact }: Reported,
): NonNullable<ClientReport['answer']> {
  const response = run.pairs.live(call)?.response;
  const said = (message: unknown) => member(message, 'result') ?? member(message, 'error');
  const recorded = call.response && scope.script.session.value(call.response);
  return {
    ...(recorded === undefined
      ? {}
      : { recorded: valueShown(said(recorded), redact, 'result', ANSWER_SHOWN) }),
    ...(response
      ? { live: valueShown(said(run.live.value(response)), redact, 'result', ANSWER_SHOWN) }
      : {}),
  };
}

function leftOut({ script, only }: Scope): ClientReport['skipped'] {
  if (only) return [];
  return unsendable(script.session).map((entry) => ({ entry, why: 'it is no message' }));
}

function shown(divergence: Divergence, redact: Redact): ReportedDifference {
  const { class: name, entry, method, subject, difference, recorded, live, detail } = divergence;
  const own = difference?.path.at(-1);
  const said = (value: unknown) =>
    value === undefined ? undefined : redactedText(value, redact, own);
  const [then, now] = [said(recorded), said(live)];
  const start = then === undefined || now === undefined ? 0 : startOfDifference(then, now);
  const found = {
    entry,
    method: method === undefined ? undefined : plain(cut(method)),
    subject: subject === undefined ? undefined : plain(cut(subject)),
    pointer: difference && shortened(pointerOf(difference.path), 0, DETAIL_SHOWN),
    recorded: then === undefined ? undefined : shortened(then, start),
    live: now === undefined ? undefined : shortened(now, start),
    detail: detail === undefined ? undefined : shortened(redact(detail).text, 0, DETAIL_SHOWN),
  };
  const there = Object.entries(found).filter(([, value]) => value !== undefined);
  return { class: name, ...Object.fromEntries(there) };
}

/** How much of what is equal is shown before the first difference of two long texts. */
const BEFORE = 40;

/** Where two long texts begin to differ, less what is shown before it. */
function startOfDifference(one: string, other: string): number {
  if (Math.max(one.length, other.length) < SHOWN) return 0;
  let at = 0;
  while (at < one.length && one[at] === other[at]) at++;
  return Math.max(0, at - BEFORE);
}

function shortened(text: string, start = 0, most = SHOWN): string {
  return plain(cut(start > 0 ? `…${text.slice(start)}` : text, most));
}

/** A value as JSON, shortened and without secrets. */
export function valueShown(value: unknown, redact: Redact, name?: string, most = SHOWN): string {
  return shortened(redactedText(value, redact, name), 0, most);
}

/**
 * A value as JSON, without secrets; the name of its member may tell that it is one. All of it is
 * searched before anything is cut, so that no half of a secret is left.
 */
function redactedText(value: unknown, redact: Redact, name = 'value'): string {
  const said = JSON.stringify(value) ?? 'nothing';
  if (said.length > SEARCHED) return `(${said.length} characters)`;
  const start = `{${JSON.stringify(name)}:`;
  const { text } = redact(`${start}${said}}`);
  return text.startsWith(start) ? text.slice(start.length, -1) : text;
}

/** Longer values are not searched, and not shown. */
const SEARCHED = 1 << 20;
const SHOWN = 200;
const ANSWER_SHOWN = 4000;
const DETAIL_SHOWN = 400;

function cut(text: string, most = SHOWN): string {
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}
