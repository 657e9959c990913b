// `wiretape replay workflow` as its users run it: the built program, a client of three servers, and no server.
import { access, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Folder, start, temporaryFolder, wiretape } from '../../cli/wiretape.ts';
import { AGENT, type Desk, recordDesk, releasedServer } from './desk.ts';

let folder: Folder;
let desk: Desk;
const at = (name: string): string => join(folder.path, name);
const state = () => ['--state', at('state')];

beforeAll(async () => {
  folder = await temporaryFolder();
  desk = await recordDesk(folder.path);
});

afterAll(() => folder[Symbol.asyncDispose]());

const agent = ['--', process.execPath, AGENT];

const replay = (options: readonly string[], env: Readonly<Record<string, string>> = {}) =>
  wiretape(['replay', 'workflow', desk.tape, ...state(), ...options], { env });

describe('an agent over three servers, without the servers', () => {
  test('gets to know the same, in the same order', async () => {
    const report = at('report.json');
    const ran = await replay(['--strict', '--report', report, ...agent]);
    expect(ran.code).toBe(0);
    expect(JSON.parse(ran.stdout)).toEqual(JSON.parse(desk.told));
    expect(ran.stderr).toContain('The workflow was as recorded: 3 sessions');
    expect(JSON.parse(await readFile(report, 'utf8'))).toMatchObject({
      equal: true,
      gate: { order: 'kept', relaxed: [] },
      sessions: [{ equal: true }, { equal: true }, { equal: true }],
      client: { code: 0, signal: null },
    });
  });
});
