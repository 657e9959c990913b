/** Two hosts, each a process of its own, at one file of released and of correct servers, through taps. */
import { readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { describe, expect, test } from 'vitest';
import { analyse } from '../../../analysis/index.ts';
import { sessionsOf } from '../../../model/finding.ts';
import { member } from '../../../model/json.ts';
import { viewsOf } from '../../../model/view.ts';
import { ROOT } from '../../kit/built.ts';
import { journals, start, tapped, temporaryFolder } from '../../tap/kit.ts';
import { toldOf } from './told.ts';

const { resolve } = createRequire(import.meta.url);
const RELEASED = resolve('@modelcontextprotocol/server-filesystem/dist/index.js');
const CORRECT = join(ROOT, 'test/kit/servers/files.mjs');

interface Host {
  call(name: string, args: object): Promise<string>;
  close(): Promise<void>;
}

/** Starts a host whose server runs behind a tap. */
async function host(name: string, script: string, folder: string, state: string): Promise<Host> {
  const server = await tapped([process.execPath, script, folder], {
    state,
    options: ['--name', name],
  });
  const child = start([process.execPath, join(import.meta.dirname, 'host.mjs'), name, ...server]);
  const waiting = new Map<number, (text: string) => void>();
  const ended = new Promise<void>((done) => child.once('close', () => done()));
  createInterface({ input: child.stdout }).on('line', (line) => {
    const { id, result } = JSON.parse(line);
    waiting.get(id)?.(String(member(result.content[0], 'text')));
  });
  child.stderr.resume();
  let last = 0;
  return {
    call(tool, args) {
      const id = ++last;
      const answer = new Promise<string>((done, fail) => {
        waiting.set(id, done);
        void ended.then(() => fail(new Error(`${name} ended before ${tool} was answered`)));
      });
      child.stdin.write(`${JSON.stringify({ id, name: tool, arguments: args })}\n`);
      return answer;
    },
    async close() {
      child.stdin.end();
      await ended;
    },
  };
}

/** Two hosts at one file: what they do, what they leave behind, and what analysis says. */
async function together(
  script: string,
  act: (a: Host, b: Host, path: string) => Promise<unknown>,
): Promise<{ told: string[]; text: string; hosts: number }> {
  const folder = await temporaryFolder();
  const [path, state] = [join(folder, 'plan.md'), join(folder, 'state')];
  await writeFile(path, '# The plan\nitem one: open\nitem two: open');
  const [a, b] = await Promise.all([
    host('a', script, folder, state),
    host('b', script, folder, state),
  ]);
  await act(a, b, path);
  await Promise.all([a.close(), b.close()]);
  const entries = (await journals(state)).flatMap((one) => one.entries);
  const findings = analyse(viewsOf(entries));
  const hosts = Math.max(0, ...findings.map((finding) => sessionsOf(finding).length));
  return { told: toldOf(findings), text: await readFile(path, 'utf8'), hosts };
}

const settle = (path: string) => ({
  path,
  edits: [{ oldText: 'item one: open', newText: 'item one: done' }],
});

describe.each([
  ['released', RELEASED],
  ['correct', CORRECT],
])('two hosts at one file of a %s server', (_, script) => {
  test('one writes back what it had read before the other edited it', async () => {
    const { told, text, hosts } = await together(script, async (a, b, path) => {
      const before = await a.call('read_text_file', { path });
      await b.call('edit_file', settle(path));
      await a.call('write_file', { path, content: `${before}\nitem three: open` });
    });
    expect(text).not.toContain('item one: done');
    expect(told).toEqual(['stale-overwrite OBSERVED plan.md 1 of 2']);
    expect(hosts).toBe(2);
  });

  test('one reads again before it writes', async () => {
    const { told, text } = await together(script, async (a, b, path) => {
      await a.call('read_text_file', { path });
      await b.call('edit_file', settle(path));
      const now = await a.call('read_text_file', { path });
      await a.call('write_file', { path, content: `${now}\nitem three: open` });
    });
    expect(text).toContain('item one: done');
    expect(told).toEqual([]);
  });
});

test('ten overlapped edits of a correct server are ten that may meet, and nothing more', async () => {
  const items = Array.from({ length: 10 }, (_, at) => `item ${at + 1}`);
  const { told, text } = await together(CORRECT, async (a, b, path) => {
    await a.call('write_file', { path, content: items.map((item) => `${item}: open`).join('\n') });
    await Promise.all(
      items.map((item, at) =>
        (at % 2 === 0 ? a : b).call('edit_file', {
          path,
          edits: [{ oldText: `${item}: open`, newText: `${item}: done` }],
        }),
      ),
    );
    await b.call('read_text_file', { path });
  });
  expect(text).toBe(items.map((item) => `${item}: done`).join('\n'));
  expect(told).toEqual(['concurrent-writes POTENTIAL plan.md']);
});
