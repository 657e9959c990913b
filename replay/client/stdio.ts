/** A live server behind a command of the user: started without a shell, ended as hosts end theirs. */
import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import spawn from 'cross-spawn';
import { draftOfLine } from '../../model/crossing.ts';
import { createFramer } from '../../model/framing.ts';
import { runningHash } from '../stand-in.ts';
import { type Connect, ConnectionFault, type Ear, LONGEST_LINE } from './connection.ts';

export interface CommandTarget {
  readonly command: string;
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The folder it runs in; else ours. */
  readonly cwd?: string;
}

/** How long a server has to end after its input closed, and again after SIGTERM, in ms. */
const GRACE = 2000;
/** How many of the newest lines of standard error are kept to say why a server ended. */
const KEPT = 5;
/** How much is kept of a line; far less is shown, once its secrets are out. */
const LONGEST_WORDS = 8192;

/** Starts the command; its standard error is not shown, but its end is told with it. */
export function connectCommand(target: CommandTarget): Connect {
  return async (ear) => {
    const child = await started(target);
    const { stdin, stdout, stderr } = child;
    if (!stdin || !stdout || !stderr) throw new Error('the server was started without pipes');
    const said: string[] = [];
    createInterface({ input: stderr }).on('line', (line) => {
      said.push(line.slice(0, LONGEST_WORDS));
      if (said.length > KEPT) said.shift();
    });
    // A server that no longer reads is gone, and its exit says so.
    stdin.on('error', () => {});
    listen(stdout, ear);
    const exited = new Promise<void>((resolve) => {
      child.once('close', (code, signal) => {
        ear.ended(endOf(code, signal, said));
        resolve();
      });
    });
    return {
      isExchanged: false,
      send: ({ text }) => void stdin.write(`${text}\n`),
      abandon: () => false,
      close: () => end(child, exited),
    };
  };
}

function started({ command, args, environment, cwd }: CommandTarget): Promise<ChildProcess> {
  return new Promise((resolve, reject) => {
    const env = environment as NodeJS.ProcessEnv;
    const where = cwd === undefined ? {} : { cwd };
    const child = spawn(command, [...args], { stdio: 'pipe', env, windowsHide: true, ...where });
    child.once('spawn', () => resolve(child));
    child.once('error', (error) => {
      const why =
        'code' in error && error.code === 'ENOENT' ? 'was not found' : 'cannot be started';
      reject(new ConnectionFault('command-not-found', `The command ${command} ${why}`));
    });
  });
}

function listen(stdout: NodeJS.ReadableStream, ear: Ear): void {
  const framer = createFramer(LONGEST_LINE, runningHash);
  const tell = (lines: ReturnType<typeof framer.end>): void => {
    for (const line of lines) {
      ear.heard(draftOfLine(line, { from: 'server', channel: 'stdout' }, asItIs, 'raw'));
    }
  };
  stdout.on('data', (chunk: Buffer) => tell(framer.push(chunk, 0, 0)));
  stdout.on('end', () => tell(framer.end()));
}

const asItIs = (text: string) => ({ text, count: 0 });

function endOf(code: number | null, signal: string | null, said: readonly string[]): string {
  const how = signal === null ? `it ended with code ${code}` : `it was ended by ${signal}`;
  const last = said.at(-1);
  return last === undefined ? how : `${how}, and its last words were: ${last}`;
}

/** Closes its input, then asks, then makes it. */
async function end(child: ChildProcess, exited: Promise<void>): Promise<void> {
  child.stdin?.end();
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    const left = await Promise.race([exited, delay(GRACE, 'late' as const, { ref: false })]);
    if (left !== 'late') return;
    child.kill(signal);
  }
  // A process that it left behind may hold its pipes; nobody waits for that one.
  child.stdout?.destroy();
  child.stderr?.destroy();
  await exited;
}
