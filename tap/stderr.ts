/**
 * Standard error by line. A line that is not ended within 200 ms is recorded as far as it goes,
 * without its last word: a secret cut in two would be found in neither half.
 */
import { StringDecoder } from 'node:string_decoder';
import type { Redact } from '../model/crossing.ts';
import type { Draft } from '../model/entry.ts';
import { createKeyBlocks, KEY_LINE } from './pem.ts';
import type { TapSession } from './tap-session.ts';

/** How long a line may stay unfinished, in ms. */
const HELD = 200;
/** The most characters kept together; longer lines are several entries. */
const LONGEST = 64 * 1024;

export interface StderrRecorder {
  push(chunk: Buffer, at: number): void;
  end(): void;
}

export function createStderrRecorder(session: TapSession): StderrRecorder {
  const { add } = session.recorder;
  const clean = cleaner(session);
  const decoder = new StringDecoder('utf8');
  let line = '';
  /** What of this line stands in the journal already, redacted. */
  let told = '';
  let began = 0;
  let timer: NodeJS.Timeout | undefined;

  const entry = (text: string, partial: boolean): Draft[] => {
    const { text: whole, count } = clean(text);
    // A secret that only the whole line shows takes the place of what was told before it.
    const fresh = whole.startsWith(told) ? whole.slice(told.length) : whole;
    told = partial ? whole : '';
    if (fresh === '' && partial) return [];
    return [
      {
        type: 'stderr',
        at: began,
        text: fresh,
        ...(partial ? { partial } : {}),
        ...(count > 0 ? { redacted: count } : {}),
      },
    ];
  };

  const tell = (): void => {
    timer = undefined;
    const whole = line.slice(0, line.length - lastWord(line).length);
    if (whole !== '') add(entry(whole, true));
  };

  /** Takes text that belongs to the unfinished line, and cuts it where it grows too long. */
  const grow = (text: string, at: number): Draft[] => {
    if (line === '') began = at;
    line += text;
    if (line.length <= LONGEST) return [];
    const cut = line.length - lastWord(line).length;
    const drafts = entry(line.slice(0, cut), false);
    line = line.slice(cut);
    return drafts;
  };

  const endLine = (at: number): Draft[] => {
    clearTimeout(timer);
    timer = undefined;
    if (line === '') began = at;
    const drafts = entry(line, false);
    line = '';
    return drafts;
  };

  return {
    push(chunk, at) {
      const [first = '', ...rest] = decoder.write(chunk).split('\n');
      const drafts = grow(first, at);
      for (const next of rest) drafts.push(...endLine(at), ...grow(next, at));
      if (drafts.length > 0) add(drafts);
      if (line !== '') timer ??= setTimeout(tell, HELD);
    },
    end() {
      clearTimeout(timer);
      line += decoder.end();
      if (line !== '') add(entry(line, true));
      line = '';
    },
  };
}

/** What may be kept of a line, by the capture level. */
function cleaner({ capture, redact }: TapSession): Redact {
  if (capture === 'metadata') return () => ({ text: '', count: 0 });
  if (capture === 'raw') return redact;
  const isKeyLine = createKeyBlocks();
  return (text) => (isKeyLine(text) ? { text: KEY_LINE, count: 1 } : redact(text));
}

/** How much of a line's end is held back at most. */
const LONGEST_WORD = 4096;

/** The run of characters at the end that may be the beginning of a secret. */
function lastWord(line: string): string {
  const from = Math.max(0, line.length - LONGEST_WORD);
  let start = line.length;
  while (start > from && WORD.test(line.charAt(start - 1))) start--;
  return line.length - start < 6 ? '' : line.slice(start);
}

const WORD = /[\w.~+/=-]/;
