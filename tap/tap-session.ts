/**
 * What every tap needs of one session: its id, its clock, its redactor, its journal, its recorder,
 * and an end. It knows nothing of pipes or transports; whoever has those adds drafts.
 */
import { rmSync } from 'node:fs';
import { parse } from 'node:path';
import { ulid } from 'ulid';
import type { Redact } from '../model/crossing.ts';
import type { Capture, Draft, SessionEntry, SpansConfirmed } from '../model/entry.ts';
import type { KeyedHash } from '../model/keyed-hash.ts';
import { destinationOf } from '../model/otel/destination.ts';
import { placeholderOf } from '../model/placeholder.ts';
import type { Propagation } from '../model/propagate.ts';
import { createRedact } from '../model/redaction.ts';
import { DEFAULT_RULES, type RedactionRules, rulesWith, type UserRules } from '../model/rules.ts';
import { statePaths } from '../model/state.ts';
import type { SessionClock } from './clock.ts';
import { watchGrowth } from './growth.ts';
import { fingerprintOfKey, keyedHash } from './hash.ts';
import { createJournalFile, type JournalFile } from './journal-file.ts';
import { kept } from './kept.ts';
import { keyOf } from './key.ts';
import type { LiveSpans } from './otlp/live-spans.ts';
import { type OtlpOptions, tracesUrl } from './otlp/settings.ts';
import { thisOwner } from './owner.ts';
import { createRecorder, type Recorder, type RecorderOptions } from './recorder.ts';
import { startShipping } from './ship.ts';

/** What the stdio tap and the in-process tap have in common. */
export interface SessionOptions {
  /** What people call the server. */
  readonly name: string;
  /** The state folder (model/state.ts). */
  readonly state: string;
  /** Sessions of one explicit name are one workflow, whatever process started them. */
  readonly workflow?: string;
  /** Writes a recording to this file when the session ends, or adds the session to the one there. */
  readonly record?: string;
  readonly capture?: Capture;
  /** What the user adds to the rules of redaction, or why nobody knows. */
  readonly rules?: UserRules | UnknownRules | undefined;
  /** Puts trace context into what clients ask. */
  readonly propagate?: Propagation;
  /** Sends the spans of what is over to a receiver of OpenTelemetry (docs/opentelemetry.md). */
  readonly otlp?: OtlpOptions;
  /** Secret values of this environment never stand in a recording. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The version of wiretape. */
  readonly version: string;
}

/** Rules that were given and cannot be read; `unknown` tells the user why. */
export interface UnknownRules {
  readonly unknown: string;
}

/** What only the tap at hand knows of its session. */
export type SessionFacts = Pick<SessionEntry, 'transport' | 'fidelity'> &
  Partial<Pick<SessionEntry, 'launch' | 'host' | 'upstream' | 'joined' | 'traceparent'>>;

export interface Secrets {
  readonly key: Uint8Array;
  readonly environment: SessionOptions['environment'];
  readonly rules: UserRules | undefined;
}

export interface TapSession {
  readonly id: string;
  readonly capture: Capture;
  readonly recorder: Recorder;
  /** Redacts what crosses, unless everything is captured raw. */
  readonly redact: Redact;
  /** Redacts always. */
  readonly clean: Redact;
  readonly hash: KeyedHash;
  /** Whether a field, an option or a header of this name holds a secret. */
  readonly isSecretName: RedactionRules['isSecretName'];
  /** What redaction works with. */
  readonly secrets: Secrets;
  now(): number;
  /** Writes the opening entry; its place was kept, so messages may be recorded before. */
  open(facts: SessionFacts): void;
  /** Ends the session: the last entry, the last spans (≤ 500 ms), the recording, the last acknowledgement (≤ 200 ms, ≤ 100 behind spans). */
  finish(reason: string): Promise<void>;
}

/** `live`: who sends its spans. */
type Options = SessionOptions & { readonly live?: LiveSpans | undefined };

/**
 * Starts the session of a clock at once. `say` tells the user one line on stderr. Never throws: without a
 * writable state folder the session is not recorded, and that is said.
 */
export function startSession(
  options: Options,
  clock: SessionClock,
  say: (line: string) => void,
): TapSession {
  const { state, name, environment } = options;
  const { user, rules, capture } = redactionOf(options, say);
  const id = ulid(Date.parse(clock.clock.wall));
  const key = keyOf(state);
  const hash = keyedHash(key);
  const clean = rules ? createRedact(hash, environment, rules) : hideAll(hash);
  const journal = createJournalFile(statePaths(state).journals, id, thisOwner());
  const growth = watchGrowth(statePaths(state).journals);
  let isEnding = false;
  const recorder = createRecorder({
    session: id,
    sink: {
      append(lines) {
        // The last word, and what was lost before it, is written though the journal may grow no more.
        if (!isEnding) growth.check(journal.size);
        journal.append(lines);
        shipping.grown();
        live?.grown();
      },
    },
    now: clock.now,
    onLoss: once((reason, kind) => say(lossOf(options, journal, reason, kind))),
  });
  const note = (spans: SpansConfirmed): void => recorder.add([confirmed(spans, clock.now())]);
  const live = options.live?.follow({ id, name, state, journal, onConfirmed: note });
  const shipping = startShipping({
    session: id,
    state,
    journal,
    lastSeq: () => recorder.lastSeq,
    keepsAll: options.record !== undefined,
    live,
  });
  const opening = recorder.reserve();
  const head = opened(options, clock, { key, clean, capture, rules });

  return {
    id,
    capture,
    recorder,
    redact: capture === 'raw' ? (text) => ({ text, count: 0 }) : clean,
    clean,
    hash,
    isSecretName: (rules ?? DEFAULT_RULES).isSecretName,
    secrets: { key, environment: { ...environment }, rules: user },
    now: clock.now,
    open(facts) {
      recorder.fill(opening, { ...head, ...facts });
    },
    async finish(reason) {
      isEnding = true;
      // Whether the journal is still there is looked at now and then, and now.
      journal.lookNext();
      recorder.add([]);
      recorder.add([{ type: 'end', at: clock.now(), reason }]);
      const spans = await live?.finish(LAST.spans);
      if (spans) note(spans);
      recorder.close();
      if (!journal.isBegun) return;
      if (options.record !== undefined) await writeRecordOf(journal, options.record, say);
      const durable = await shipping.finish(live ? LAST.afterSpans : LAST.acknowledgement);
      leave(journal, durable);
      // One journal too many is no reason to end otherwise.
      if (!durable) await growth.end().catch(() => {});
    },
  };
}

