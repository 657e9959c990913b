/**
 * Data flow: which values of the recorded client were minted by the server, and by which of its
 * messages. A live server mints others, so what is sent must carry those of the live run.
 *
 * A value flows when a message of the server had it first: as a whole under a name of handles
 * (`noteId`, `cursor`, `uri`), whatever it looks like, or anywhere as a word that looks minted.
 */

import { givenLeavesOf, saidLeavesOf } from '../../analysis/words/content.ts';
import { isIdentifierLike, isWhole } from '../../analysis/words/minted.ts';
import { wordsIn } from '../../analysis/words/pieces.ts';
import { type Entry, reference } from '../../model/entry.ts';
import type { Call, Seen } from '../../model/session.ts';
import type { Path } from '../json-text.ts';
import type { RecordedSession } from '../recorded.ts';

/** A place of a client's message whose value came from the server. */
export interface Use {
  /** The value, so that a number is not the text of it. */
  readonly token: string;
  readonly path: Path;
  /** Where it stands in the text at the path; absent: it is all of it. */
  readonly span?: { readonly start: number; readonly end: number };
  readonly source: Source;
}

/** The message of the server that had a value first. */
export interface Source {
  readonly reference: string;
  /** What it answers; absent: a question or a notification. */
  readonly answers?: Call;
}

export interface Flow {
  /** By `seq` of the client's message and place in its batch. */
  uses(seq: number, item?: number): readonly Use[];
  /** Whether a later message of the client carries this value. */
  isUsed(token: string): boolean;
  /** Nothing flows. */
  readonly isEmpty: boolean;
}

/** A value as a key: `1` and `"1"` are two. */
export function tokenOf(value: string | number): string {
  return JSON.stringify(value);
}

/** `given`: what the request of a call carries that other sessions were given, by token. */
export function flowOf(session: RecordedSession, given: Given = () => NOTHING): Flow {
  const found: Found = { minted: new Map(), said: new Set(), uses: new Map(), used: new Set() };
  for (const entry of session.entries) {
    if (entry.type !== 'message') continue;
    for (const seen of session.seen(entry.seq)) {
      if (entry.from === 'server') noteMinted(found, session, seen);
      else noteSaid(found, session, { seen, given });
    }
  }
  return {
    uses: (seq, item) => found.uses.get(keyOf(seq, item)) ?? [],
    isUsed: (token) => found.used.has(token),
    isEmpty: found.used.size === 0,
  };
}

export type Given = (call: Call) => ReadonlyMap<string, Source>;
const NOTHING: ReadonlyMap<string, Source> = new Map();

interface Found {
  readonly minted: Map<string, Source>;
  /** What the client said before the server did. */
  readonly said: Set<string>;
  readonly uses: Map<string, readonly Use[]>;
  readonly used: Set<string>;
}

function noteMinted({ minted, said }: Found, session: RecordedSession, seen: Seen): void {
  const { ref, call, kind } = seen;
  const source = {
    reference: reference(session.session.id, ref.seq, ref.item),
    ...(kind === 'response' && call ? { answers: call } : {}),
  };
  for (const token of mintedIn(session.value(ref))) {
    if (!said.has(token) && !minted.has(token)) minted.set(token, source);
  }
}

function noteSaid(
  { minted, said, uses, used }: Found,
  session: RecordedSession,
  { seen: { ref, kind, call }, given }: { readonly seen: Seen; readonly given: Given },
): void {
  const elsewhere = kind === 'request' && call ? given(call) : NOTHING;
  const inside: Path = ref.item === undefined ? [] : [ref.item];
  const value = session.value(ref);
  const own = usesIn(value, (token) => minted.get(token) ?? elsewhere.get(token)).map((use) => ({
    ...use,
    path: [...inside, ...use.path],
  }));
  uses.set(keyOf(ref.seq, ref.item), own);
  for (const { token } of own) used.add(token);
  for (const token of saidIn(value)) said.add(token);
}

function keyOf(seq: Entry['seq'], item: number | undefined): string {
  return item === undefined ? `${seq}` : `${seq}/${item}`;
}

function* mintedIn(value: unknown): Generator<string> {
  for (const leaf of saidLeavesOf(value)) {
    if (isWhole(leaf)) yield tokenOf(leaf.value);
    if (typeof leaf.value !== 'string') continue;
    for (const { text } of wordsIn(leaf.value)) if (isIdentifierLike(text)) yield tokenOf(text);
  }
}

function* saidIn(value: unknown): Generator<string> {
  for (const { value: own } of saidLeavesOf(value)) {
    yield tokenOf(own);
    if (typeof own === 'string') for (const { text } of wordsIn(own)) yield tokenOf(text);
  }
}

function usesIn(value: unknown, giverOf: (token: string) => Source | undefined): Use[] {
  return givenLeavesOf(value)
    .filter(({ isInside }) => !isInside)
    .flatMap((leaf): Use[] => {
      const { path } = leaf;
      const whole = isWhole(leaf) ? giverOf(tokenOf(leaf.value)) : undefined;
      if (whole) return [{ token: tokenOf(leaf.value), path, source: whole }];
      if (typeof leaf.value !== 'string') return [];
      return wordsIn(leaf.value).flatMap(({ start, end, text }) => {
        const source = isIdentifierLike(text) ? giverOf(tokenOf(text)) : undefined;
        return source ? [{ token: tokenOf(text), path, span: { start, end }, source }] : [];
      });
    });
}
