/**
 * One run's worth of live servers, each fresh, with one stand-in client for each recorded session.
 * A single scheduler tells them all what to send, so that it decides what is issued together.
 */
import type { Redact } from '../../model/crossing.ts';
import { type Call, versionOf } from '../../model/session.ts';
import type { Baton } from '../client/conductor.ts';
import type { Connect } from '../client/connection.ts';
import { drive } from '../client/drive.ts';
import type { ClientLine } from '../client/lines.ts';
import { type Condition, type Step, stepsOf } from '../client/order.ts';
import { isHandshake, withinLines } from '../client/replay-client.ts';
import type { Source } from './operations.ts';
import type { Answer } from './run.ts';

export interface Seat {
  readonly source: Source;
  readonly connect: Connect;
  /** Answers whose values are sent again, by whichever session. */
  readonly teachers: ReadonlySet<Call>;
}

export interface SeatOptions {
  /** How long an answer is waited for, in ms. */
  readonly timeout: number;
  readonly secretOf: (placeholder: string, name: string) => string | undefined;
  readonly redact: Redact;
  readonly signal: AbortSignal;
}

/** One stand-in client at its live server. */
export interface Seated {
  /** Resolves when it has shaken hands, or ended instead; rejects when there is no server. */
  readonly ready: Promise<void>;
  /** Sends lines in one turn; resolves when each of their requests is settled. */
  ask(lines: readonly ClientLine[]): Promise<void>;
  /** Resolves when each request of a line is settled. */
  settled(line: ClientLine): Promise<void>;
  answersTo(line: ClientLine): readonly Answer[];
  /** A recorded request as it was sent in this run; undefined where it was not. */
  requestOf(call: Call): unknown;
  /** Why the values in a line are not those of this run; undefined: they are. */
  unbound(line: ClientLine): string | undefined;
  /** The value in this run of a recorded one, where it was given. */
  valueOf(token: string): string | number | undefined;
  /** Is told what another server gave. */
  bind(token: string, live: string | number): void;
  /** Whether a recorded request was made in this run. */
  isAsked(call: Call): boolean;
  /** What its server said it is. */
  version(): string;
  /** Resolves when nothing of it is left. */
  end(): Promise<void>;
}

/** Sits down: connects, shakes hands, and waits to be told. `lines`: what may be asked of it. */
export function sitDown(
  { source, connect, teachers }: Seat,
  lines: readonly ClientLine[],
  options: SeatOptions,
): Seated {
  const { script, flow } = source;
  const { steps, opening } = stepsFor(source, lines);
  const settled = new Map<Call, string | undefined>();
  let baton: Baton | undefined;
  let broken: string | undefined;
  let fault: unknown;
  const { check, until } = createBell(() => broken !== undefined);
  const over = drive({
    script,
    steps,
    flow,
    connect,
    timeout: options.timeout,
    secretOf: options.secretOf,
    signal: options.signal,
    conductor: {
      begin(given) {
        baton = given;
        check();
      },
      settled(call, why) {
        settled.set(call, why);
        check();
      },
      sources: teachers,
    },
  }).then(
    ({ broken: why = 'it is over' }) => {
      broken = why;
      check();
    },
    (error: unknown) => {
      [broken, fault] = ['there is no server', error];
      check();
    },
  );
  const shaken = until(() => baton !== undefined && opening.every((call) => settled.has(call)));
  const isSettled = ({ calls }: ClientLine): boolean => calls.every((call) => settled.has(call));
  return {
    ready: shaken.then(() => {
      if (fault !== undefined) throw fault;
    }),
    async ask(asked) {
      baton?.tell(asked);
      await until(() => asked.every(isSettled));
    },
    settled: (line) => until(() => isSettled(line)),
    answersTo: ({ calls }) =>
      calls.map((call) => answerTo(call, { baton, why: settled.get(call) ?? broken, options })),
    requestOf: (call) => {
      const ref = baton?.pairs.live(call)?.request;
      return ref && redacted(baton?.live.value(ref), options);
    },
    unbound: (line) => unboundIn(source, line, baton),
    valueOf: (token) => baton?.bindings.get(token),
    bind: (token, live) => baton?.bindings.bind(token, live),
    isAsked: (call) => baton?.pairs.live(call) !== undefined,
    version: () => options.redact(versionOf(baton?.live.session.server, source.session.name)).text,
    async end() {
      baton?.over();
      await over;
    },
  };
}

/** The handshake, answers to what may be asked, and the lines that wait to be told. */
function stepsFor({ script, flow, lines: all }: Source, lines: readonly ClientLine[]) {
  const own = new Set(lines);
  const sent = all.filter((line) => own.has(line) || isHandshake(line) || isOnlyAnswer(line));
  const steps = withinLines(stepsOf({ script, lines: sent, flow }, 'max'), sent).map((step) =>
    own.has(step.line) ? told(step) : step,
  );
  return { steps, opening: sent.filter(isHandshake).flatMap(({ calls }) => calls) };
}

/** Wakes those who wait for something, each time it may have come; all of them when it is over. */
function createBell(isOver: () => boolean) {
  const waiting = new Set<() => void>();
  return {
    check(): void {
      for (const one of [...waiting]) one();
    },
    until: (isThere: () => boolean): Promise<void> =>
      new Promise((resolve) => {
        const look = (): void => {
          if (!isOver() && !isThere()) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      }),
  };
}

function told({ line, after }: Step): Step {
  const condition: Condition = { kind: 'told', line };
  return { line, after: [...after, condition] };
}

function isOnlyAnswer({ answers, calls }: ClientLine): boolean {
  return answers.length > 0 && calls.length === 0;
}

export function usesOf({ flow }: Source, { items }: ClientLine) {
  return items.flatMap(({ ref }) => flow.uses(ref.seq, ref.item));
}

interface Asked {
  readonly baton: Baton | undefined;
  readonly why: string | undefined;
  readonly options: SeatOptions;
}

function answerTo(call: Call, { baton, why, options }: Asked): Answer {
  const ref = baton?.pairs.live(call)?.response;
  const message = ref && baton?.live.value(ref);
  if (typeof message !== 'object' || message === null) {
    return { unanswered: options.redact(why ?? 'no answer').text };
  }
  const { jsonrpc: _, id: __, ...answer } = message as Record<string, unknown>;
  return redacted(answer, options) as Answer;
}

function redacted(value: unknown, { redact }: SeatOptions): unknown {
  return value === undefined ? undefined : JSON.parse(redact(JSON.stringify(value)).text);
}

function unboundIn(source: Source, line: ClientLine, baton: Baton | undefined): string | undefined {
  const conflict = baton?.bindings.conflict();
  if (conflict) return 'a value of the recording is two values now';
  const missing = usesOf(source, line).some(
    ({ token, source: { answers } }) =>
      answers && baton?.pairs.live(answers) && baton.bindings.get(token) === undefined,
  );
  return missing ? 'a value that it carries was not given' : undefined;
}
