/** The built page in a real Chromium, before a real collector: what a person sees, clicks and types. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { gzipSync } from 'node:zlib';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { otlpText } from '../../cli/export-otlp.ts';
import type { SessionSummary } from '../../model/summary.ts';
import { viewsOf } from '../../model/view.ts';
import { workflows } from '../../model/workflow.ts';
import { xOf } from '../../ui/timeline/scale.ts';
import { connectTap, read, runCollector } from '../collector/kit.ts';
import { client, ends, http, opening, server, tape, toolCall, toolText } from '../kit/entries.ts';
import {
  expectWords,
  openBrowser,
  type Served,
  serve,
  UI,
  type Visit,
  type VisitOptions,
  violations,
  visit,
} from './kit.ts';
import { hostile, lostUpdates, NASTY, releaseNotes } from './scenes.ts';

interface AnySpans {
  readonly scopeSpans: readonly [{ readonly spans: readonly unknown[] }];
}

let browser: Browser;
let served: Served;
let shots: string;
/** The route of the run of each workflow, by the workflow's name. */
const routes = new Map<string, string>();

beforeAll(async () => {
  if (!existsSync(join(UI, 'index.html'))) throw new Error('The page is not built: npm run build');
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

async function open(route: string, options: VisitOptions = {}): Promise<Visit> {
  const opened = await visit(browser, served.collector, { ...options, route });
  onTestFinished(() => opened[Symbol.asyncDispose]());
  return opened;
}

const run = (name: string, search = ''): string => `${routes.get(name)}${search}`;
const hashOf = (page: Page): Promise<string> => page.evaluate(() => location.hash);

/** Waits until the address says so: it follows what is on screen by a fifth of a second. */
async function untilHash(page: Page, fits: RegExp): Promise<void> {
  await page.waitForFunction((source) => new RegExp(source).test(location.hash), fits.source);
}

/** The colours on screen of the pixels along the edge of a pane, each once. */
async function coloursAround(page: Page, pane: Locator): Promise<string[]> {
  const box = await pane.boundingBox();
  const png = (await page.screenshot({ clip: box! })).toString('base64');
  return page.evaluate(async (source) => {
    const image = new Image();
    image.src = `data:image/png;base64,${source}`;
    await image.decode();
    const { width, height } = image;
    const context = new OffscreenCanvas(width, height).getContext('2d')!;
    context.drawImage(image, 0, 0);
    const { data } = context.getImageData(0, 0, width, height);
    const colours = new Set<string>();
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x += y === 0 || y === height - 1 ? 1 : width - 1) {
        const at = (y * width + x) * 4;
        colours.add(data.slice(at, at + 3).join(' '));
      }
    }
    return [...colours];
  }, png);
}

/** The middle of a bar on screen: in the first slot of a lane, at a moment of the shown range. */
async function pointAt(
  page: Page,
  lane: string,
  time: number,
  range: { from: number; to: number },
) {
  const header = await page.getByRole('rowheader').filter({ hasText: lane }).boundingBox();
  const canvas = await page.locator('.stage canvas').boundingBox();
  if (!header || !canvas) throw new Error(`no lane ${lane}`);
  return { x: canvas.x + xOf({ ...range, width: canvas.width }, time), y: header.y + 20 };
}

/** How many pixels of a canvas are not blank. */
function painted(page: Page, selector: string): Promise<number> {
  return page.locator(selector).evaluate((element) => {
    const canvas = element as HTMLCanvasElement;
    const pixels =
      canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
    return pixels.filter((value, index) => index % 4 === 3 && value > 0).length;
  });
}

