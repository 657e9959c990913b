// The command that proves a finding runs as it is printed, wherever the recording and its state are.
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { writeRecording } from '../../model/recording.ts';
import { shellWord } from '../../model/shell-word.ts';
import { LOST_EDIT } from '../analysis/lost-edit.ts';
import { ms, scene } from '../analysis/scene.ts';
import { ends } from '../kit/entries.ts';
import { MAIN, start, wiretape } from './wiretape.ts';

/** A name that a shell would take apart, or run. */
const NAME = `my "run's" $(touch ran); x.tape.jsonl`;
const STATE = "a state's folder";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wiretape-prove-'));
  const entries = scene('files', LOST_EDIT, { steps: [{ ...ends(), at: ms(80) }] });
  await writeFile(join(folder, NAME), writeRecording(entries));
  await writeFile(join(folder, 'plain.tape.jsonl'), writeRecording(scene('other', LOST_EDIT)));
  // The command gets as far as to what may be run.
  await writeFile(join(folder, 'servers.jsonc'), '{ "files": { "explorable": false } }');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const run = (...words: string[]) => wiretape(words, { cwd: folder });

/** Runs a printed command in a shell. */
async function inShell(command: string): Promise<string> {
  const [, rest = ''] = /^wiretape (.+)$/.exec(command) ?? [];
  const line = `${shellWord(process.execPath)} ${shellWord(MAIN)} ${rest}`;
  return new Promise((resolve) => {
    execFile('/bin/sh', ['-c', line], { cwd: folder }, (_, __, stderr) => resolve(stderr));
  });
}

const REFUSED = 'files stands in servers.jsonc, and is not marked as explorable.';

test('of a file it names the file, in a text, in JSON, in JUnit and in SARIF', async () => {
  const [junit, sarif] = ['check.xml', 'check.sarif'];
  const words = ['check', NAME, 'plain.tape.jsonl', '--state', STATE];
  const { stdout } = await run(...words, '--junit', junit, '--sarif', sarif);
  const commands = stdout.match(/(?<=Prove it: )wiretape explore '.+/g) ?? [];
  const [command = ''] = commands;
  expect(command).toContain(`wiretape explore ${shellWord(NAME)} --finding `);
  expect(command).toContain(` --servers servers.jsonc --state ${shellWord(STATE)}`);
  expect(await inShell(command)).toContain(REFUSED);
  const { findings } = JSON.parse((await run(...words, '--json')).stdout);
  expect(findings).toContainEqual(expect.objectContaining({ prove: command }));
  const document = JSON.parse(await readFile(join(folder, sarif), 'utf8'));
  const results = document.runs[0].results as { properties: object }[];
  expect(results.map(({ properties }) => properties)).toContainEqual(
    expect.objectContaining({ prove: command }),
  );
  expect(await readFile(join(folder, junit), 'utf8')).toContain('Prove it: wiretape explore ');
});

test('in the usual state folder it does not name that', async () => {
  const { stdout } = await run('check', 'plain.tape.jsonl');
  expect(stdout).toMatch(
    /Prove it: wiretape explore plain\.tape\.jsonl --finding \w+ --servers servers\.jsonc\n/,
  );
});

test('the page of opened files names these', async () => {
  await using opened = start(['open', NAME, '--no-browser', '--json', '--state', STATE], {
    cwd: folder,
  });
  const [, origin, token] = await opened.says(/"address":"(.+)\/#token=([^"]+)"/);
  const headers = { authorization: `Bearer ${token}` };
  const sessions = await (await fetch(`${origin}/api/sessions`, { headers })).json();
  const [{ id }] = sessions as [{ id: string }];
  const answer = await fetch(`${origin}/api/findings?sessions=${id}`, { headers });
  expect(await answer.json()).toContainEqual(
    expect.objectContaining({
      rule: 'in-server-lost-update',
      origin: { recordings: [NAME], state: STATE },
    }),
  );
});
