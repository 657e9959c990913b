/** Spans of others in the page: before and after the messages of their trace, of servers too, and hostile ones. */
import { join } from 'node:path';
import process from 'node:process';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import type { Entry } from '../../model/entry.ts';
import type { ForeignSpan } from '../../model/otel/foreign-span.ts';
import type { SessionSummary } from '../../model/summary.ts';
import { workflows } from '../../model/workflow.ts';
import { connectTap, type Running, read, until } from '../collector/kit.ts';
import { send, takingCollector } from '../collector/otlp/kit.ts';
import { client, opening, server, tape, toolText } from '../kit/entries.ts';
import { foreignSpan, spanIdOf, traceIdOf } from '../kit/spans.ts';
import { expectWords, openBrowser, UI, visit } from './kit.ts';
import { NASTY } from './scenes.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser?.close());

const WALL = '2026-11-22T09:00:00.000Z';
const at = (ms: number): bigint => BigInt(Date.parse(WALL) + ms) * 1_000_000n;
const traceparent = `00-${traceIdOf(1)}-${spanIdOf(1)}-01`;
const params = { name: 'save', arguments: {}, _meta: { traceparent } };
const entries = tape(
  'store',
  [
    ...opening({ client: 'agent' }),
    client({ id: 9, method: 'tools/call', params }, { at: 100_000 }),
    server(toolText(9, 'ok'), { at: 300_000 }),
  ],
  { wall: WALL, head: { host: { pid: 1, started: '1', name: 'node' } } },
);
const turn = foreignSpan(1, 0, { name: 'invoke_agent', start: at(-500), end: at(400) });
const tool = foreignSpan(1, 1, {
  name: 'execute_tool save',
  parentSpanId: turn.spanId,
  start: at(90),
  end: at(310),
});
const answering = foreignSpan(1, 2, {
  name: 'tools/call save',
  kind: 'server',
  parentSpanId: tool.spanId,
  start: at(150),
  end: at(290),
});

/** A request of an exporter, for spans of one service. */
function otlp(service: string, ...spans: readonly ForeignSpan[]): string {
  const value = (text: string) => ({ stringValue: text });
  return JSON.stringify({
    resourceSpans: [
      {
        resource: { attributes: [{ key: 'service.name', value: value(service) }] },
        scopeSpans: [
          {
            scope: { name: service },
            spans: spans.map(({ traceId, spanId, parentSpanId, name, ...span }) => ({
              traceId,
              spanId,
              ...(parentSpanId && { parentSpanId }),
              name,
              kind: span.kind === 'server' ? 2 : 1,
              startTimeUnixNano: String(span.start),
              endTimeUnixNano: String(span.end),
              attributes: Object.entries(span.attributes).map(([key, one]) => ({
                key,
                value: value(String(one)),
              })),
              events: [{ timeUnixNano: String(span.end), name: `${name} over` }],
              status: span.status === 'error' ? { code: 2, message: span.statusMessage } : {},
            })),
          },
        ],
      },
    ],
  });
}

async function sendSpans(collector: Running, service: string, ...spans: readonly ForeignSpan[]) {
  const answer = await send(collector, '/v1/traces', { body: otlp(service, ...spans) });
  expect({ status: answer.status, said: answer.body.toString() }).toMatchObject({ status: 200 });
}

async function sendEntries(collector: Running, own: readonly Entry[]): Promise<void> {
  const tap = await connectTap(collector.socket, collector.writeToken);
  tap.send(own);
  await tap.acknowledged(own[0]!.session, own.at(-1)!.seq);
  await tap.close();
}

/** The page on the run of the trace, without a complaint until the test ends. */
async function openRun(collector: Running, search = ''): Promise<Page> {
  const route = await until(async () => {
    const sessions = (await read(collector, '/api/sessions')).json<SessionSummary[]>();
    const runs = workflows(sessions).flatMap((workflow) => workflow.runs);
    const run = runs.find(({ trace }) => trace === traceIdOf(1));
    return run && `/run/${run.id}${search}`;
  }, 'a run of the trace');
  const { page, complaints, ...opened } = await visit(browser, collector, { route });
  onTestFinished(async () => {
    await opened[Symbol.asyncDispose]();
    expect(complaints).toEqual([]);
  });
  return page;
}

test('spans that come after the messages appear in the open page, and take the place of what was inferred', async () => {
  const collector = await takingCollector({ ui: UI });
  await sendEntries(collector, entries);
  const page = await openRun(collector);
  await page.getByRole('gridcell', { name: /^batch 1 \(inferred\)/ }).waitFor();
  await sendSpans(collector, 'agent', tool);
  await page.getByRole('gridcell', { name: /^execute_tool save, 220 ms$/ }).waitFor();
  expect(await page.getByRole('gridcell', { name: /inferred/ }).count()).toBe(0);
  await sendSpans(collector, 'agent', turn);
  await page.getByRole('gridcell', { name: /^invoke_agent, 900 ms$/ }).waitFor();
  expect(await page.locator('h1 ~ .chip').first().textContent()).toBe('900 ms');
});

