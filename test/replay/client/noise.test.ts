// What control runs teach: masks of the class of what differs, and for everything else why there is none.
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Entry } from '../../../model/entry.ts';
import type { ClientReport } from '../../../replay/client/index.ts';
import { parseMask } from '../../../replay/masks.ts';
import { type Folder, temporaryFolder } from '../../cli/wiretape.ts';
import { capture } from '../../kit/capture.ts';
import { client, opening, server, tape, toolCall } from '../../kit/entries.ts';
import { connectWords, replayWith } from './direct.ts';
import { fixture } from './kit.ts';

const TOOLS = ['minted', 'weather', 'seeded', 'growing', 'coming', 'changing', 'steady', 'failing'];

let folder: Folder;
let entries: readonly Entry[];
let report: ClientReport;

beforeAll(async () => {
  folder = await temporaryFolder();
  const runs = join(folder.path, 'runs');
  const [, script = '', ...args] = fixture('drift', runs);
  const server = await capture({
    name: 'drift',
    session: '01DR1FT0000000000000000000',
    script,
    args,
  });
  for (const name of TOOLS) await server.ask('tools/call', { name, arguments: {} });
  for (const which of ['old', 'new']) await server.call('either', { which });
  await server.close();
  entries = server.entries;
  const command = fixture('drift', runs);
  report = await replayWith(entries, command, {
    control: { runs: 3, connect: connectWords(command) },
  });
  await rm(runs);
});

afterAll(() => folder[Symbol.asyncDispose]());

test('what differs from run to run is masked by its class, in lists and inside texts', () => {
  expect(report.masks.map(({ mask }) => mask).sort()).toEqual(
    [
      'minted:/result/structuredContent/items/*/at=rfc3339',
      'minted:/result/structuredContent/items/*/hash=hex(12)',
      'minted:/result/structuredContent/items/*/id=uuid',
      'minted:/result/structuredContent/items/*/n=int',
      'minted:/result/structuredContent/items/*/since=epoch',
      'minted:/result/structuredContent/path=path',
      'minted:/result/structuredContent/words#/1=int',
      'minted:/result/structuredContent/words#/3=hex(12)',
      'minted:/result/structuredContent/words#/5=rfc3339',
      'seeded:/result/structuredContent/rows/1/at=rfc3339',
    ].sort(),
  );
  expect(report.differences.filter(({ subject }) => subject === 'minted')).toEqual([]);
});

test('what no mask may cover is told with why, and stays a difference', () => {
  const why = Object.fromEntries(
    report.unmaskable.map((one) => [one.place.split(':')[0], one.why]),
  );
  expect(why).toEqual({
    weather: 'no-class',
    either: 'over-broad',
    growing: 'length',
    coming: 'structural',
    changing: 'structural',
    failing: 'root',
  });
  expect(report.equal).toBe(false);
  const told = new Set(report.differences.map(({ subject }) => subject));
  expect(told).toContain('weather');
  expect(told).toContain('either');
  expect(told).not.toContain('seeded');
  expect(told).not.toContain('steady');
});

test('a masked value of another class is a difference', async () => {
  const changed = entries.map((entry) =>
    entry.type === 'message' && entry.text.includes('/tmp/run-')
      ? { ...entry, value: JSON.parse(entry.text.replace(/\/tmp\/run-\d+\/log/, 'nowhere')) }
      : entry,
  );
  const command = fixture('drift', join(folder.path, 'runs'));
  const other = await replayWith(changed, command, {
    control: { runs: 2, connect: connectWords(command) },
  });
  expect(other.differences.filter(({ subject }) => subject === 'minted')).toMatchObject([
    { class: 'value', pointer: '/result/structuredContent/path', recorded: '"nowhere"' },
  ]);
});

test('dates and times of day that are written for people are masked as such', async () => {
  const command = fixture('drift', join(folder.path, 'runs'));
  const text = (value: string) => ({ structuredContent: { value }, content: [] });
  const spoken = tape('drift', [
    ...opening({ server: 'drift' }),
    client(toolCall(1, 'clock')),
    server({ id: 1, result: text('6:27:42 AM') }),
    client(toolCall(2, 'date')),
    server({ id: 2, result: text('Thu Nov 26 2026') }),
  ]);
  const masks = ['clock', 'date'].map((type) => {
    const parsed = parseMask(`${type}:/result/structuredContent/value=${type}`);
    if (!parsed.ok) throw new Error(parsed.detail);
    return parsed.mask;
  });
  const plain = await replayWith(spoken, command);
  const masked = await replayWith(spoken, command, { masks });
  const own = ({ differences }: ClientReport) =>
    differences.filter(({ method }) => method === 'tools/call').map(({ subject }) => subject);
  expect(own(plain).sort()).toEqual(['clock', 'date']);
  expect(own(masked)).toEqual([]);
});
