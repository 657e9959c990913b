// `show --stable`: two recordings of one behaviour are one text, also to Git.
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Entry } from '../../model/entry.ts';
import { writeRecording } from '../../model/recording.ts';
import { capture } from '../kit/capture.ts';
import {
  client,
  ends,
  exit,
  opening,
  type Step,
  server,
  stderr,
  tape,
  toolCall,
  toolText,
} from '../kit/entries.ts';
import { type Folder, MAIN, temporaryFolder, wiretape } from './wiretape.ts';

const run = promisify(execFile);
const resolve = createRequire(import.meta.url).resolve;

let folder: Folder;
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(() => folder[Symbol.asyncDispose]());

async function stable(name: string, entries: readonly Entry[]): Promise<string> {
  const file = join(folder.path, `${name}.tape.jsonl`);
  await writeFile(file, writeRecording(entries));
  const { code, stdout, stderr } = await wiretape(['show', '--stable', file]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout;
}

/** One behaviour with other ids, tokens, tasks and times, where the second answer was faster. */
function overlapped(of: string, isSwapped: boolean): Entry[] {
  const [one, two] = isSwapped ? ['b7', 9] : [3, 4];
  const task = `${of}0000-0000-4000-8000-000000000000`;
  const first: Step[] = [
    server({ method: 'notifications/progress', params: { progressToken: `t${of}`, progress: 1 } }),
    server({
      id: one,
      result: {
        task: { taskId: task },
        content: [{ type: 'text', text: `at 2026-11-${of.slice(0, 2)}T09:00:00Z` }],
      },
    }),
  ];
  const second = [server(toolText(two, 'second'))];
  return tape(
    'notes',
    [
      ...opening({ id: isSwapped ? 'x' : 0 }),
      client(toolCall(one, 'slow', {}, { progressToken: `t${of}` })),
      client(toolCall(two, 'fast')),
      ...(isSwapped
        ? [...second, stderr('done'), ...first]
        : [stderr('done'), ...first, ...second]),
      client({ id: 77, method: 'tasks/get', params: { taskId: task } }),
      server({ id: 77, result: { status: 'completed' } }),
      exit(0),
      ends(),
    ],
    {
      id: isSwapped ? '01BBBBBBBBBBBBBBBBBBBBBBBB' : '01AAAAAAAAAAAAAAAAAAAAAAAA',
      start: isSwapped ? 7 : 9_000_000,
    },
  );
}

describe('one behaviour', () => {
  test('is one text whatever was minted, and whoever was faster', async () => {
    const text = await stable('a', overlapped('2212', false));
    expect(await stable('b', overlapped('2313', true))).toBe(text);
    expect(text).toContain('"taskId":"<task-1>"');
    expect(text.match(/<task-1>/g)?.length).toBe(4);
    expect(text.indexOf('fast answer')).toBeGreaterThan(text.indexOf('slow answer'));
  });

  test('is one text wherever the tap noted which files it read', async () => {
    const texts = await Promise.all(
      [1, 2].map((place) => {
        const steps = [...opening(), client(toolCall(1, 'a')), server(toolText(1, 'b')), ends()];
        const entries = tape('notes', steps, { id: '01NOTES' });
        const file = { path: `/home/user${place}/server.js`, sha256: 'a'.repeat(64) };
        const at = entries[place]?.at ?? 0;
        const note = { type: 'note' as const, session: '01NOTES', seq: place, at };
        const moved = entries.map((entry) =>
          entry.seq < place ? entry : { ...entry, seq: entry.seq + 1 },
        );
        const text = `started from ${file.path}`;
        return stable(`note-${place}`, [...moved, { ...note, text, launch: { file } }]);
      }),
    );
    expect(texts[1]).toBe(texts[0]);
    expect(texts[0]).not.toContain('started from');
  });

  test('is one text in two recordings of a released server', async () => {
    const texts: string[] = [];
    for (const session of ['01FIRST', '01SEC0ND']) {
      const script = resolve('@modelcontextprotocol/server-everything/dist/index.js');
      const server = await capture({ name: 'everything', session, script });
      await Promise.all([
        server.call('echo', { message: 'hi' }),
        server.call('get-sum', { a: 1, b: 2 }),
        server.ask('prompts/list', {}),
      ]);
      await server.close();
      texts.push(await stable(session, server.entries));
    }
    expect(texts[1]).toBe(texts[0]);
  });
});

describe('Git', () => {
  test('shows only what changed', async () => {
    const git = async (...words: string[]): Promise<string> =>
      (
        await run('git', ['-c', 'user.name=t', '-c', 'user.email=t@t', ...words], {
          cwd: folder.path,
        })
      ).stdout;
    const save = (text: string, id: string): Promise<void> =>
      writeFile(
        join(folder.path, 'notes.tape.jsonl'),
        writeRecording(
          tape(
            'notes',
            [...opening(), client(toolCall(1, 'read')), server(toolText(1, text)), ends()],
            { id, start: id.length * 1000 },
          ),
        ),
      );
    await git('init', '-q');
    await writeFile(join(folder.path, '.gitattributes'), '*.tape.jsonl diff=wiretape\n');
    await git('config', 'diff.wiretape.textconv', `'${process.execPath}' '${MAIN}' show --stable`);
    await save('before', '01FIRST');
    await git('add', '.');
    await git('commit', '-qm', 'one');
    await save('before', '01THESAMEAGAIN');
    expect(await git('diff')).not.toMatch(/^[+-][^+-]/m);
    await save('after', '01AFTER');
    const lines = (await git('diff')).split('\n').filter((line) => /^[+-][^+-]/.test(line));
    expect(lines).toEqual([
      '-← tools/call read answer  {"content":[{"type":"text","text":"before"}]}',
      '+← tools/call read answer  {"content":[{"type":"text","text":"after"}]}',
    ]);
  });

  test.each([
    ['conflict markers', '<<<<<<< ours\n{}\n=======\n{}\n>>>>>>> theirs\n'],
    ['a pointer of Git LFS', 'version https://git-lfs.github.com/spec/v1\nsize 1\n'],
    ['nothing', ''],
    ['no UTF-8', '\xff\xfe\n'],
  ])('gets the bytes of a file of %s', async (_, text) => {
    const git = (...words: string[]) =>
      run('git', ['-c', 'user.name=t', '-c', 'user.email=t@t', ...words], { cwd: folder.path });
    const file = join(folder.path, 'odd.tape.jsonl');
    await git('init', '-q');
    await writeFile(join(folder.path, '.gitattributes'), '*.tape.jsonl diff=wiretape\n');
    await git('config', 'diff.wiretape.textconv', `'${process.execPath}' '${MAIN}' show --stable`);
    await writeFile(file, text, 'latin1');
    await git('add', '.');
    await git('commit', '-qm', 'one');
    await writeFile(file, `${text}more\n`, 'latin1');
    expect((await git('diff')).stdout.split('\n')).toContain('+more');
    const shown = await wiretape(['show', '--stable', file]);
    expect(shown).toMatchObject({ code: 0, stderr: expect.stringContaining('as it is') });
    expect((await wiretape(['show', file])).code).toBe(2);
  });
});
