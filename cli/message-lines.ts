/** Where messages stand in recording files, for those who point at them. */
import { relative, sep } from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { parseReference } from '../model/entry.ts';
import type { Finding } from '../model/finding.ts';
import { splitLines } from '../model/recording.ts';
import { unpackedFile } from './recording-file.ts';
import type { Line } from './sarif.ts';

/** The lines of all messages that findings name, by `session:seq`. */
export async function linesOfEvidence(
  findings: readonly Finding[],
  files: readonly string[],
): Promise<ReadonlyMap<string, Line>> {
  const wanted = new Set(
    findings.flatMap(({ evidence }) => evidence.flatMap(({ message }) => entryName(message) ?? [])),
  );
  const found = new Map<string, Line>();
  for (const file of files) {
    const isPacked = file.endsWith('.gz');
    const uri = uriOf(file);
    const { lines } = splitLines(await unpackedFile(file));
    for (const [at, line] of lines.entries()) {
      const name = nameIn(line);
      if (name === undefined || !wanted.has(name) || found.has(name)) continue;
      found.set(name, isPacked ? { uri } : { uri, line: at + 1 });
    }
  }
  return found;
}

function entryName(message: string): string | undefined {
  const place = parseReference(message);
  return place && `${place.session}:${place.seq}`;
}

/** The beginning of each entry as it is written: before what a peer sent, which may look alike. */
const BEGINNING =
  /^\{"type":"[a-z]{1,20}","session":"([0-9A-Za-z._-]{1,128})","seq":(\d{1,10})[,}]/;

function nameIn(line: string): string | undefined {
  const [, session, seq] = BEGINNING.exec(line.slice(0, 200)) ?? [];
  return session === undefined ? undefined : `${session}:${seq}`;
}

/** Relative to here, as people and code scanning expect it; a file elsewhere by its whole name. */
function uriOf(file: string): string {
  const path = relative(process.cwd(), file);
  if (path.startsWith('..')) return pathToFileURL(file).href;
  return path.split(sep).map(encodeURIComponent).join('/');
}
