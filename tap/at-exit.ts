/**
 * Sessions of taps inside a program end with it at the latest, whoever forgot to close them: what
 * waits is written in the last turn, and so is their end. Nothing is waited for, so the program ends
 * when and as it would have. One that is killed writes nothing; its collector says so then.
 */
import process from 'node:process';
import type { TapSession } from './tap-session.ts';

const open = new Set<() => void>();

/** `onEnd` is told when the program has ended before the session did. */
export function endWithProgram(tap: TapSession, onEnd: () => void): TapSession {
  const { recorder, now } = tap;
  const end = (): void => {
    recorder.add([{ type: 'end', at: now(), reason: 'the program ended' }]);
    recorder.close();
    onEnd();
  };
  if (open.size === 0) process.on('exit', endAll);
  open.add(end);
  return {
    ...tap,
    finish(reason) {
      open.delete(end);
      if (open.size === 0) process.off('exit', endAll);
      return tap.finish(reason);
    },
  };
}

function endAll(): void {
  for (const end of open) end();
}
