// Invariant: recording fails visibly. What could not be written is said once and is a gap as soon as writing works
// again; nothing half-written is left in between, and the traffic never notices.

import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { chown, cp, readdir, readFile, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { PassThrough, Readable } from 'node:stream';
import { crc32 } from 'node:zlib';
import { expect, test } from 'vitest';
import type { Draft } from '../../model/entry.ts';
import { journalHeader, readJournal } from '../../model/journal.ts';
import { encodeEntry } from '../../model/line.ts';
import { readRecording } from '../../model/recording.ts';
import { appendTo } from '../../tap/journal-file.ts';
import { Pump } from '../../tap/pump.ts';
import { createRecorder } from '../../tap/recorder.ts';
import { sealOne } from '../../tap/seal.ts';
import { ROOT } from '../kit/built.ts';
import {
  inOrder,
  journal,
  journals,
  outcome,
  run,
  server,
  start,
  tapped,
  temporaryFolder,
  until,
} from './kit.ts';

const note = (text: string): Draft => ({ type: 'note', at: 0, text });

/** A recorder whose disk can be full: /dev/full refuses every write with ENOSPC. */
async function recorderOnDisk() {
  const path = join(await temporaryFolder(), 'x.journal');
  const fd = openSync(path, 'wx');
  const [good, full] = [appendTo(fd), appendTo(openSync('/dev/full', 'w'))];
  const said: string[] = [];
  let isFull = false;
  good.append(Buffer.from(journalHeader('S', { pid: 1, started: '1' }, crc32)));
  const recorder = createRecorder({
    session: 'S',
    now: () => 7,
    sink: { append: (lines) => (isFull ? full : good).append(lines) },
    onLoss: (reason, kind) => said.push(`${kind}: ${reason}`),
  });
  return {
    recorder,
    said,
    fill(now: boolean) {
      isFull = now;
    },
    read() {
      closeSync(fd);
      const read = readJournal(readFileSync(path), crc32);
      expect(read?.problems).toEqual([]);
      return inOrder(read?.entries ?? []).map((entry) =>
        entry.type === 'gap'
          ? `gap ${entry.seq}-${entry.to} ${entry.count} ${entry.reason}`
          : `${entry.type} ${entry.seq}`,
      );
    },
  };
}

test('a full disk makes one gap, said once, and recording goes on behind it', async () => {
  const { recorder, said, fill, read } = await recorderOnDisk();
  recorder.add([note('a'), note('b')]);
  fill(true);
  recorder.add([note('c')]);
  recorder.add([note('d'), note('e')]);
  fill(false);
  recorder.add([note('f')]);
  fill(true);
  recorder.add([note('g')]);
  fill(false);
  recorder.close();
  const reason = 'no space left on device';
  expect(said).toEqual([`unwritten: ${reason}`, `unwritten: ${reason}`]);
  expect(read()).toEqual([
    'note 0',
    'note 1',
    `gap 2-4 3 ${reason}`,
    'note 5',
    `gap 6-6 1 ${reason}`,
  ]);
});

test('a kept place is filled later, lost, or never filled, and its neighbours do not wait', async () => {
  const { recorder, said, fill, read } = await recorderOnDisk();
  const [early, lost, never] = [recorder.reserve(), recorder.reserve(), recorder.reserve()];
  recorder.add([note('behind')]);
  const line = encodeEntry({ ...note('early'), session: 'S', seq: early } as never);
  recorder.fill(early, sealOne(line));
  fill(true);
  recorder.fill(lost, note('lost'));
  fill(false);
  recorder.drop(never, 'too deep');
  recorder.close();
  expect(said).toEqual(['unwritten: no space left on device']);
  expect(read()).toEqual(['note 0', 'gap 1-2 2 no space left on device', 'note 3']);
});

test('places that are lost late, in any order, are one gap with their neighbours', async () => {
  const { recorder, fill, read } = await recorderOnDisk();
  const [first, second, third] = [recorder.reserve(), recorder.reserve(), recorder.reserve()];
  fill(true);
  recorder.add([note('behind')]);
  for (const seq of [first, third, second]) recorder.fill(seq, note('late'));
  fill(false);
  recorder.close();
  expect(read()).toEqual(['gap 0-3 4 no space left on device']);
});

test('a disk that fills up within a line: the traffic passes, the loss is said, no half line stays', async () => {
  const state = await temporaryFolder();
  const lines = Array.from(
    { length: 200 },
    (_, id) => `{"jsonrpc":"2.0","id":${id},"method":"ping"}\n`,
  ).join('');
  const tap = await tapped(server('echo'), { state });
  // The shell allows files of 16 blocks: the kernel cuts the write that crosses that, and refuses the rest.
  const { code, stdout, stderr } = await run(
    ['sh', '-c', 'ulimit -f 16; exec "$@"', 'sh', ...tap],
    { input: lines },
  );
  expect({ code, stdout: stdout.toString() }).toEqual({ code: 0, stdout: lines });
  expect(stderr.toString()).toMatch(/^wiretape: .* is not recorded: file too large\. .*\n$/);
  const { problems, entries } = await journal(state);
  expect(problems).toEqual([]);
  expect(entries.length).toBeGreaterThan(0);
});

test.each(['journal', '.'])(
  'when somebody removes %s of the state folder, that is said and a gap',
  async (what) => {
    const state = join(await temporaryFolder(), 'state');
    const file = `${state}.tape.jsonl`;
    const child = start(await tapped(server('echo'), { state, options: ['--record', file] }));
    const said = new Promise<string>((resolve) =>
      child.stderr.once('data', (chunk) => resolve(String(chunk))),
    );
    let heard = '';
    child.stdout.on('data', (chunk) => {
      heard += String(chunk);
    });
    child.stdin.write('{"id":0}\n');
    await until(() => heard.includes('"id":0'));
    await rm(join(state, what), { recursive: true });
    const asking = setInterval(() => child.stdin.write('{"id":1}\n'), 100);
    expect(await said).toMatch(/is not recorded: the journal was removed/);
    clearInterval(asking);
    child.stdin.write('{"id":2}\n');
    await until(() => heard.includes('"id":2'));
    const ended = once(child, 'close');
    child.stdin.end();
    await ended;
    // What came after is recorded, under the same name, behind a gap that says what is missing.
    const recording = readRecording(await readFile(file));
    if (!recording.ok) throw new Error(recording.detail);
    const kinds = recording.entries.map(({ type }) => type);
    expect([...new Set(kinds)]).toEqual(['session', 'gap', 'message', 'exit', 'end']);
    expect(recording.entries[1]).toMatchObject({ seq: 1, reason: 'the journal was removed' });
    expect(JSON.stringify(recording.entries.filter(({ type }) => type === 'message'))).toContain(
      '"id":2',
    );
  },
);

test('one that is removed just before the end is said as well', async () => {
  const state = await temporaryFolder();
  const child = start(await tapped(['sh', '-c', 'cat; rm -r "$0"/journal', state], { state }));
  const ended = outcome(child);
  child.stdin.end('{"id":0}\n');
  const { code, stdout, stderr } = await ended;
  expect([code, String(stdout)]).toEqual([0, '{"id":0}\n']);
  expect(String(stderr)).toMatch(/is not recorded: the journal was removed/);
  const { entries } = await journal(state);
  expect(inOrder(entries).map(({ type }) => type)).toEqual(['session', 'gap', 'end']);
});

test('a state folder of somebody else gets nothing', async ({ skip }) => {
  if (process.getuid?.() !== 0) skip('only root can give a folder away');
  const state = await temporaryFolder();
  await chown(state, 65534, 65534);
  const { code, stdout, stderr } = await run(await tapped(['cat'], { state }), { input: 'x\n' });
  expect([code, String(stdout)]).toEqual([0, 'x\n']);
  expect(String(stderr)).toMatch(/Nothing is recorded: .* is not a folder of this user/);
  expect(await readdir(state)).toEqual([]);
});

test('a writer that has ended before anybody listens is no reason to wait', async () => {
  const source = Readable.from([]);
  source.resume();
  await once(source, 'close');
  const pump = new Pump({
    source,
    sink: new PassThrough(),
    now: () => 0,
    onChunk: () => {},
    onEnd: () => {},
    endSink: () => {},
    endSource: () => {},
  });
  await pump.ended;
});

test('a tap goes on although wiretape is removed under it', async () => {
  const folder = await temporaryFolder();
  const program = join(folder, 'dist/cli/main.js');
  await cp(join(ROOT, 'dist'), join(folder, 'dist'), { recursive: true });
  await cp(join(ROOT, 'package.json'), join(folder, 'package.json'));
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  const state = join(folder, 'state');
  const options = ['--record', join(folder, 'a.tape.jsonl')];
  const [node = '', , ...words] = await tapped(server('echo'), { state, options });
  const child = start([node, program, ...words]);
  const ended = outcome(child);
  const large = `{"large":"${'x'.repeat(100_000)}"}\n`;
  child.stdin.write('{"id":0}\n');
  await until(async () => (await journals(state))[0]?.entries.length === 4);
  await rm(join(folder, 'dist'), { recursive: true });
  child.stdin.end(`${large}{"id":1}\n${large}`);
  const { code, stdout, stderr } = await ended;
  expect({ code, stdout: stdout.toString() }).toEqual({
    code: 0,
    stdout: `{"id":0}\n${large}{"id":1}\n${large}`,
  });
  expect(stderr.toString()).toMatch(/was not written: wiretape was removed or replaced/);
  const { entries } = await journal(state);
  const sorted = inOrder(entries);
  expect(
    sorted.map(({ type }) => type).filter((type) => type === 'message').length,
  ).toBeGreaterThan(3);
  expect(sorted.at(-1)?.type).toBe('end');
});
