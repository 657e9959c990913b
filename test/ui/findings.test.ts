/** The findings of a run in a real Chromium: the list, the card with its proof, the way to the timeline and back. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { keepJudgements } from '../../collector/judgements.ts';
import type { Finding } from '../../model/finding.ts';
import { proofOf } from '../../model/finding.ts';
import { statePaths } from '../../model/state.ts';
import type { SessionSummary } from '../../model/summary.ts';
import { workflows } from '../../model/workflow.ts';
import { read } from '../collector/kit.ts';
import { proofFor, refutationFor } from '../kit/judgement.ts';
import {
  expectWords,
  openBrowser,
  type Served,
  serve,
  type VisitOptions,
  violations,
  visit,
} from './kit.ts';
import { hostile, lostUpdates, NASTY, releaseNotes } from './scenes.ts';

let browser: Browser;
let served: Served;
let shots: string;
const routes = new Map<string, string>();

beforeAll(async () => {
  shots = process.env['WIRETAPE_SHOTS'] ?? (await mkdtemp(join(tmpdir(), 'wiretape-shots-')));
  [browser, served] = await Promise.all([
    openBrowser(),
    serve([...releaseNotes(), ...lostUpdates(), ...hostile()]),
  ]);
  const sessions = (await read(served.collector, '/api/sessions')).json<SessionSummary[]>();
  for (const { name, runs } of workflows(sessions)) routes.set(name, `/run/${runs[0]?.id}`);
});

afterAll(async () => {
  await browser?.close();
  await served?.[Symbol.asyncDispose]();
});

async function open(workflow: string, search: string, options: VisitOptions = {}): Promise<Page> {
  const route = `${routes.get(workflow)}${search}`;
  const { page, complaints, ...opened } = await visit(browser, served.collector, {
    ...options,
    route,
  });
  onTestFinished(async () => {
    await opened[Symbol.asyncDispose]();
    expect(complaints).toEqual([]);
  });
  return page;
}

test('a conflict in the list is told of beside it, with its proof, and shown on the timeline', async () => {
  const page = await open('demo A', '');
  await page.getByRole('heading', { name: 'demo A' }).waitFor();
  await page.keyboard.press('c');
  const row = page.getByRole('button', { name: /In-server lost update/ });
  await row.waitFor();
  await page.keyboard.press('ArrowDown');
  await page.waitForFunction(() => /view=findings&find=C03@/.test(location.hash));
  expect(await row.getAttribute('aria-pressed')).toBe('true');
  const card = page.getByRole('complementary').getByRole('article');
  const [finding] = (
    await read(served.collector, '/api/findings?sessions=01DEMOA0000000000000000000')
  ).json<Finding[]>();
  expect(finding && proofOf(finding)?.command).toMatch(/^wiretape explore 01DEMOA0+ --finding /);
  expect(await card.textContent()).toContain(finding && proofOf(finding)?.command);
  expect(await card.textContent()).toContain('Wrong when:');
  await page.screenshot({ path: join(shots, 'findings.png') });
  await page.getByRole('button', { name: 'Show on the timeline' }).click();
  await page.locator('.stage canvas').waitFor();
  await page.waitForFunction(
    () => !/view=findings/.test(location.hash) && /t=/.test(location.hash),
  );
  await page.goBack();
  await row.waitFor();
});

test('a proof is shown where somebody looks, as soon as it is kept', async () => {
  const page = await open('demo A', '?view=findings');
  const row = page.getByRole('button', { name: /In-server lost update/ });
  await row.click();
  const card = page.getByRole('complementary').getByRole('article');
  await card.getByText('observed · critical').waitFor();
  const [finding] = (
    await read(served.collector, '/api/findings?sessions=01DEMOA0000000000000000000')
  ).json<Finding[]>();
  if (!finding) throw new Error('nothing is found');
  const proof = proofFor(finding, { test: '/home/ada/notes/lost.test.ts' });
  onTestFinished(() => rm(statePaths(served.folder).explored, { recursive: true }));
  await keepJudgements(served.folder, [proof]);
  await card.getByText('proven · critical · 100 % sure').waitFor();
  await card.getByText('Proved on 26 Nov 2026 with 2 calls').waitFor();
  await card.getByText('Test: /home/ada/notes/lost.test.ts').waitFor();
  await card.getByText('Run it again').waitFor();
  expect(await row.textContent()).toContain('critical · proven');
  await page.screenshot({ path: join(shots, 'proven-dark.png') });
  await page.emulateMedia({ colorScheme: 'light' });
  await page.screenshot({ path: join(shots, 'proven-light.png') });
  await keepJudgements(served.folder, [refutationFor(finding, { at: '2026-11-27T09:00:00.000Z' })]);
  await card.getByText('observed · critical').waitFor();
  await card.getByText('Explored on 27 Nov 2026: no difference').waitFor();
  await page.screenshot({ path: join(shots, 'refuted-light.png') });
});

test('families are counted and chosen; a link opens what it was made of', async () => {
  const page = await open(`flow ${NASTY}`, '?view=findings', { dark: false });
  const rows = page.getByRole('listitem').getByRole('button');
  await rows.first().waitFor();
  const all = await rows.count();
  const chip = page.getByRole('group', { name: 'Which findings' }).getByRole('button');
  await chip.filter({ hasText: 'Protocol' }).click();
  expect(await rows.count()).toBeLessThanOrEqual(all);
  await rows.first().click();
  await page.screenshot({ path: join(shots, 'findings-hostile.png') });
  await page.waitForFunction(() => /find=P-/.test(location.hash));
  const address = await page.evaluate(() => location.hash.replace(/^#/, ''));
  const again = await open(`flow ${NASTY}`, address.slice(address.indexOf('?')));
  await again.getByRole('complementary').getByRole('article').waitFor();
  await expectWords(again);
});

test('a run without findings says so', async () => {
  const page = await open('draft release notes', '?view=findings');
  await page.getByText('Nothing was found').waitFor();
});

test.each([
  ['dark', true, 1440],
  ['light', false, 1440],
  ['narrow', true, 600],
] as const)('is accessible: %s', async (name, dark, width) => {
  const page = await open('demo A', '?view=findings', { dark, width });
  await page.getByRole('button', { name: /In-server lost update/ }).click();
  await page.getByRole('complementary').getByRole('article').waitFor();
  await page.screenshot({ path: join(shots, `findings-${name}.png`) });
  expect(await violations(page)).toEqual([]);
});