/**
 * How long the end of a session waits for others, in ms. The server has taken its time before, and the
 * process takes some behind, above all to end a thread that is busy: all of it is to be less than 1 s.
 */
const LAST = { spans: 500, afterSpans: 100, acknowledgement: 200 };

/** What became of the spans of a session. */
function confirmed(spans: SpansConfirmed, at: number): Draft {
  const text = `${spans.endpoint} confirmed spans up to entry ${spans.upTo}`;
  return { type: 'note', at, text, spans };
}

function lossOf(
  { name, state }: SessionOptions,
  { isBegun, generation }: JournalFile,
  reason: string,
  kind: 'unwritten' | 'unmade',
): string {
  if (kind === 'unmade') return `A message of ${name} is not recorded: ${reason}. ${PASSES}`;
  if (isBegun || generation > 0) return `${name} is not recorded: ${reason}. ${PASSES} ${CODE}`;
  return `Nothing is recorded: ${state} cannot be written (${reason}). ${PASSES} ${HINT} ${CODE}`;
}

/** Each kind of loss is said once. */
function once(tell: RecorderOptions['onLoss']): RecorderOptions['onLoss'] {
  const said = new Set<string>();
  return (reason, kind) => {
    if (!said.has(kind)) tell(reason, kind);
    said.add(kind);
  };
}

/** What is durable elsewhere is not needed any more; all else is left to the next collector. */
function leave(journal: JournalFile, durable: boolean): void {
  try {
    if (durable) {
      journal.close();
      rmSync(journal.path, { force: true });
    } else journal.letGo();
  } catch {
    // A journal that stays is taken in when this process has gone.
  }
}

/** The modules are loaded here, since most sessions write no recording. Never rejects. */
async function writeRecordOf(
  { path, size }: JournalFile,
  file: string,
  say: (line: string) => void,
): Promise<void> {
  try {
    const { WRITTEN_APART, writeRecordApart } = await import('./record-apart.ts');
    if (size > WRITTEN_APART) return await writeRecordApart(file, path);
    const { writeRecord } = await import('./record.ts');
    return await writeRecord(file, path, say);
  } catch {
    // Long sessions outlive updates of wiretape, and then what was not loaded yet is not there.
    say(
      `${file} was not written: wiretape was removed or replaced. ${kept(parse(path).name, file)}`,
    );
  }
}

const PASSES = 'Its traffic passes unchanged.';
const HINT = 'Name a folder that can be written with --state DIR.';
const CODE = '[unwritable-folder]';

/**
 * What is redacted, and what is kept at all. Whoever asked for more redaction than we can read gets
 * sizes and times, and no texts, until that is mended; `raw` was never to be redacted.
 */
function redactionOf({ rules, capture = 'redacted' }: SessionOptions, say: (line: string) => void) {
  if (!rules || !('unknown' in rules)) return { user: rules, rules: rulesWith(rules), capture };
  say(rules.unknown);
  return {
    user: undefined,
    rules: undefined,
    capture: capture === 'raw' ? capture : 'metadata',
  } as const;
}

/** Redaction by rules that nobody knows: any text may be a secret. */
function hideAll(hash: KeyedHash): Redact {
  return (text) => ({ text: placeholderOf('unknown', hash(text)), count: 1 });
}

interface Redaction {
  readonly key: Uint8Array;
  readonly clean: Redact;
  readonly capture: Capture;
  readonly rules: RedactionRules | undefined;
}

/** What people call it is redacted as all else is, and by our rules where nobody knows the user's. */
function opened(
  { name, workflow, version, live, otlp }: Options,
  { clock }: SessionClock,
  { key, clean, capture, rules }: Redaction,
) {
  const hash = keyedHash(key);
  const called = rules ? clean : createRedact(hash);
  return {
    type: 'session',
    at: 0,
    name: called(name).text,
    transport: 'stdio',
    fidelity: 'bytes',
    tap: `wiretape/${version}`,
    clock,
    workflow: workflow === undefined ? null : called(workflow).text,
    capture,
    redaction: { rules: rules?.id ?? 'unknown', key: fingerprintOfKey(key) },
    ...(live && otlp
      ? { otlp: { ...live.head, destination: destinationOf(hash, tracesUrl(otlp).href) } }
      : {}),
  } as const;
}
