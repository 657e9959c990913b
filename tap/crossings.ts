/**
 * One direction of a session as entries: bytes in, framed, redacted, recorded in the same turn.
 * Lines over 64 KiB keep their place and go to a worker, so that they do not hold up the traffic.
 */
import { draftOfLine, isPipe, type Redact, type Where } from '../model/crossing.ts';
import type { Channel, Draft } from '../model/entry.ts';
import { atLineFeed, type Cut, createFramer, type Line, nowhere } from '../model/framing.ts';
import { createBlockCut } from '../model/sse.ts';
import { latin1 } from '../model/text.ts';
import { sha256 } from './hash.ts';
import type { LargeLines } from './large.ts';
import { createBlockText, messageText } from './message-text.ts';
import { createKeyBlocks, KEY_LINE } from './pem.ts';
import type { Placeless } from './recorder.ts';
import { reasonOf } from './system-error.ts';
import type { TapSession } from './tap-session.ts';
import { redactTogether } from './together.ts';

/** Longer lines keep their head, their length and their SHA-256, in bytes. */
const CAP = 8 << 20;
/** Longer lines are recorded by the worker, in bytes. */
const LARGE = 64 << 10;

export interface Crossings {
  push(chunk: Uint8Array, at: number, sent: number): void;
  end(): void;
}

/** What is done with the entry of a line, counted from 0, before it is recorded. */
export type Finish = (draft: Draft, index: number) => Draft;

/** Who wants to see what is recorded. */
export interface Watch {
  readonly finish?: Finish;
  /** In place of `finish` for messages of a stream: the id of an event. */
  readonly event?: (id: string) => void;
}

export function createCrossings(
  session: TapSession,
  where: Where,
  large: LargeLines,
  { finish, event }: Watch = {},
): Crossings {
  const framer = createFramer(CAP, sha256, cutOf(where.channel));
  const isKeyLine = createKeyBlocks();
  const blockText = createBlockText();
  const { recorder, redact, capture, secrets } = session;
  const isTogether = capture === 'redacted' && secrets.rules === undefined;

  const isPlain = isPipe(where.channel) && capture !== 'metadata' && !finish;
  let index = -1;
  const isStream = where.channel === 'stream' && !where.resumes && capture !== 'metadata';
  const textOf = (line: Line, how: Redact): string | undefined => {
    if (isPlain) return messageText(line, where, how);
    const block = isStream ? blockText(line, where, how) : undefined;
    if (block?.id) event?.(block.id);
    return block?.text;
  };

  /** The entry of a line that is no plain message. A private key printed by line is hidden whole. */
  const draftOf = (line: Line): Draft => {
    const draft = draftOfLine(line, where, redact, capture);
    const isText =
      draft.type === 'frame' && (draft.why === 'not-json' || draft.why === 'invalid-utf8');
    if (capture !== 'redacted' || !isText || !isKeyLine(latin1(line.bytes))) return draft;
    const { base64: _, ...rest } = draft;
    return { ...rest, text: KEY_LINE, redacted: 1 };
  };

  const finished = (draft: Draft): Draft => finish?.(draft, index) ?? draft;

  const record = (lines: readonly Line[], how = (_: Line): Redact => redact): void => {
    let ready: Placeless[] = [];
    const flush = (): void => {
      if (ready.length > 0) recorder.add(ready);
      ready = [];
    };
    for (const line of lines) {
      index++;
      if (isLarge(line)) {
        flush();
        large.add(recorder.reserve(), line, where);
        continue;
      }
      try {
        ready.push(textOf(line, how(line)) ?? finished(draftOf(line)));
      } catch (error) {
        // A fault of ours costs one entry, visibly, and no traffic.
        flush();
        recorder.drop(recorder.reserve(), reasonOf(error));
      }
    }
    flush();
  };

  const isLarge = (line: Line): boolean =>
    line.bytes.length > LARGE && !line.overCap && capture !== 'metadata';

  return {
    push(chunk, at, sent) {
      const lines = framer.push(chunk, at, sent);
      record(lines, isTogether ? redactTogether(lines, chunk, redact) : undefined);
    },
    end: () => record(framer.end()),
  };
}

function cutOf(channel: Channel): Cut {
  if (isPipe(channel)) return atLineFeed;
  return channel === 'stream' ? createBlockCut() : nowhere;
}