describe('home', () => {
  test('lists workflows with their servers and counts, and leads to a run and to sessions', async () => {
    const { page, complaints } = await open('/');
    const card = page.getByRole('article').filter({ hasText: 'demo A' });
    await card.getByText('1 conflict').waitFor();
    expect(await card.textContent()).toMatch(/memory[\s\S]*23 calls[\s\S]*1 conflict/);
    expect(await hashOf(page)).toBe('#/');
    await page.getByRole('link', { name: /Sessions/ }).click();
    expect(await page.getByRole('row').count()).toBe(7);
    await page.goBack();
    const [newest] = await card.getByRole('listitem').getByRole('link').all();
    const title = card.getByRole('heading').getByRole('link');
    expect(await title.getAttribute('href')).toBe(await newest?.getAttribute('href'));
    await title.click();
    await page.getByRole('heading', { name: 'demo A' }).waitFor();
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('main');
    expect(await page.title()).toBe('demo A · wiretape');
    expect(complaints).toEqual([]);
  });

  test('filters by name', async () => {
    const { page } = await open('/');
    await page.getByRole('article').first().waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('jira');
    await page.waitForFunction(() => document.querySelectorAll('article').length === 1);
    expect(await page.getByRole('article').textContent()).toContain('draft release notes');
  });

  test('without a token says how to get in, and asks for nothing', async () => {
    const page = await browser.newPage();
    onTestFinished(() => page.close());
    const asked: string[] = [];
    page.on('request', (request) => asked.push(new URL(request.url()).pathname));
    await page.goto(served.collector.address);
    await page.getByText('wiretape open').waitFor();
    expect(asked.filter((path) => path.startsWith('/api'))).toEqual([]);
  });

  test.each([
    ['https://example.org/', '#/'],
    ['//example.org/run/x', '#/'],
    ['javascript:alert(1)', '#/'],
    ['/run/a/../../x', '#/'],
    ['/sessions', '#/sessions'],
  ])('the printed address leads to routes of the page only: %s', async (target, hash) => {
    const { page, complaints } = await open(target);
    await page.getByRole('heading', { level: 1 }).waitFor();
    expect(await page.evaluate(() => location.href)).toBe(`${served.collector.address}/${hash}`);
    const kept = await page.evaluate(() => sessionStorage.getItem('wiretape-token'));
    expect(kept).toBe(served.collector.token);
    expect(complaints).toEqual([]);
  });

  test('with a token that is wrong says what the collector says', async () => {
    const page = await browser.newPage();
    onTestFinished(() => page.close());
    await page.goto(`${served.collector.address}/#token=wrong`);
    await page.getByText('A token is needed').waitFor();
  });
});