test('spans that came before the messages are there, and those of a server stand below its lane', async () => {
  const collector = await takingCollector({ ui: UI });
  await sendSpans(collector, 'agent', turn, tool);
  await sendSpans(collector, 'store', answering);
  await sendEntries(collector, entries);
  const page = await openRun(collector);
  await page.getByRole('gridcell', { name: /^tools\/call save, 140 ms$/ }).waitFor();
  const headers = await page.getByRole('rowheader').allInnerTexts();
  expect(headers.map((text) => text.split(/\s*\n\s*/).slice(0, 2))).toEqual([
    ['agent', 'host · pid 1'],
    ['store', expect.stringContaining('stdio')],
    ['store', 'its own spans'],
  ]);
  // Down the lanes to the call, whose card leads to what its server did.
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowDown');
  const inspector = page.getByRole('complementary');
  await inspector.getByRole('heading', { name: /tools\/call save/ }).waitFor();
  const own = inspector.getByRole('region', { name: "Its server's own spans" });
  await own.getByRole('button', { name: /tools\/call save/ }).click();
  await page.waitForFunction((id) => location.hash.includes(`sel=span@${id}`), answering.spanId);
  await inspector.getByRole('region', { name: 'Part of' }).getByText('invoke_agent').waitFor();
  await page.getByRole('gridcell', { name: /^tools\/call save/, selected: true }).waitFor();
  // The address alone shows the same again.
  await page.reload();
  await page.getByRole('gridcell', { name: /^tools\/call save/, selected: true }).waitFor();
  await inspector.getByRole('heading', { name: /store · tools\/call save/ }).waitFor();
});

/** A request of an exporter, for log records of one span; `text` is what each says, by its time. */
function otlpLogs({ traceId, spanId }: ForeignSpan, texts: readonly (readonly [bigint, string])[]) {
  const logRecords = texts.map(([time, text]) => ({
    timeUnixNano: String(time),
    severityNumber: 9,
    eventName: 'gen_ai.user.message',
    body: { kvlistValue: { values: [{ key: 'content', value: { stringValue: text } }] } },
    traceId,
    spanId,
  }));
  return JSON.stringify({ resourceLogs: [{ scopeLogs: [{ logRecords }] }] });
}

test('log records of a span stand among its events by time, whenever they come, and stay words', async () => {
  const collector = await takingCollector({ ui: UI });
  const say = async (...texts: (readonly [bigint, string])[]) => {
    const { status } = await send(collector, '/v1/logs', { body: otlpLogs(tool, texts) });
    expect(status).toBe(200);
  };
  await say([at(400), 'what came last'], [at(100), NASTY]);
  await sendEntries(collector, entries);
  const page = await openRun(collector);
  await sendSpans(collector, 'agent', tool);
  await page.getByRole('gridcell', { name: /^execute_tool save/ }).waitFor();
  await page.keyboard.press('ArrowRight');
  const inspector = page.getByRole('complementary');
  const lines = inspector.getByRole('region', { name: 'Events' }).getByRole('treeitem');
  await lines.filter({ hasText: 'what came last' }).waitFor();
  await say([at(200), 'what came later']);
  await lines.filter({ hasText: 'what came later' }).waitFor();
  const told = async (name: string) =>
    (await lines.filter({ hasText: `"${name}":` }).allInnerTexts()).map((text) => text.trim());
  expect(await told('at')).toEqual(
    ['0.010000', '0.110000', '0.220000', '0.310000'].map((time) => `"at": "${time} s",`),
  );
  expect(await told('content')).toEqual([
    expect.stringContaining('img'),
    '"content": "what came later"',
    '"content": "what came last"',
  ]);
  await expectWords(page);
});

test('spans too deep for a row of their own stand in the last one, and are reached as all others', async () => {
  const collector = await takingCollector({ ui: UI });
  await sendEntries(collector, entries);
  const chain = Array.from({ length: 300 }, (_, depth) =>
    foreignSpan(1, 100 + depth, {
      name: `deep ${depth}`,
      ...(depth > 0 && { parentSpanId: spanIdOf(99 + depth) }),
      start: at(depth),
      end: at(1000 - depth),
      attributes: {},
    }),
  );
  await sendSpans(collector, 'agent', ...chain);
  const page = await openRun(collector);
  await page.getByRole('rowheader').getByText('252 deeper, in one row').waitFor();
  const selected = (depth: number) =>
    page.getByRole('gridcell', { name: `deep ${depth}, `, selected: true }).waitFor();
  await page.evaluate((id) => {
    location.hash += `${location.hash.includes('?') ? '&' : '?'}sel=span@${id}`;
  }, spanIdOf(399));
  await selected(299);
  await page.keyboard.press('ArrowLeft');
  await selected(298);
  const inspector = page.getByRole('complementary');
  await inspector.getByRole('region', { name: 'Part of' }).getByText('deep 297').click();
  await selected(297);
  await inspector.getByRole('region', { name: 'Holds' }).getByText('deep 298').click();
  await selected(298);
  // In the middle of the row is the innermost.
  const words = await page.getByText('252 deeper, in one row').boundingBox();
  const sheet = await page.locator('.sheet canvas').boundingBox();
  await page.mouse.click(sheet!.x + sheet!.width / 2, words!.y + words!.height / 2);
  await selected(299);
  const drawn = process.env['WIRETAPE_SHOTS'];
  if (drawn) await page.screenshot({ path: join(drawn, 'deep-spans.png') });
});

