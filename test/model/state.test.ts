import { describe, expect, test } from 'vitest';
import { parseReference, reference } from '../../model/entry.ts';
import {
  collectorSocket,
  isStatOf,
  parseProcStat,
  stateFolder,
  statePaths,
} from '../../model/state.ts';

describe('the state folder', () => {
  const cases: readonly [platform: string, environment: Record<string, string>, folder: string][] =
    [
      ['linux', {}, '/home/anna/.local/state/wiretape'],
      ['linux', { XDG_STATE_HOME: '/data/state' }, '/data/state/wiretape'],
      ['linux', { XDG_STATE_HOME: 'state' }, '/home/anna/.local/state/wiretape'],
      ['linux', { XDG_STATE_HOME: '' }, '/home/anna/.local/state/wiretape'],
      ['darwin', {}, '/home/anna/Library/Application Support/wiretape'],
      ['darwin', { XDG_STATE_HOME: '/data/state' }, '/data/state/wiretape'],
      [
        'win32',
        { LOCALAPPDATA: 'C:\\Users\\anna\\AppData\\Local' },
        'C:\\Users\\anna\\AppData\\Local\\wiretape',
      ],
    ];
  test.each(cases)('%s %j', (platform, environment, folder) => {
    expect(stateFolder(platform, environment, '/home/anna')).toBe(folder);
  });

  test('holds everything by a name of its own', () => {
    const paths = Object.values(statePaths('/s'));
    expect(new Set(paths).size).toBe(paths.length);
    for (const path of paths) expect(path).toMatch(/^\/s\/[a-z.]+$/);
  });
});

describe('the socket of the collector', () => {
  test('stands in the state folder where its path is short enough', () => {
    expect(collectorSocket('linux', '/home/anna/state', '/tmp')).toBe(
      '/home/anna/state/collector.sock',
    );
    const edge = `/${'a'.repeat(84)}`;
    expect(collectorSocket('linux', edge, '/tmp')).toBe(`${edge}/collector.sock`);
  });

  test('else stands in a folder of its own, by bytes and not by letters', () => {
    for (const state of [`/${'a'.repeat(85)}`, `/${'ä'.repeat(50)}`]) {
      expect(collectorSocket('linux', state, '/tmp')).toMatch(
        /^\/tmp\/wiretape-[0-9a-f]{16}\/collector\.sock$/,
      );
    }
  });

  test('is a pipe on Windows, another for each folder', () => {
    const pipe = (state: string) => collectorSocket('win32', state, 'C:\\Temp');
    expect(pipe('C:\\a')).toMatch(/^\\\\\.\\pipe\\wiretape-[0-9a-f]{16}$/);
    expect(pipe('C:\\a')).not.toBe(pipe('C:\\b'));
  });
});

test('a process is told apart from others of its number by when it started', () => {
  const fields = (name: string) =>
    `41 (${name}) S 7 41 41 0 -1 4194304 100 0 0 0 1 2 0 0 20 0 1 0 881234 9000000 200`;
  const expected = { parent: 7, started: '881234' };
  expect(parseProcStat(fields('node'))).toEqual({ command: 'node', ...expected });
  expect(parseProcStat(fields('a) S 9 (b'))).toEqual({ command: 'a) S 9 (b', ...expected });
  for (const text of ['', '41', '41 (node', '41 (node) S', ')']) {
    expect(parseProcStat(text)).toBeUndefined();
  }
});

test('a message is named by session and seq, and by its place in a batch', () => {
  expect(reference('01AB', 7)).toBe('01AB:7');
  expect(parseReference('01AB:7')).toEqual({ session: '01AB', seq: 7 });
  expect(parseReference(reference('01AB', 7, 0))).toEqual({ session: '01AB', seq: 7, item: 0 });
  for (const text of ['', '01AB', '01AB:', ':7', '01AB:x', '01AB:7/', '01AB:7/1/2', 'a:b:7']) {
    expect(parseReference(text)).toBeUndefined();
  }
});

test('a stat is that of an owner unless it started at another time, or has ended', () => {
  const stat = (state: string) => `7 (node) ${state} 1 ${'0 '.repeat(17)}4711 0`;
  const { started } = parseProcStat(stat('S')) ?? { started: '' };
  expect(isStatOf({ started }, stat('S'))).toBe(true);
  expect(isStatOf({ started }, stat('Z'))).toBe(false);
  expect(isStatOf({ started: `${started}0` }, stat('S'))).toBe(false);
});