describe('the timeline', () => {
  const RANGE = { from: 1_790_000, to: 3_000_000 };

  test('shows lanes and bars, in the dark and in the light', async () => {
    for (const dark of [true, false]) {
      const { page, complaints } = await open(run('draft release notes', '?t=1.79-3'), { dark });
      await page.getByRole('rowheader', { name: 'filesystem' }).waitFor();
      expect(
        await page
          .getByRole('rowheader')
          .evaluateAll((all) => all.map((one) => one.querySelector('.name')?.textContent)),
      ).toEqual(['claude-desktop', 'github', 'jira', 'memory', 'filesystem']);
      expect(await page.getByRole('gridcell', { name: 'update_issue, 363 ms' }).count()).toBe(1);
      await expect.poll(() => painted(page, '.stage canvas')).toBeGreaterThan(20_000);
      await page.getByText('slow_index').first().waitFor();
      await page.screenshot({ path: join(shots, `timeline-${dark ? 'dark' : 'light'}.png`) });
      expect(await page.evaluate(() => document.querySelectorAll('*').length)).toBeLessThan(2500);
      expect(complaints).toEqual([]);
    }
  });

  test('a click on a bar opens its two messages', async () => {
    const { page, complaints } = await open(run('draft release notes', '?t=1.79-3'));
    await page.getByRole('rowheader', { name: 'jira' }).waitFor();
    const point = await pointAt(page, 'jira', 2_400_000, RANGE);
    await page.mouse.move(point.x, point.y);
    await page.locator('.sheet p', { hasText: 'update_issue, 363 ms' }).waitFor();
    await page.mouse.click(point.x, point.y);
    await page.getByRole('tree', { name: 'Response' }).waitFor();
    expect(await page.getByRole('tree', { name: 'Request' }).textContent()).toContain(
      '"key": "REL-214",',
    );
    expect(await page.getByRole('tree', { name: 'Response' }).textContent()).toContain(
      '"type": "text",',
    );
    expect(await page.getByRole('complementary').textContent()).toMatch(
      /jira · tools\/call update_issue\s*#6 → #7 · id 11 · 363 ms/,
    );
    await untilHash(page, /sel=01J1RA\w+:6/);
    await page.getByRole('tab', { name: 'Raw' }).click();
    await page.getByText('{"jsonrpc":"2.0","id":11,"method":"tools/call"').waitFor();
    await page.screenshot({ path: join(shots, 'raw-dark.png') });
    expect(complaints).toEqual([]);
  });

  test('keys zoom, pan, select and switch; the address says it all and brings it back', async () => {
    const { page, complaints } = await open(run('draft release notes'));
    await page.getByRole('rowheader', { name: 'jira' }).waitFor();
    await page.keyboard.press('w');
    await untilHash(page, /t=/);
    const zoomed = await hashOf(page);
    await page.keyboard.press('Shift+D');
    await page.waitForFunction((before) => location.hash !== before, zoomed);
    await page.keyboard.press('0');
    await untilHash(page, /^#\/run\/\w+$/);
    await page.keyboard.press('ArrowRight');
    await untilHash(page, /sel=batch@/);
    await page.getByText('Inferred:').waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowRight');
    await untilHash(page, /sel=01G1THVB/);
    await page.keyboard.press('f');
    await untilHash(page, /t=/);
    await page.keyboard.press('x');
    await page.getByRole('heading', { name: 'jira · tools/call get_issue' }).waitFor();
    await page.getByText('the tool failed').waitFor();
    await untilHash(page, /sel=01J1RA/);

    const before = { hash: await hashOf(page), picture: await page.locator('.stage').screenshot() };
    await page.reload();
    await page.getByRole('heading', { name: 'jira · tools/call get_issue' }).waitFor();
    await expect
      .poll(async () => (await page.locator('.stage').screenshot()).equals(before.picture))
      .toBe(true);
    expect(await hashOf(page)).toBe(before.hash);

    await page.keyboard.press('l');
    await page.getByRole('grid', { name: 'Messages' }).waitFor();
    await page.keyboard.press('t');
    await page.getByRole('grid', { name: /Calls by lane/ }).waitFor();
    await page.keyboard.press('?');
    await page.getByRole('dialog').getByText('next and previous conflict').waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('i');
    await page.getByRole('complementary').waitFor({ state: 'detached' });
    await page.keyboard.press('Escape');
    await untilHash(page, /^(?!.*sel=)/);
    expect(complaints).toEqual([]);
  });

  test.each([true, false])('shows the focus as one whole ring (dark: %s)', async (dark) => {
    const { page } = await open(run('draft release notes'), { dark });
    await page.getByRole('gridcell').first().waitFor();
    await page.keyboard.press('ArrowRight');
    await untilHash(page, /sel=/);
    const grid = page.getByRole('grid');
    for (const pane of [page.locator('main'), grid]) {
      await pane.focus();
      expect(await coloursAround(page, pane)).toHaveLength(1);
    }
    await page.keyboard.press('l');
    const list = page.getByRole('grid', { name: 'Messages' });
    await list.focus();
    expect(await coloursAround(page, list)).toHaveLength(1);
  });

  test('the mouse zooms at the pointer, pans, fits, and moves the range of the overview', async () => {
    const { page } = await open(run('draft release notes', '?t=1.79-3'));
    await page.getByRole('rowheader', { name: 'jira' }).waitFor();
    const start = await hashOf(page);
    const { x, y } = await pointAt(page, 'memory', 2_000_000, RANGE);
    await page.mouse.move(x, y);
    await page.keyboard.down('Control');
    await page.mouse.wheel(0, -300);
    await page.keyboard.up('Control');
    await page.waitForFunction((before) => location.hash !== before, start);
    const [from = 0, to = 0] =
      /t=([\d.]+)-([\d.]+)/
        .exec(await hashOf(page))
        ?.slice(1)
        .map(Number) ?? [];
    expect((to - from) / 1.21).toBeCloseTo(1 / Math.E, 2);
    expect((2 - from) / (to - from)).toBeCloseTo((2 - 1.79) / 1.21, 2);

    const overview = await page.locator('.minimap').boundingBox();
    if (!overview) throw new Error('no overview');
    await page.mouse.click(overview.x + overview.width * 0.9, overview.y + 18);
    await untilHash(page, /t=3\./);
    await page.mouse.dblclick(x, y + 200);
    await untilHash(page, /^(?!.*t=)/);
  });

  test('shows a conflict around the writes it took, and the story in the inspector', async () => {
    const { page, complaints } = await open(run('demo A'));
    await page.getByRole('button', { name: '1 conflict' }).waitFor();
    await page.keyboard.press('n');
    const card = page.getByRole('complementary').getByRole('article');
    await card.getByText('19 of 20 acknowledged writes').waitFor();
    await page.getByRole('tree', { name: 'Response' }).waitFor();
    await page.screenshot({ path: join(shots, 'conflict-dark.png') });
    await card.getByRole('button', { name: '#47' }).click();
    await page.getByRole('heading', { name: 'memory · tools/call read_graph' }).waitFor();
    await page.goBack();
    await page.getByRole('heading', { name: 'memory · tools/call create_entities' }).waitFor();
    expect(complaints).toEqual([]);
  });
});

describe('the list', () => {
  test('has every message, goes by key, and filters by the query', async () => {
    const { page, complaints } = await open(run('draft release notes', '?view=list'));
    await page.getByRole('gridcell', { name: 'tools/call list_pulls' }).waitFor();
    await page.screenshot({ path: join(shots, 'list-dark.png') });
    await page.keyboard.press('End');
    await untilHash(page, /sel=01F11ESYSTEM\w+:11/);
    await page.getByRole('complementary').getByText('warning: index is large').waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('server:jira is:error');
    await page.waitForFunction(() => document.querySelectorAll('[role=row]').length === 3);
    await page.getByRole('gridcell', { name: 'tool-error get_issue' }).waitFor();
    await page.keyboard.type(' sever:x');
    await page.getByText('Nothing matches').waitFor();
    await page.getByText('sever: is not a word').waitFor();
    expect(complaints).toEqual([]);
  });
});

describe('the inspector', () => {
  test('shows the message that a span links to', async () => {
    const { address } = served.collector;
    const { resourceSpans } = JSON.parse(
      otlpText({ views: viewsOf(releaseNotes()), around: [], page: address }, {}),
    );
    const spans = resourceSpans.flatMap((one: AnySpans) => one.scopeSpans[0].spans);
    const span = spans.find(({ name }: { name: string }) => name === 'tools/call update_issue');
    const url = span.attributes.find(({ key }: { key: string }) => key === 'wiretape.url');
    const [page, route] = url.value.stringValue.split('/#');
    expect([page, route]).toEqual([address, expect.stringMatching(/^\/message\/01\w+:\d+$/)]);
    const visited = await open(route);
    await visited.page.getByRole('heading', { name: /update_issue/ }).waitFor();
    // From there all of the run is as if it had been gone to.
    await untilHash(visited.page, /^#\/run\/\w+\?sel=/);
    expect(visited.complaints).toEqual([]);
  });

  test.each(['/message/01NOBODY:1', '/message/<img src=x onerror=alert(1)>'])(
    'says of %s that it is not here',
    async (route) => {
      const { page, complaints } = await open(route);
      await page.getByText('This message is not here').waitFor();
      expect(complaints).toEqual([]);
    },
  );

  test('says of a message that its session has not that there is none', async () => {
    const { page } = await open('/message/01J1RA00000000000000000000:99999');
    await page.getByText('The session has no such entry.').waitFor();
  });

  test('has request and response side by side where it is wide, else one below the other', async () => {
    const sessions = (await read(served.collector, '/api/sessions')).json<SessionSummary[]>();
    const jira = sessions.find(({ name }) => name === 'jira')?.id;
    const { page } = await open(run('draft release notes', `?sel=${jira}:6`));
    const boxOf = (name: string) => page.getByRole('region', { name, exact: true }).boundingBox();
    await page.getByRole('tree', { name: 'Response' }).waitFor();
    const isBeside = async () => (await boxOf('Request'))?.y === (await boxOf('Response'))?.y;
    expect(await isBeside()).toBe(false);
    // From 420 px to more than 640.
    for (let step = 0; step < 10; step++) await page.getByRole('separator').press('ArrowLeft');
    await expect.poll(isBeside).toBe(true);
  });

  test('wraps words that are longer than it is wide', async () => {
    const word = 'W'.repeat(200);
    const steps = [
      ...opening(),
      client(toolCall(1, word)),
      server({ id: 1, result: 'x' }),
      server(word),
    ];
    const waiting = client(toolCall(2, word));
    await using long = await serve(tape(word, [...steps, waiting], { id: '01W0RD' }));
    const [summary] = (await read(long.collector, '/api/sessions')).json<SessionSummary[]>();
    const [found] = workflows(summary ? [summary] : []);
    for (const selected of ['', '?sel=01W0RD:4', '?sel=01W0RD:6', '?sel=01W0RD:7']) {
      const route = `/run/${found?.runs[0]?.id}${selected}`;
      await using opened = await visit(browser, long.collector, { route });
      const inspector = opened.page.getByRole('complementary');
      await inspector.getByText(/W{9}/).first().waitFor();
      const clipped = await inspector.evaluate((aside) => {
        const edge = aside.getBoundingClientRect().right;
        return [...aside.querySelectorAll('h2, h3, p')].filter((one) => {
          const text = document.createRange();
          text.selectNodeContents(one);
          return [...text.getClientRects()].some(({ right }) => right > edge);
        }).length;
      });
      expect({ selected, clipped }).toEqual({ selected, clipped: 0 });
    }
  });
});

test('words of a hostile peer stay words', { timeout: 60_000 }, async () => {
  for (const route of [
    '/',
    '/sessions',
    run(`flow ${NASTY}`),
    run(`flow ${NASTY}`, '?view=list'),
  ]) {
    const { page, complaints } = await open(route);
    await page.getByText('<script>window.hacked=2</script>').first().waitFor();
    if (route.startsWith('/run')) {
      // The key finds errors only once the calls are there.
      await page.getByText('1 error').waitFor();
      await page.keyboard.press('x');
      const tree = page.getByRole('tree', { name: 'Response' });
      await tree.waitFor();
      const words = (await tree.textContent())?.replaceAll(/\s/g, '');
      expect(words).toContain(
        '<imgsrc=xonerror=\\"window.hacked=1\\"><script>window.hacked=2</script>',
      );
      await page.screenshot({
        path: join(shots, `hostile-${route.includes('list') ? 'list' : 'timeline'}.png`),
      });
      await page.getByRole('tab', { name: 'Raw' }).click();
      await page.getByText('RLO').first().waitFor();
    }
    await expectWords(page);
    expect(complaints).toEqual([]);
  }
});

describe('nothing stands in the way of those who do not see or point', () => {
  test.each([
    ['home', () => '/', 'demo A'],
    ['sessions', () => '/sessions', 'claude-desktop'],
    [
      'a conflict',
      () => run('demo A', '?sel=01DEMOA0000000000000000000:8'),
      '19 of 20 acknowledged',
    ],
    ['a run', () => run('draft release notes'), 'slow_index'],
    [
      'the list',
      () => run('draft release notes', '?view=list&sel=01J1RA00000000000000000000:6'),
      'update_issue',
    ],
  ])('axe finds no fault in %s', async (_name, route, text) => {
    const { page } = await open(route());
    await page.getByText(text).first().waitFor();
    expect(await violations(page)).toEqual([]);
    await page.emulateMedia({ colorScheme: 'light' });
    expect(await violations(page)).toEqual([]);
  });
});

test('a live run grows: its row turns live, its open call is hollow until the answer comes', async () => {
  const collector = await runCollector({ ui: UI });
  const { page, complaints, ...opened } = await visit(browser, collector, { route: '/' });
  onTestFinished(() => opened[Symbol.asyncDispose]());
  await page.getByText('wiretape demo').waitFor();
  const entries = tape(
    'notes',
    [
      ...opening({ client: 'claude', server: 'notes' }),
      client(toolCall(1, 'create_note')),
      server(toolText(1, 'done'), { at: 2_000_000 }),
    ],
    {
      wall: new Date().toISOString(),
      start: Number(process.hrtime.bigint() / 1000n),
      head: { host: { pid: 5, started: '1', name: 'claude' } },
    },
  );
  const tap = await connectTap(collector.socket, collector.writeToken);
  onTestFinished(() => tap.close());
  tap.send(entries.slice(0, -1));
  const card = page.getByRole('article').filter({ hasText: 'notes' });
  await card.getByText('1 open').waitFor();
  await page.getByText('Live · 1 server').waitFor();
  await card.getByRole('heading').getByRole('link').click();
  await page.getByRole('gridcell', { name: /create_note, .*no answer yet/ }).waitFor();
  const first = (await page.getByRole('gridcell', { name: /create_note/ }).textContent()) ?? '';
  await page.waitForFunction((before) => !document.body.textContent?.includes(before), first);
  tap.send(entries.slice(-1));
  await page.getByRole('gridcell', { name: /^create_note, [\d.]+ s$/ }).waitFor();
  await collector.close();
  await page.getByText('Disconnected').waitFor();
  expect(complaints.filter((text) => !/WebSocket|ERR_/.test(text))).toEqual([]);
});

test('a call that failed over HTTP ends with its exchange, and says how; its session has the length of what happened', async () => {
  const collector = await runCollector({ ui: UI });
  const { page, complaints, ...opened } = await visit(browser, collector, { route: '/' });
  onTestFinished(() => opened[Symbol.asyncDispose]());
  await page.getByText('wiretape demo').waitFor();
  const at = (time: number, step: ReturnType<typeof http>) => ({ ...step, at: time });
  const entries = tape(
    'remote',
    [
      at(0, http(1, 'opened', { method: 'POST', path: '/mcp', headers: [] })),
      client(toolCall(1, 'save'), { exchange: 1 }),
      at(1_500_000, http(1, 'head', { status: 500, headers: [] })),
      at(1_500_000, http(1, 'ended', { ended: 'complete' })),
      at(41_500_000, ends('the client has gone')),
    ],
    {
      wall: new Date().toISOString(),
      start: Number(process.hrtime.bigint() / 1000n),
      head: { transport: 'http', host: { pid: 5, started: '1', name: 'claude' } },
    },
  );
  const tap = await connectTap(collector.socket, collector.writeToken);
  onTestFinished(() => tap.close());
  tap.send(entries.slice(0, 3));
  const card = page.getByRole('article').filter({ hasText: 'remote' });
  await card.getByText('1 open').waitFor();
  await card.getByRole('heading').getByRole('link').click();
  await page.getByRole('gridcell', { name: /save, .*no answer yet/ }).waitFor();
  tap.send(entries.slice(3, 5));
  const failed = page.getByRole('gridcell', { name: /^save, 1\.50 s, failed, HTTP 500$/ });
  await failed.waitFor();
  await page.getByRole('button', { name: '1 error' }).click();
  const inspector = page.getByRole('complementary');
  await inspector.getByText(/#2 → #4 · id 1 · 1\.50 s · HTTP 500/).waitFor();
  await inspector.getByRole('region', { name: 'End of the exchange' }).waitFor();
  tap.send(entries.slice(5));
  await page.waitForFunction(() => !document.querySelector('h1 ~ .live'));
  expect(await page.locator('h1 ~ .chip').first().textContent()).toBe('1.50 s');
  await failed.waitFor();
  await page.keyboard.press('l');
  await page.getByRole('gridcell', { name: 'tools/call failed HTTP 500' }).waitFor();
  await page.goto(`${collector.address}/#/`);
  const done = page.getByRole('article').filter({ hasText: 'remote' });
  await done.getByText('1 error').waitFor();
  expect(await done.locator('.length').textContent()).toBe('1.50 s');
  expect(complaints).toEqual([]);
});

test('the page is small', () => {
  const assets = join(UI, 'assets');
  const size = (ending: string): number =>
    readdirSync(assets)
      .filter((name) => name.endsWith(ending))
      .reduce((sum, name) => sum + gzipSync(readFileSync(join(assets, name))).length, 0);
  expect(size('.js')).toBeLessThan(80_000);
  expect(size('.css')).toBeLessThan(15_000);
});
