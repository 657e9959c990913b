/** A workflow over three released servers, recorded through taps as their users record them. */
import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { MAIN } from '../../cli/wiretape.ts';

const resolve = createRequire(import.meta.url).resolve;

/** The program that is the host. */
export const AGENT = fileURLToPath(new URL('desk-agent.mjs', import.meta.url));

export interface Desk {
  /** The recording. */
  readonly tape: string;
  /** What the agent printed when it was recorded. */
  readonly told: string;
}

/** A released server, to be started in the folder of the desk. */
export function releasedServer(name: string, ...args: string[]): string[] {
  return [process.execPath, resolve(`@modelcontextprotocol/server-${name}/dist/index.js`), ...args];
}

/** Runs the agent with the real servers, each behind a tap. */
export async function recordDesk(folder: string): Promise<Desk> {
  const tape = join(folder, 'desk.tape.jsonl');
  await mkdir(join(folder, 'desk'), { recursive: true });
  const servers = {
    memory: releasedServer('memory'),
    filesystem: releasedServer('filesystem', join(folder, 'desk')),
    everything: releasedServer('everything'),
  };
  const tapped = Object.entries(servers).map(([name, server]) => {
    const words = ['tap', '--name', name, '--workflow', 'desk', '--record', tape];
    const args = [MAIN, ...words, '--state', join(folder, 'taps'), '--', ...server];
    const env = { MEMORY_FILE_PATH: join(folder, 'memory.json') };
    return [name, { command: process.execPath, args, env }];
  });
  const config = join(folder, 'taps.json');
  await writeFile(config, JSON.stringify({ mcpServers: Object.fromEntries(tapped) }));
  const ran = await promisify(execFile)(process.execPath, [AGENT, config], { cwd: folder });
  return { tape, told: ran.stdout };
}