test('words of hostile spans stay words, and what they claim of each other does no harm', async () => {
  const collector = await takingCollector({ ui: UI });
  await sendEntries(collector, entries);
  const bad = foreignSpan(1, 5, {
    name: NASTY,
    parentSpanId: spanIdOf(6),
    start: at(10),
    end: at(200),
    status: 'error',
    statusMessage: NASTY,
    attributes: { [NASTY]: NASTY, __proto__: NASTY, 'gen_ai.tool.name': NASTY },
  });
  const circle = { ...bad, spanId: spanIdOf(6), parentSpanId: bad.spanId };
  const early = foreignSpan(1, 7, { name: 'from 1970', start: 0n, end: 1n });
  await sendSpans(collector, NASTY, bad, circle, early);
  const page = await openRun(collector);
  await page.getByText('1 span outside').waitFor();
  await page
    .getByRole('gridcell', { name: /failed$/ })
    .first()
    .waitFor();
  await page.keyboard.press('ArrowRight');
  const inspector = page.getByRole('complementary');
  await inspector.getByRole('region', { name: 'Part of' }).waitFor();
  await inspector.getByRole('region', { name: 'Holds' }).waitFor();
  await inspector.getByRole('tree', { name: 'Events' }).waitFor();
  await expectWords(page);
  await page.keyboard.press('l');
  await page.getByRole('grid', { name: 'Messages and spans' }).waitFor();
  await page.getByText('window.hacked=2').first().waitFor();
  await expectWords(page);
});

/** What the rows of the list say: how they cross, whose they are, what they are. */
const rowsOf = (page: Page): Promise<string[]> =>
  page.getByRole('row').evaluateAll((rows) =>
    rows.slice(1).map((row) => {
      const [, , lane, direction, name] = row.querySelectorAll('[role=gridcell]');
      const way = direction?.getAttribute('aria-label') ?? '';
      return [way, lane?.textContent, name?.textContent].map((text) => text?.trim()).join(' · ');
    }),
  );

test('in the list spans stand among the messages by time, are gone to by key, and are looked for as rows are', async () => {
  const collector = await takingCollector({ ui: UI });
  const failed = { ...answering, status: 'error' as const, statusMessage: 'disk full' };
  await sendEntries(collector, entries);
  await sendSpans(collector, 'store', failed);
  const page = await openRun(collector, '?view=list');
  await page.getByRole('gridcell', { name: /^span$/ }).waitFor();
  // What comes while it is open finds its place.
  await sendSpans(collector, 'agent', turn, tool);
  await page.getByRole('gridcell', { name: 'invoke_agent' }).waitFor();
  expect(await rowsOf(page)).toEqual([
    'span · agent · invoke_agent',
    'span · agent · execute_tool save',
    'to the server · store · tools/call save',
    'span · store · tools/call save',
    'from the server · store · result save',
  ]);
  const inspector = page.getByRole('complementary');
  await page.keyboard.press('Home');
  await inspector.getByRole('heading', { name: 'agent · invoke_agent' }).waitFor();
  await page.keyboard.press('ArrowDown');
  await inspector.getByRole('heading', { name: 'agent · execute_tool save' }).waitFor();
  expect(await page.locator('#selected-row').textContent()).toContain('execute_tool save');
  await page.keyboard.press('End');
  await page.keyboard.press('ArrowUp');
  await inspector.getByText('disk full').waitFor();
  await page.keyboard.press('/');
  for (const [query, found] of [
    ['kind:span', ['invoke_agent', 'execute_tool save', 'tools/call save']],
    ['kind:span is:error', ['tools/call save']],
    ['server:agent', ['invoke_agent', 'execute_tool save']],
    ['execute_tool', ['execute_tool save']],
    [`id:${turn.spanId}`, ['invoke_agent']],
  ] as const) {
    await page.locator('#query').fill(query);
    await page.waitForFunction(
      (count) => document.querySelectorAll('[role=row]').length === count,
      found.length + 1,
    );
    expect((await rowsOf(page)).map((text) => text.split(' · ')[2])).toEqual(found);
  }
});
