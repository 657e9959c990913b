import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { openStore } from '../../collector/index.ts';
import { closeDatabase, openDatabase } from '../../collector/sqlite/driver.ts';
import { addTables } from '../../collector/sqlite/schema.ts';
import type { Store } from '../../collector/store.ts';
import type { Entry } from '../../model/entry.ts';
import { encodeEntry } from '../../model/line.ts';
import { createSessionMachine } from '../../model/session-machine.ts';
import { summaryOf } from '../../model/summary.ts';
import { client, server, tape, toolCall, toolText } from '../kit/entries.ts';
import { foreignSpan, spanIdOf, traceIdOf, written } from '../kit/spans.ts';
import { temporaryFolder } from './kit.ts';
import { seed } from './seed.ts';
import { storeContract } from './store-contract.ts';

const paths = new Map<Store, string>();

async function openAt(path: string, now: () => number = Date.now): Promise<Store> {
  const store = await openStore({ path, patience: 50, now });
  paths.set(store, path);
  onTestFinished(() => store.close().catch(() => undefined));
  return store;
}

storeContract({
  name: 'SQLite',
  open: async () => openAt(join(await temporaryFolder(), 'store.db')),
  async reopen(store) {
    await store.close();
    return openAt(paths.get(store)!);
  },
});

/** A session whose every entry holds the name, and whose sizes come from a seed. */
function talk(name: string, sizes: readonly number[]): Entry[] {
  const steps = sizes.map((size, n) => [
    client(toolCall(n, name, { text: `${name} `.repeat(size % 90) })),
    server(toolText(n, `${name} ${'x'.repeat(size * 7)}`)),
  ]);
  return tape(name, steps.flat());
}

const entries = talk('SESSION', [3, 30, 300]);
const id = entries[0]!.session;

/** The files of a folder that hold a text, whatever they are. */
async function filesWith(folder: string, text: string): Promise<string[]> {
  const names = await readdir(folder);
  const held = await Promise.all(names.map((name) => readFile(join(folder, name))));
  return names.filter((_, index) => held[index]!.includes(text));
}

test('erasing leaves no byte of a session in any file of the store, and all of the others', async () => {
  const folder = await temporaryFolder();
  const store = await openAt(join(folder, 'store.db'));
  const own = store.of('local');
  const names = ['ALPHA', 'BRAVO', 'CHARA', 'DELTA', 'EMERA', 'FXTRT'];
  const [sizes] = fc.sample(fc.array(fc.nat(400), { minLength: 60, maxLength: 60 }), {
    seed,
    numRuns: 1,
  });
  const talks = names.map((name, n) => talk(name, sizes!.slice(n * 3)));
  // Parts in turn, backwards for some, and summaries that grow: rows move between pages as they do.
  for (let at = 0; at < 130; at += 5) {
    for (const [n, all] of talks.entries()) {
      const from = n % 2 === 0 ? at : 125 - at;
      const part = all.slice(from, from + 5);
      if (part.length === 0) continue;
      await own.append(all[0]!.session, part);
      const machine = createSessionMachine(all[0]!.session);
      for (const entry of all.slice(0, at)) machine.apply(entry);
      await own.keepSummary(summaryOf(machine.session), at);
    }
  }
  for (const [n, name] of names.entries()) {
    if (n % 3 === 1) continue;
    expect(await filesWith(folder, name), name).not.toEqual([]);
    expect(await own.erase(talks[n]![0]!.session)).toBe(true);
    expect(await filesWith(folder, name), name).toEqual([]);
  }
  const everything = { from: 0, limit: 1e6, bytes: 1e9 };
  for (const n of [1, 4]) {
    const kept = await own.entries(talks[n]![0]!.session, everything);
    expect(kept.map(({ line }) => line)).toEqual(talks[n]!.map(encodeEntry));
  }
  await store.close();
  expect(await filesWith(folder, 'ALPHA')).toEqual([]);
  expect(await filesWith(folder, 'BRAVO')).toEqual(['store.db']);
});

