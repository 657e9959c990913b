import { draftOfLine } from '../model/crossing.ts';
import type { Line } from '../model/framing.ts';
import type { Direction } from './crossings.ts';
import type { TapSession } from './tap-session.ts';
export interface LargeLines {
  add(seq: number, line: Line, where: Direction): void;
  /** Resolves when every line has its entry. */
  done(): Promise<void>;
}
export function createLargeLines(session: TapSession): LargeLines {
  return {
    add: (seq, line, where) =>
      session.recorder.fill(seq, draftOfLine(line, where, session.redact, session.capture)),
    done: async () => {},
  };
}
