// The real servers, as the agent's user has them. Needed to record only.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';

const { resolve } = createRequire(import.meta.url);

/** A desk with two notes and no memory, and the servers that know it. */
export const realServers = {
  filesystem: () => started('filesystem', ['desk']),
  memory: () => started('memory', []),
  everything: () => started('everything', []),
};

const folders: string[] = [];

/** Removes what the servers worked on. */
export function clearAway(): void {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
}

function started(name: string, args: readonly string[]): StdioClientTransport {
  const folder = mkdtempSync(join(tmpdir(), 'file-notes-'));
  folders.push(folder);
  mkdirSync(join(folder, 'desk'));
  writeFileSync(join(folder, 'desk/monday.md'), 'Ask Ada about the engine.\n');
  writeFileSync(join(folder, 'desk/tuesday.md'), 'Buy punched cards.\n');
  const server = dirname(resolve(`@modelcontextprotocol/server-${name}/package.json`));
  return new StdioClientTransport({
    command: process.execPath,
    args: [join(server, 'dist/index.js'), ...args],
    cwd: folder,
    env: { PATH: process.env['PATH'] ?? '', MEMORY_FILE_PATH: join(folder, 'memory.json') },
  });
}