test('the files are for their user alone', async () => {
  const path = join(await temporaryFolder(), 'store.db');
  await writeFile(path, '', { mode: 0o644 });
  const store = await openAt(path);
  await store.of('local').append(id, entries);
  for (const name of [path, `${path}-wal`]) expect((await stat(name)).mode & 0o777).toBe(0o600);
});

test('a second opener is refused while the first is open, and let in after', async () => {
  const path = join(await temporaryFolder(), 'store.db');
  const store = await openAt(path);
  await expect(openAt(path)).rejects.toMatchObject({ code: 'store-in-use' });
  await store.of('local').append(id, entries);
  await store.close();
  const next = await openAt(path);
  expect((await next.of('local').session(id))?.end).toBe(entries.length - 1);
});

test('a file that is no store, and one of a newer version, are refused by name', async () => {
  const folder = await temporaryFolder();
  await writeFile(
    join(folder, 'text.db'),
    'this is no database, and long enough to look like one '.repeat(40),
  );
  await expect(openAt(join(folder, 'text.db'))).rejects.toMatchObject({ code: 'store-damaged' });
  const future = await openDatabase(join(folder, 'future.db'), 0);
  future.exec('PRAGMA user_version = 999');
  closeDatabase(future);
  await expect(openAt(join(folder, 'future.db'))).rejects.toMatchObject({ code: 'store-newer' });
  await expect(openAt(join(folder, 'missing', 'store.db'))).rejects.toMatchObject({
    code: 'unwritable-folder',
  });
});

test('erasing leaves no byte of a session in the list of sessions, however the list has moved', async () => {
  const folder = await temporaryFolder();
  const store = await openAt(join(folder, 'store.db'));
  const own = store.of('local');
  const count = 60;
  const [lengths] = fc.sample(
    fc.array(fc.nat(600), { minLength: 3 * count, maxLength: 3 * count }),
    { seed, numRuns: 1 },
  );
  const nameOf = (n: number): string => `N${String(n).padStart(3, '0')}N`;
  const heads = Array.from({ length: count }, (_, n) => tape(nameOf(n), [])[0]!);
  for (const [round, length] of lengths!.entries()) {
    const head = heads[round % count]!;
    await own.append(head.session, [head]);
    const machine = createSessionMachine(head.session);
    machine.apply(head);
    // Summaries change their size all the time, as bursts and identities are added.
    await own.keepSummary(
      { ...summaryOf(machine.session), revision: `${nameOf(round % count)} `.repeat(length) },
      0,
    );
  }
  for (let n = 0; n < count; n += 2) await own.erase(heads[n]!.session);
  const left = await Promise.all(heads.map((_, n) => filesWith(folder, nameOf(n))));
  expect(left.flatMap((files, n) => (files.length > 0 ? [n] : []))).toEqual(
    heads.map((_, n) => n).filter((n) => n % 2 === 1),
  );
});

/** The list of sessions as version 1 of the store had it. */
const VERSION_1 = `CREATE TABLE session (
  number INTEGER PRIMARY KEY, tenant TEXT NOT NULL, id TEXT NOT NULL, complete INTEGER NOT NULL,
  highest INTEGER NOT NULL, bytes INTEGER NOT NULL, rewrites INTEGER NOT NULL, summary TEXT,
  summary_end INTEGER NOT NULL, UNIQUE (tenant, id)) STRICT;
  PRAGMA user_version = 1;`;

