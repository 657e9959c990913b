// Programs that end without closing the taps inside them: they end as they would without, and their sessions are shown
// as ended, with what was open.
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { viewsOf } from '../../model/view.ts';
import { wiretape } from '../cli/wiretape.ts';
import { built, ROOT } from '../kit/built.ts';
import { inOrder, journal, journals, run, server, temporaryFolder } from './kit.ts';

const KINDS = [
  'transportV1',
  'serverV1',
  'transportV2',
  'fetchV1',
  'fetchV2',
  'factoryV2',
] as const;

const ENDS = [
  ['exits', { code: 3, signal: null }],
  ['throws', { code: 1, signal: null }],
  ['killed', { code: null, signal: 'SIGKILL' }],
] as const;

async function ended(kind: string, how: string, state: string, ...more: string[]) {
  await built();
  const entry = join(ROOT, 'dist/tap/index.js');
  return await run([...server('unclosed'), entry, state, kind, how, ...more]);
}

test.each(KINDS)('%s: a program that exits, throws or is killed', async (kind) => {
  const states = await Promise.all(ENDS.map(temporaryFolder));
  const endings = ENDS.map(async ([how, end], at) => {
    const state = states[at] ?? '';
    const { stderr, ...was } = await ended(kind, how, state);
    expect([how, was]).toMatchObject([how, end]);
    expect(String(stderr)).not.toContain('wiretape');
    await shownAsEnded(kind, state, how === 'killed' ? undefined : 'the program ended');
  });
  await Promise.all(endings);
});

async function shownAsEnded(kind: string, state: string, reason?: string): Promise<void> {
  const all = await journals(state);
  const sessions = all.flatMap(({ entries }) => viewsOf(entries)).map(({ session }) => session);
  const calls = sessions
    .flatMap((session) => session.calls)
    .filter(({ method }) => method === 'tools/call');
  expect(calls.filter(({ state: is }) => is === 'answered')).toHaveLength(1);
  if (reason !== undefined)
    expect(all.map(({ entries }) => inOrder(entries).at(-1))).toMatchObject(
      all.map(() => ({ type: 'end', reason })),
    );
  const { stdout } = await wiretape(['ls', '--json', '--state', state]);
  const listed: unknown[] = JSON.parse(stdout).sessions;
  expect(listed).toHaveLength(all.length);
  expect(listed).toMatchObject(all.map(() => ({ name: kind, phase: 'ended', openCount: 0 })));
}

test('a program that has nothing more to do ends, its taps open', async () => {
  const state = await temporaryFolder();
  const was = await ended('transportV1', 'falls', state);
  expect(was).toMatchObject({ code: 0, signal: null });
  expect(String(was.stderr)).toBe('');
  expect(inOrder((await journal(state)).entries).at(-1)).toMatchObject({ type: 'end' });
});

test('a recording that could not be written any more is said, and can be had', async () => {
  const state = await temporaryFolder();
  const file = join(state, 'whole.tape.jsonl');
  const { code, stderr } = await ended('transportV1', 'exits', state, file);
  expect(code).toBe(3);
  const [, words = ''] = /The session is kept: wiretape (.*)\n/.exec(String(stderr)) ?? [];
  expect((await wiretape([...words.split(' '), '--state', state])).code).toBe(0);
  expect((await wiretape(['validate', file])).code).toBe(0);
});
