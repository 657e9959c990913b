// JUnit XML: what CI systems read, whatever peers have said.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { junit } from '../../cli/junit.ts';
import { writeRecording } from '../../model/recording.ts';
import { client, ends, opening, tape, toolCall } from '../kit/entries.ts';
import { temporaryFolder, wiretape } from './wiretape.ts';

test('cases stand in a text that XML can hold', () => {
  const hostile = '<&">]]>\u0000\u202e\ufffe\n\ud800 \u{1f600}';
  const text = junit('s', [
    { name: 'fine', failure: undefined },
    { name: hostile, failure: hostile },
  ]);
  // Characters of XML 1.0 only (section 2.2), and no markup but ours.
  expect(text).toMatch(/^[\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]*$/u);
  expect(text.match(/<[a-z/?]+/g)).toEqual([
    '<?xml',
    '<testsuites',
    '<testsuite',
    '<testcase',
    '<testcase',
    '<failure',
    '</failure',
    '</testcase',
    '</testsuite',
    '</testsuites',
  ]);
  expect(text).toContain('tests="2" failures="1"');
});

test('check writes its findings, failing as --fail-on says', async () => {
  await using folder = await temporaryFolder();
  const [file, report] = ['a.tape.jsonl', 'junit.xml'].map((name) => join(folder.path, name)) as [
    string,
    string,
  ];
  await writeFile(
    file,
    writeRecording(tape('notes', [...opening(), client(toolCall(1, 'lost')), ends()])),
  );
  const run = async (...words: string[]) => {
    const { code } = await wiretape(['check', file, '--junit', report, ...words]);
    return { code, text: await readFile(report, 'utf8') };
  };
  const failing = await run();
  expect(failing).toEqual({ code: 1, text: expect.stringContaining('tests="1" failures="1"') });
  expect(failing.text).toContain('name="unanswered-request ');
  expect(await run('--fail-on', 'critical')).toEqual({
    code: 0,
    text: expect.stringContaining('tests="1" failures="0"'),
  });
  await writeFile(file, writeRecording(tape('notes', [...opening(), ends()])));
  expect(await run()).toEqual({ code: 0, text: expect.stringContaining('name="nothing found"/>') });
  expect((await wiretape(['check', file, '--fail-on', 'breaking'])).stderr).toContain(
    '[wrong-usage]',
  );
  expect((await wiretape(['check', file, '--update'])).stderr).toContain('[wrong-usage]');
});
