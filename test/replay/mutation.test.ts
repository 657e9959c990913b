// T7: a recording in which one byte is another one. Its reader says that it was changed; and where that changes what
// is played, the replay says which message it was: in its report, or as the line of the transcript that differs.
import { describe, expect, test } from 'vitest';
import type { Entry } from '../../model/entry.ts';
import { readRecording, writeRecording } from '../../model/recording.ts';
import {
  createPlayer,
  type ReplayReport,
  recordedSessions,
  transcript,
  transcriptOf,
} from '../../replay/index.ts';
import { dice, SEED } from '../kit/random.ts';
import { FIXTURES, fixtures } from './fixtures.ts';

const CHANGES_A_LINE = 6;
const LF = 10;

const { entriesOf } = fixtures();

/** The client of the recording, as it was, meets a recording that may have been changed. */
function play(recorded: readonly Entry[], changed: readonly Entry[]) {
  const [session] = recordedSessions(changed);
  if (!session) return undefined;
  const player = createPlayer(session);
  player.start();
  for (const entry of recorded) {
    if (entry.type === 'message' && entry.from === 'client') player.receiveText(entry.text);
  }
  return { report: player.report(), lines: linesOf(transcript([player.transcript()]).text) };
}

function linesOf(text: string): readonly string[] {
  return text.split('\n');
}

/** The places of the recording, by seq, that a replay of the changed one names. */
function named(
  report: ReplayReport,
  lines: readonly string[],
  before: readonly string[],
): Set<number> {
  const references = JSON.stringify(report).matchAll(/"[0-9A-Z]{26}:(\d+)(?:\/\d+)?"/g);
  const known = new Set(before);
  const now = new Set(lines);
  const different = [
    ...lines.filter((line) => !known.has(line)),
    ...before.filter((line) => !now.has(line)),
  ];
  return new Set(
    [...references]
      .map(([, seq]) => Number(seq))
      .concat(different.map((line) => Number.parseInt(line, 10))),
  );
}

/** The seqs of the call that a message belongs to: an id that was changed shows at its other end. */
function callOf(entries: readonly Entry[], seq: number): readonly number[] {
  const calls = recordedSessions(entries)[0]?.session.calls ?? [];
  const own = calls.filter(({ request, response, progress = [] }) =>
    [request, response, ...progress].some((ref) => ref?.seq === seq),
  );
  return own.flatMap(({ request, response }) => [request.seq, response?.seq ?? -1]);
}

interface Mutation {
  /** The line of the file, from 1, and the place in it. */
  readonly line: number;
  readonly at: number;
  readonly to: string;
  readonly bytes: Uint8Array;
}

/** The recording with one byte of one of its entries changed, some times in each line. */
function* mutationsOf(bytes: Uint8Array): Generator<Mutation> {
  const roll = dice();
  let start = bytes.indexOf(LF) + 1;
  for (let line = 2; start < bytes.length; line++) {
    const end = bytes.indexOf(LF, start);
    for (let change = 0; change < CHANGES_A_LINE; change++) {
      const at = start + roll(end - start);
      const copy = Uint8Array.from(bytes);
      const before = bytes[at] ?? 0;
      // Another character that can be printed, whatever it was.
      copy[at] = 0x20 + ((before + roll(94)) % 95);
      if (copy[at] === before) copy[at] = before === 0x7e ? 0x20 : 0x7e;
      yield { line, at: at - start, to: String.fromCharCode(copy[at] ?? 0), bytes: copy };
    }
    start = end + 1;
  }
}

/** Whether the mutated recording plays as another one; throws when nobody says which message it is. */
function checkMutation(entries: readonly Entry[], { line, at, to, bytes }: Mutation): boolean {
  const where = { line, at, to };
  const recording = readRecording(bytes);
  if (!recording.ok) throw new Error(`${JSON.stringify(where)} ${recording.detail}`);
  // The reader always knows, and names the line of what it cannot take for an entry.
  expect({ where, problems: recording.problems.length > 0 }).toEqual({ where, problems: true });
  if (recording.problems.some((problem) => problem.line === line)) return false;
  const before = linesOf(transcriptOf(entries).text);
  const played = play(entries, recording.entries);
  if (!played || played.lines.join() === before.join()) return false;
  const about = named(played.report, played.lines, before);
  const seq = entries[line - 2]?.seq ?? -1;
  const isNamed = [seq, ...callOf(entries, seq)].some((one) => about.has(one));
  expect({ where, about: [...about], isNamed }).toMatchObject({ where, isNamed: true });
  return true;
}

describe.each(FIXTURES)('%s', (name) => {
  test(`T7: ${CHANGES_A_LINE} changes in each line, each named (seed ${SEED})`, {
    timeout: 120_000,
  }, () => {
    const entries = entriesOf(name);
    const bytes = Buffer.from(writeRecording(entries));
    const changed = [...mutationsOf(bytes)]
      .filter(({ line }) => entries[line - 2]?.type === 'message')
      .filter((one) => checkMutation(entries, one));
    expect(changed.length).toBeGreaterThan(entries.length);
  });
});
