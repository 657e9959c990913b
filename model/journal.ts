/**
 * A tap's own file of entries: one session, each line behind the CRC-32 of its bytes, so that a
 * reader knows a line that a crash tore or a disk changed.
 */
import { type Entry, FORMAT } from './entry.ts';
import { isObject, parseJson } from './json.ts';
import { decodeEntry, encodeEntry } from './line.ts';
import { type Problem, splitLines, TORN } from './recording.ts';
import type { Owner } from './state.ts';

/** CRC-32 (ISO 3309) of the UTF-8 bytes of a text; zlib.crc32 in Node, a table in the browser. */
export type Crc32 = (text: string) => number;

/** `owner`: the process that writes it; once that is gone, the journal is an orphan. */
export function journalHeader(session: string, owner: Owner, crc32: Crc32): string {
  return sealLine(JSON.stringify({ wiretape: FORMAT, journal: session, ...owner }), crc32);
}

/** The journal line of an entry, LF included. */
export function journalLine(entry: Entry, crc32: Crc32): string {
  return sealLine(encodeEntry(entry), crc32);
}

function sealLine(line: string, crc32: Crc32): string {
  return `${crc32(line).toString(16).padStart(8, '0')} ${line}\n`;
}

export interface Journal {
  readonly session: string;
  readonly owner: Owner;
  readonly entries: readonly Entry[];
  /** The entry lines without their CRC, one for each entry. */
  readonly lines: readonly string[];
  readonly problems: readonly Problem[];
}

/** Reads a journal; undefined when the bytes are none. */
export function readJournal(bytes: Uint8Array, crc32: Crc32): Journal | undefined {
  const split = splitLines(bytes);
  const header = readHeader(openLine(split.lines[0] ?? '', crc32));
  if (!header) return undefined;
  const { session, owner } = header;
  const entries: Entry[] = [];
  const lines: string[] = [];
  const problems: Problem[] = [];
  split.lines.slice(1).forEach((sealed, index) => {
    const line = openLine(sealed, crc32);
    const decoded = line === undefined ? undefined : decodeEntry(line);
    if (line !== undefined && decoded?.ok && decoded.entry.session === session) {
      entries.push(decoded.entry);
      lines.push(line);
    } else {
      problems.push({
        kind: 'not-an-entry',
        detail: `line ${index + 2} is damaged`,
        line: index + 2,
      });
    }
  });
  if (split.torn !== undefined) {
    problems.push({
      kind: 'torn',
      detail: TORN,
      line: split.lines.length + 1,
    });
  }
  return { session, owner, entries, lines, problems };
}

const SEALED = /^([0-9a-f]{8}) /;

/** The line behind its CRC, or undefined when the CRC is not that of the line. */
export function openLine(sealed: string, crc32: Crc32): string | undefined {
  const crc = SEALED.exec(sealed)?.[1];
  const line = sealed.slice(9);
  return crc !== undefined && Number.parseInt(crc, 16) === crc32(line) ? line : undefined;
}

function readHeader(line: string | undefined): { session: string; owner: Owner } | undefined {
  const parsed = parseJson(line ?? '');
  if (!parsed.ok || !isObject(parsed.value)) return undefined;
  const { wiretape, journal, pid, started } = parsed.value;
  if (wiretape !== FORMAT || typeof journal !== 'string') return undefined;
  return { session: journal, owner: { pid: Number(pid), started: String(started) } };
}
