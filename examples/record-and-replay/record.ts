// Runs the agent with the real servers, each behind a tap, and writes run.tape.jsonl anew:
//
//   npm run build && node --import tsx examples/record-and-replay/record.ts

import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { fileNotes } from './agent.ts';

const home = dirname(createRequire(import.meta.url).resolve('wiretape/package.json'));
const recording = fileURLToPath(new URL('run.tape.jsonl', import.meta.url));

const folder = await mkdtemp(join(tmpdir(), 'file-notes-'));
try {
  // The servers start from here, so that nothing of this machine's folders is in their command lines.
  await symlink(join(home, 'node_modules'), join(folder, 'node_modules'), 'junction');
  await mkdir(join(folder, 'desk'));
  await writeFile(join(folder, 'desk/monday.md'), 'Ask Ada about the engine.\n');
  await writeFile(join(folder, 'desk/tuesday.md'), 'Buy punched cards.\n');
  await rm(recording, { force: true });
  const index = await fileNotes({
    filesystem: tapped('filesystem', ['desk']),
    memory: tapped('memory', [], { MEMORY_FILE_PATH: join(folder, 'memory.json') }),
  });
  process.stdout.write(`${index}\nrecorded in ${recording}\n`);
} finally {
  await rm(folder, { recursive: true, force: true });
}

/** A released server behind a tap that adds its session to the recording. */
function tapped(name: string, args: readonly string[], env: Record<string, string> = {}) {
  const tap = [join(home, 'dist/cli/main.js'), 'tap', '--name', name, '--workflow', 'file-notes'];
  const kept = ['--record', recording, '--state', join(folder, 'state')];
  const server = [
    'node',
    `node_modules/@modelcontextprotocol/server-${name}/dist/index.js`,
    ...args,
  ];
  return new StdioClientTransport({
    command: process.execPath,
    args: [...tap, ...kept, '--', ...server],
    cwd: folder,
    env: { PATH: process.env['PATH'] ?? '', ...env },
  });
}
