/** The client of a replayed workflow: a program of the user, on the streams of this process. */
import { once } from 'node:events';
import { constants } from 'node:os';
import process from 'node:process';
import spawn from 'cross-spawn';
import { startGuard } from '../tap/guard.ts';
import { passSignals } from '../tap/signals.ts';
import { systemReason, UserError } from './error.ts';

export interface ClientEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface ClientOptions {
  /** The program and its arguments, in which `{config}` stands for the path of the configuration. */
  readonly words: readonly string[];
  readonly config: string;
  /** Whether stdout is wanted for a document of ours; then the client's goes to stderr. */
  readonly json: boolean;
}

/** Runs it to its end. Signals that reach us are for it, and it does not outlive us. */
export async function runClient({ words, config, json }: ClientOptions): Promise<ClientEnd> {
  const [command = '', ...args] = words.map((word) => word.replaceAll('{config}', config));
  const child = spawn(command, args, {
    stdio: ['inherit', json ? 2 : 'inherit', 'inherit'],
    env: { ...process.env, WIRETAPE_MCP_CONFIG: config },
  });
  const ignoreSignals = passSignals((signal) => void child.kill(signal));
  const guard = child.pid === undefined ? undefined : startGuard(child.pid);
  try {
    const [code, signal] = await once(child, 'exit');
    return { code, signal };
  } catch (error) {
    const detail = `${command} cannot be started: ${systemReason(error)}.`;
    throw new UserError('command-not-found', detail, 'Try the words after -- alone.');
  } finally {
    guard?.close();
    ignoreSignals();
  }
}

/** The exit code that a shell would give it. */
export function codeOfEnd({ code, signal }: ClientEnd): number {
  return signal === null ? (code ?? 1) : 128 + (constants.signals[signal] ?? 0);
}

/** The same for a recorded server: what a recording says of its end is anything. 0 when it did not end by itself. */
export function codeOfServer(
  end: { readonly code: number | null; readonly signal: string | null } | undefined,
): number {
  if (!end) return 0;
  const known: Readonly<Record<string, number>> = constants.signals;
  if (end.signal !== null) {
    return 128 + (Object.hasOwn(known, end.signal) ? (known[end.signal] ?? 0) : 0);
  }
  const code = end.code ?? 1;
  return Number.isInteger(code) && code >= 0 && code < 256 ? code : 1;
}