test('a store of version 1 is brought to this one with all it holds', async () => {
  const path = join(await temporaryFolder(), 'store.db');
  const old = await openDatabase(path, 0);
  old.exec(VERSION_1);
  old.exec(`INSERT INTO session VALUES (1, 'local', '${id}', 0, 0, 9, 2, NULL, -1);
    INSERT INTO session VALUES (2, 'local', 'other', -1, -1, 0, 0, NULL, -1);`);
  for (const number of [1, 2]) addTables(old, number);
  old.exec(
    `INSERT INTO entry_1 VALUES (0, 0, 0, 0, 9); INSERT INTO payload_1 VALUES (0, 'the line');`,
  );
  closeDatabase(old);
  const own = (await openAt(path)).of('local');
  expect(await own.session(id)).toMatchObject({ end: 0, bytes: 9, rewrites: 2, marks: [] });
  expect(await own.mark(id, 'run', 'bad')).toBe(true);
  expect(await own.erase('other')).toBe(true);
  expect(await own.sessions()).toMatchObject([{ id, marks: [{ run: 'run', mark: 'bad' }] }]);
  await own.addSpans(written(foreignSpan(1, 1)));
  expect(await own.spansOf([traceIdOf(1)], EVERY)).toHaveLength(1);
  expect(await own.entries(id, { from: 0, limit: 9, bytes: 99 })).toMatchObject([
    { seq: 0, line: 'the line' },
  ]);
});

const EVERY = { after: 0, limit: 1e6, bytes: 1e9 };
const DAY = 86_400_000;

test('erasing leaves no byte of the spans of a trace in any file of the store, however they came', async () => {
  const folder = await temporaryFolder();
  let now = 0;
  const store = await openAt(join(folder, 'store.db'), () => now);
  const own = store.of('local');
  const nameOf = (trace: number): string => `T${String(trace).padStart(3, '0')}T`;
  const traces = Array.from({ length: 24 }, (_, trace) => trace);
  const [sizes] = fc.sample(fc.array(fc.nat(900), { minLength: 480, maxLength: 480 }), {
    seed,
    numRuns: 1,
  });
  // Spans of all traces in turn, over three days: each portion holds some of each.
  for (let at = 0; at < 480; at += 16) {
    now = Math.floor(at / 160) * DAY;
    const batch = sizes!.slice(at, at + 16).map((size, more) => {
      const n = at + more;
      return foreignSpan(n % 24, n, { name: `${nameOf(n % 24)} `.repeat(1 + size) });
    });
    await own.addSpans(written(...batch));
  }
  const gone = traces.filter((trace) => trace % 3 !== 1);
  for (const trace of traces) expect(await filesWith(folder, nameOf(trace))).not.toEqual([]);
  expect(await own.eraseSpans(gone.map(traceIdOf))).toBe(true);
  for (const trace of gone) expect(await filesWith(folder, nameOf(trace))).toEqual([]);
  for (const trace of traces.filter((one) => !gone.includes(one)))
    expect(await own.spansOf([traceIdOf(trace)], EVERY)).toHaveLength(20);
  await own.trimSpans({ since: 0, bytes: 0 });
  await store.close();
  for (const trace of traces) expect(await filesWith(folder, nameOf(trace))).toEqual([]);
});

test('spans older than agreed go a day at a time, and one that came on two days is told once', async () => {
  let now = 0;
  const store = await openAt(join(await temporaryFolder(), 'store.db'), () => now);
  const own = store.of('local');
  for (let day = 0; day < 5; day++) {
    now = day * DAY;
    await own.addSpans(written(foreignSpan(1, day), foreignSpan(1, 0)));
  }
  const days = async (after = 0) =>
    (await own.spansOf([traceIdOf(1)], { ...EVERY, after })).map(
      ({ line }) => (JSON.parse(line) as { spanId: string }).spanId,
    );
  expect(await days()).toEqual([0, 1, 2, 3, 4].map(spanIdOf));
  const [first] = await own.spansOf([traceIdOf(1)], EVERY);
  expect(await days(first?.number)).toEqual([1, 2, 3, 4].map(spanIdOf));
  await own.trimSpans({ since: 3 * DAY, bytes: 1e9 });
  expect(await days()).toEqual([3, 0, 4].map(spanIdOf));
});
