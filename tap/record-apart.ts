/**
 * Writes the recording of a long session in a process of its own.
 *
 * A client that closes gives its server two seconds or four before it kills it; sorting and writing
 * tens of megabytes may take longer. The tap waits for it, and when the tap is killed it goes on.
 */
import { spawn } from 'node:child_process';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

/** Journals of more bytes are written apart: a process of its own costs a twentieth of a second. */
export const WRITTEN_APART = 4 << 20;

/** Resolves when the recording was written, or could not be and that was said on our stderr. */
export function writeRecordApart(file: string, journal: string): Promise<void> {
  const program = import.meta.url.endsWith('.ts') ? './record-program.ts' : './record-program.js';
  const path = fileURLToPath(new URL(program, import.meta.url));
  const child = spawn(process.execPath, [path, file, journal], {
    detached: true,
    stdio: ['ignore', 'ignore', 'inherit'],
    windowsHide: true,
  });
  return new Promise((resolve) => {
    child.once('close', () => resolve());
    child.once('error', () => resolve());
  });
}
