/**
 * A client that says what was recorded, and never twice in the same way: messages that nothing
 * orders are swapped, ids and tokens are new, bytes come in any pieces, and after any pause.
 * It waits only for what the recorded client had: the answers and questions it had got by then.
 */
import { PassThrough } from 'node:stream';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import type { Entry, MessageEntry } from '../../model/entry.ts';
import { isObject, member } from '../../model/json.ts';
import { classify } from '../../model/message.ts';
import type { Call } from '../../model/session.ts';
import { type ReplayReport, recordedSessions, serveRecording } from '../../replay/index.ts';

export type Random = () => number;

/** In ms, between two pieces of what is said; most of them come without one. */
const LONGEST_PAUSE = 5;

/** The same numbers for the same seed, from 0 up to 1. */
export function seeded(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

interface Part {
  readonly entry: MessageEntry;
  /** What the client must have got before it says this. */
  readonly needs: readonly string[];
  /** Parts that nothing orders have the same number. */
  readonly group: number;
}

/** Plays one session; gives the hash of its transcript and the report. */
export async function playRestlessly(
  entries: readonly Entry[],
  random: Random,
): Promise<{ hash: string; report: ReplayReport }> {
  const parts = partsOf(entries);
  const [input, output] = [new PassThrough(), new PassThrough()];
  const serving = serveRecording({ entries, input, output });
  const got = new Set<string>();
  let wake = (): void => {};
  const live = namesOf(random);
  readLines(output, (text) => {
    const message = classify(JSON.parse(text));
    if (message.kind === 'response') got.add(`answer ${live.recorded(message.id)}`);
    if (message.kind === 'request') got.add(`question ${JSON.stringify(message.id)}`);
    wake();
  });
  for (const { entry, needs } of shuffled(parts, random)) {
    while (!needs.every((need) => got.has(need))) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    const end = random() < 0.2 ? '\r\n' : '\n';
    await writePieces(input, `${JSON.stringify(live.rename(entry.value))}${end}`, random);
  }
  // Everything that the recorded client got by its end.
  const all = neededAtEnd(entries);
  while (!all.every((need) => got.has(need))) {
    await new Promise<void>((resolve) => {
      wake = resolve;
    });
  }
  input.end();
  const report = await serving.done;
  return { hash: serving.transcript().hash, report };
}

function callsOf(entries: readonly Entry[]): readonly Call[] {
  return recordedSessions(entries)[0]?.session.calls ?? [];
}

function partsOf(entries: readonly Entry[]): Part[] {
  const calls = callsOf(entries);
  let group = 0;
  const parts: Part[] = [];
  for (const entry of entries) {
    if (entry.type !== 'message') continue;
    if (entry.from === 'server') group++;
    else parts.push({ entry, needs: needsBefore(calls, entry.seq), group });
  }
  return parts;
}

function needsBefore(calls: readonly Call[], seq: number): string[] {
  return calls.flatMap(({ from, id, request, response }) => {
    if (from === 'client') return response && response.seq < seq ? [`answer ${id}`] : [];
    return request.seq < seq ? [`question ${JSON.stringify(id)}`] : [];
  });
}

function neededAtEnd(entries: readonly Entry[]): string[] {
  return needsBefore(callsOf(entries), Number.POSITIVE_INFINITY);
}

/**
 * In recorded order, but for parts that nothing orders. Equal requests stay in order: a client that
 * swaps them means another one by each.
 */
function shuffled(parts: readonly Part[], random: Random): Part[] {
  const next = new Map<string, number>();
  const keyed = parts.map((part) => {
    const same = `${part.group} ${JSON.stringify(part.entry.value).replace(/"id":[^,]*,/, '')}`;
    const after = next.get(same) ?? 0;
    const key = after + random() * (1 - after);
    next.set(same, key);
    return { part, key };
  });
  return keyed.sort((a, b) => a.part.group - b.part.group || a.key - b.key).map(({ part }) => part);
}

/** New ids for the client's requests, of either type, and new progress tokens. */
function namesOf(random: Random) {
  const toLive = new Map<unknown, string | number>();
  const toRecorded = new Map<unknown, unknown>();
  let next = Math.floor(random() * 1000);
  const fresh = (recorded: unknown): string | number => {
    next += 1 + Math.floor(random() * 3);
    const id = random() < 0.5 ? next : `r${next}`;
    toLive.set(recorded, id);
    toRecorded.set(id, recorded);
    return id;
  };
  return {
    recorded: (id: unknown) => toRecorded.get(id),
    rename(value: unknown): unknown {
      const message = classify(value);
      if (message.kind !== 'request' || !isObject(value)) return value;
      const meta = member(message.params, '_meta');
      const params = isObject(message.params) ? message.params : undefined;
      const token =
        isObject(meta) && 'progressToken' in meta ? { progressToken: `t${random()}` } : {};
      return {
        ...value,
        id: fresh(message.id),
        ...(params && isObject(meta)
          ? { params: { ...params, _meta: { ...meta, ...token } } }
          : {}),
      };
    },
  };
}

async function writePieces(input: PassThrough, text: string, random: Random): Promise<void> {
  const bytes = Buffer.from(text);
  const byByte = random() < 0.1;
  for (let at = 0; at < bytes.length; ) {
    const size = byByte ? 1 : 1 + Math.floor(random() * bytes.length);
    input.write(bytes.subarray(at, at + size));
    at += size;
    if (random() < (byByte ? 0.05 : 0.5)) await nextTurn();
    if (random() < (byByte ? 0.001 : 0.05)) await sleep(random() * LONGEST_PAUSE);
  }
}

function readLines(output: PassThrough, take: (text: string) => void): void {
  let rest = '';
  output.setEncoding('utf8').on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) take(line);
  });
}
