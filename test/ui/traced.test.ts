/**
 * An agent with spans of its own (SDK v2, the OpenTelemetry SDK) and released servers without any, in one
 * timeline: a real agent, real taps, a real collector that takes OTLP, a real Chromium.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import type { SessionSummary } from '../../model/summary.ts';
import { workflows } from '../../model/workflow.ts';
import { type Running, read, until } from '../collector/kit.ts';
import { takingCollector } from '../collector/otlp/kit.ts';
import { tapped, temporaryFolder } from '../tap/kit.ts';
import { openBrowser, UI, type VisitOptions, violations, visit } from './kit.ts';

let browser: Browser;
let shots: string;

beforeAll(async () => {
  shots = process.env['WIRETAPE_SHOTS'] ?? (await mkdtemp(join(tmpdir(), 'wiretape-shots-')));
  browser = await openBrowser();
});
afterAll(() => browser?.close());

interface Agent {
  readonly trace: string;
  readonly ended: Promise<number>;
}

/** Starts the agent on memory and filesystem behind taps, with its spans sent to the collector. */
async function startAgent(collector: Running): Promise<Agent> {
  const { resolve } = createRequire(import.meta.url);
  const home = await temporaryFolder();
  const project = join(home, 'project');
  await mkdir(project);
  await writeFile(join(project, 'inbox.md'), '- billing is down\n- a typo\n');
  const server = async (name: string, ...args: string[]) => {
    const program = resolve(`@modelcontextprotocol/server-${name}/dist/index.js`);
    const command = [process.execPath, program, ...args];
    const options = ['--name', name];
    return { name, command: await tapped(command, { state: collector.state, options }) };
  };
  const servers = [
    { ...(await server('memory')), env: { MEMORY_FILE_PATH: join(home, 'memory.jsonl') } },
    { ...(await server('filesystem', project)), env: {} },
  ];
  const entity = { name: 'billing', entityType: 'incident', observations: ['is down'] };
  const script = [
    [
      call('filesystem', 'read_text_file', { path: join(project, 'inbox.md') }),
      call('memory', 'read_graph', {}),
    ],
    [
      call('memory', 'create_entities', { entities: [entity] }),
      call('filesystem', 'write_file', { path: join(project, 'plan.md'), content: 'page billing' }),
    ],
    [call('filesystem', 'read_text_file', { path: join(project, 'missing.md') })],
  ];
  const program = join(import.meta.dirname, 'traced-agent.mjs');
  const child = spawn(process.execPath, [program, JSON.stringify({ servers, script })], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      PATH: process.env['PATH'],
      HOME: home,
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.address,
      OTEL_EXPORTER_OTLP_HEADERS: `authorization=Bearer ${collector.writeToken}`,
      OTEL_BSP_SCHEDULE_DELAY: '50',
    },
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const ended = once(child, 'exit').then(([code]) => code as number);
  const [first] = (await once(child.stdout, 'data')) as [Buffer];
  return { trace: first.toString().trim(), ended };
}

function call(server: string, tool: string, args: object) {
  return { server, tool, args };
}

/** The route of the run of a trace, once there is one. */
async function routeOf(collector: Running, trace: string): Promise<string> {
  return until(async () => {
    const sessions = (await read(collector, '/api/sessions')).json<SessionSummary[]>();
    const run = workflows(sessions)
      .flatMap(({ runs }) => runs)
      .find((one) => one.trace === trace);
    return run && `/run/${run.id}`;
  }, `a run of the trace ${trace}`);
}

async function open(collector: Running, options: VisitOptions): Promise<Page> {
  const { page, complaints, ...opened } = await visit(browser, collector, {
    height: 560,
    ...options,
  });
  onTestFinished(async () => {
    await opened[Symbol.asyncDispose]();
    expect(complaints).toEqual([]);
  });
  return page;
}

test('a traced agent and untraced servers stand in one timeline, as it works and after', async () => {
  const collector = await takingCollector({ ui: UI });
  const { trace, ended } = await startAgent(collector);
  const route = await routeOf(collector, trace);
  const page = await open(collector, { route });
  const cell = (name: RegExp) => page.getByRole('gridcell', { name });
  // The span of the agent comes last, when all it holds is over: until then the page has heard of the others.
  await cell(/^invoke_agent triage, /).waitFor();
  expect(await ended).toBe(0);
  const host = page.getByRole('row').filter({ hasText: 'triage-agent' });
  expect(await host.getByRole('gridcell', { name: /^chat scripted-1, / }).count()).toBe(4);
  expect(await host.getByRole('gridcell', { name: /^execute_tool / }).count()).toBe(5);
  expect(await host.getByRole('gridcell', { name: /batch/ }).count()).toBe(0);
  await cell(/^execute_tool read_text_file, .*failed$/).waitFor();
  expect(await page.getByRole('rowheader').allTextContents()).toHaveLength(3);

  // From a call to the span that it was made in, up to the agent, and down again to a call.
  await page.keyboard.press('ArrowRight');
  await page.waitForFunction(() => /sel=span@/.test(location.hash));
  const inspector = page.getByRole('complementary');
  await inspector.getByRole('heading', { name: /triage-agent · invoke_agent triage/ }).waitFor();
  await inspector.getByRole('button', { name: /execute_tool create_entities/ }).click();
  await inspector
    .getByRole('region', { name: 'Part of' })
    .getByText('invoke_agent triage')
    .waitFor();
  await inspector
    .getByRole('region', { name: 'Calls made in it' })
    .getByRole('button', { name: /memory.*create_entities/ })
    .click();
  await inspector.getByRole('heading', { name: /memory · tools\/call create_entities/ }).waitFor();
  const made = inspector.getByRole('region', { name: 'Made in' });
  await page.screenshot({ path: join(shots, 'traced-call.png') });
  await made.getByRole('button', { name: /execute_tool create_entities/ }).click();
  await inspector.getByRole('heading', { name: /execute_tool create_entities/ }).waitFor();
  expect(await violations(page)).toEqual([]);
  for (const _ of 'zoom') await page.keyboard.press('w');
  await page.waitForFunction(() => /t=/.test(location.hash));
  await page.screenshot({ path: join(shots, 'traced-dark.png') });

  const light = await open(collector, { route, dark: false });
  await light.getByRole('gridcell', { name: /^invoke_agent triage, / }).waitFor();
  expect(await violations(light)).toEqual([]);
  await light.screenshot({ path: join(shots, 'traced-light.png') });

  for (const dark of [true, false]) {
    const list = await open(collector, { route: `${route}?view=list`, dark, height: 900 });
    await list.getByRole('gridcell', { name: 'invoke_agent triage' }).waitFor();
    expect(await list.getByRole('gridcell', { name: /^execute_tool / }).count()).toBe(5);
    await list.getByRole('gridcell', { name: 'execute_tool create_entities' }).click();
    await list.getByRole('complementary').getByText('Calls made in it').waitFor();
    // What was there before the page was is not new.
    expect(await list.getByRole('button', { name: /new, at the end/ }).count()).toBe(0);
    expect(await violations(list)).toEqual([]);
    await list.screenshot({ path: join(shots, `traced-list-${dark ? 'dark' : 'light'}.png`) });
  }
}, 120_000);
