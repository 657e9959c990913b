/**
 * A real server in the place of a recorded one, to find out which server changed. The recording
 * keeps its place among the others; what the real server answers goes to the client as it is, and is
 * compared with what was recorded.
 */
import type { ChildProcess } from 'node:child_process';
import spawn from 'cross-spawn';
import type { ExitEntry } from '../../model/entry.ts';
import { member, parseJson } from '../../model/json.ts';
import { classify, type Id, idKey, itemsOf } from '../../model/message.ts';
import { utf8 } from '../../model/text.ts';
import { itemOf } from '../../model/view.ts';
import { compareValues } from '../compare.ts';
import { createSecrets } from '../placeholders.ts';
import type { ServerStep } from '../script.ts';
import type { Outgoing } from '../speak.ts';
import { clientFramer } from '../stand-in.ts';
import type { Ear } from '../transport.ts';
import { isStep } from './lane.ts';
import type { Seat } from './play.ts';

/** An answer of the real server that is not the recorded one. */
export interface LiveDifference {
  readonly name: string;
  readonly entry: string;
  /** The first place that differs, as a JSON pointer into the answer. */
  readonly pointer: string;
}

export interface LiveServer {
  readonly seat: Seat;
  /** Resolves when its process is gone. */
  readonly ended: Promise<void>;
}

export interface LiveOptions {
  /** The program and its arguments, as the user gave them. */
  readonly command: readonly string[];
  readonly differs: (difference: LiveDifference) => void;
  /** It could not be started. */
  readonly failed: (error: Error) => void;
}

/** Milliseconds that a server has to end once its input is closed, and again once it was asked to. */
const GRACE = 2000;

/** The same seat with a real server in it, which starts when somebody sits down. */
export function liveServer(seat: Seat, options: LiveOptions): LiveServer {
  const { command, differs, failed } = options;
  const answers = compareAnswers(seat, differs);
  let child: ChildProcess | undefined;
  let settle = (): void => {};
  const ended = new Promise<void>((resolve) => {
    settle = resolve;
  });
  const end = (): void => {
    const running = child;
    if (!running) {
      settle();
      return;
    }
    running.stdin?.end();
    setTimeout(() => running.kill('SIGTERM'), GRACE).unref();
    setTimeout(() => running.kill('SIGKILL'), 2 * GRACE).unref();
  };

  const open = (ear: Ear): void => {
    child = startServer(command, {
      hear(bytes) {
        ear.hear({ kind: 'bytes', bytes });
        answers.live(bytes);
      },
      ended(error) {
        if (error) failed(error);
        child = undefined;
        ear.close();
        settle();
      },
    });
    // What was recorded is heard here instead, and the end of the play ends the server.
    seat.open({ hear: answers.recorded, close: end });
  };

  return {
    ended,
    seat: {
      ...seat,
      open,
      say(text) {
        child?.stdin?.write(`${text}\n`);
        seat.say(text);
      },
      end() {
        end();
        seat.end();
      },
      close() {
        end();
        seat.close();
      },
    },
  };
}

interface Hearing {
  readonly hear: (bytes: Buffer) => void;
  readonly ended: (error?: Error) => void;
}

function startServer([command = '', ...args]: readonly string[], hearing: Hearing): ChildProcess {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'], windowsHide: true });
  child.stdout?.on('data', hearing.hear);
  // It need not read what it is told.
  child.stdin?.on('error', () => {});
  let fault: Error | undefined;
  child.on('error', (error) => {
    fault = error;
    if (child.pid === undefined) hearing.ended(error);
  });
  child.once('close', () => {
    if (!fault) hearing.ended();
  });
  return child;
}

interface Comparing {
  live(bytes: Buffer): void;
  recorded(said: Outgoing, due?: ServerStep | ExitEntry): void;
}

/** Puts answers together by the id of the client, whichever comes first. */
function compareAnswers(seat: Seat, differs: LiveOptions['differs']): Comparing {
  const framer = clientFramer();
  const lived = new Map<string, unknown>();
  const recorded = new Map<string, { readonly value: unknown; readonly step: ServerStep }>();

  const meet = (key: string): void => {
    const one = recorded.get(key);
    if (!one || !lived.has(key)) return;
    const { count, pointer = '' } = compareValues(outcomeOf(one.value), outcomeOf(lived.get(key)), {
      trial: createSecrets().trial(),
    });
    recorded.delete(key);
    lived.delete(key);
    const entry = `${seat.session.session.id}:${one.step.seq}`;
    if (count > 0) differs({ name: seat.session.name, entry, pointer });
    seat.told(one.step);
  };

  return {
    live(bytes) {
      for (const line of framer.push(bytes, 0, 0)) {
        for (const [id, value] of answersIn(utf8(line.bytes) ?? '')) {
          lived.set(idKey(id), value);
          meet(idKey(id));
        }
      }
    },
    recorded(said, due) {
      if (said.kind !== 'message' || !due || !isStep(due)) return;
      for (const [id, value] of answersIn(said.text)) {
        recorded.set(idKey(id), { value, step: due });
        meet(idKey(id));
      }
    },
  };
}

function outcomeOf(value: unknown): unknown {
  return { result: member(value, 'result'), error: member(value, 'error') };
}

function answersIn(text: string): (readonly [Id, unknown])[] {
  const parsed = parseJson(text);
  if (!parsed.ok) return [];
  return itemsOf(classify(parsed.value)).flatMap(([message, item]) => {
    if (message.kind !== 'response' || message.id === null) return [];
    return [[message.id, itemOf(parsed.value, item)] as const];
  });
}
