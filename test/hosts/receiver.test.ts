// A workflow over three released servers, as a receiver that others wrote shows it: the tree, the links, the payloads
// and the durations; for an agent that traces, whose own spans come from the OpenTelemetry SDK, and for one that does not.
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { expect, onTestFinished, test } from 'vitest';
import { groupBy } from '../../model/group.ts';
import { built } from '../kit/built.ts';
import { outcome, run, start, temporaryFolder } from '../tap/kit.ts';
import { openBrowser } from '../ui/kit.ts';
import { type Received, type Receiver, startReceiver } from './receiver.ts';
import { agentWorks } from './traced-agent.ts';

const UNTRACED = `
everything mcp session
  everything initialize
  everything notifications/initialized
  everything tools/call echo
  everything tools/call trigger-long-running-operation
    everything notifications/progress
    everything notifications/progress
filesystem mcp session
  filesystem initialize
  filesystem notifications/initialized
  filesystem tools/call read_text_file (error)
  filesystem tools/call search_files
memory mcp session
  memory initialize
  memory notifications/initialized
  memory tools/call create_entities
  memory tools/call read_graph
`;

const TRACED = `
agent invoke_agent shop
  agent check
    filesystem tools/call read_text_file (error)
    memory tools/call read_graph
  agent connect
    everything initialize
    everything notifications/initialized
    filesystem initialize
    filesystem notifications/initialized
    memory initialize
    memory notifications/initialized
  agent look for receipts
    everything tools/call echo
    filesystem tools/call search_files
  agent remember them
    everything tools/call trigger-long-running-operation
      everything notifications/progress
      everything notifications/progress
    memory tools/call create_entities
`;

/** Where all that is said has a trace, the sessions have one of their run, and nothing else is in it. */
const SESSIONS = `
everything mcp session
filesystem mcp session
memory mcp session
`;

test.each([
  ['an agent that traces nothing', false, [UNTRACED]],
  ['an agent that traces', true, [TRACED, SESSIONS]],
] as const)('%s', async (_, traces, expected) => {
  const state = await temporaryFolder();
  const receiver = await startReceiver();
  await agentWorks({ state, receiver: traces ? receiver.address : undefined });
  const before = (await receiver.spans()).length;
  const text = await exported(state, 'otlp', '--otel-payloads', 'genai');
  await receiver.post('traces', text);
  const spans = await receiver.spans();
  expect(trees(spans)).toEqual(expected.map((tree) => tree.trim()));
  expect(spans.length - before).toBe(spanCount(text));

  // The same once more is the same.
  await receiver.post('traces', text);
  const again = await receiver.spans();
  expect(new Set(again.map(({ spanId }) => spanId)).size).toBe(spans.length);

  const [search, remember] = ['search_files', 'create_entities'].map((tool) =>
    spans.find(({ attributes }) => attributes['gen_ai.tool.name'] === tool),
  );
  expect(search?.attributes['gen_ai.tool.call.arguments']).toContain('"receipt-*"');
  expect(search?.attributes['gen_ai.tool.call.result']).toContain('receipt-5d1f0a77c2.txt');
  expect(remember?.attributes['wiretape.edge.value']).toEqual([
    search?.attributes['wiretape.response'],
  ]);
  expect(remember?.links).toContainEqual(
    expect.objectContaining({ traceId: search?.traceId, spanId: search?.spanId }),
  );

  await receiver.post('metrics', await exported(state, 'otlp-metrics'));
  expect(await receiver.metrics()).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ name: 'mcp.server.operation.duration', unit: 's' }),
      expect.objectContaining({ name: 'mcp.server.session.duration', unit: 's' }),
    ]),
  );
  if (traces) await picture(receiver, 'traced', 'invoke_agent shop');
  else await picture(receiver, 'untraced', 'mcp session');
});

test('the same while it goes on: the taps send them, and an export adds none', async () => {
  const state = await temporaryFolder();
  const receiver = await startReceiver();
  const options = ['--otlp', receiver.address, '--otel-payloads', 'genai'];
  await agentWorks({ state, receiver: receiver.address, options });
  // The agent ends with its taps, and taps when all was taken, or after a while.
  await expect
    .poll(async () => trees(await receiver.spans()))
    .toEqual([TRACED, SESSIONS].map((tree) => tree.trim()));
  const live = await receiver.spans();
  const search = live.find(({ attributes }) => attributes['gen_ai.tool.name'] === 'search_files');
  expect(search?.attributes['gen_ai.tool.call.arguments']).toContain('"receipt-*"');
  await receiver.post('traces', await exported(state, 'otlp'));
  const all = await receiver.spans();
  expect(new Set(all.map(({ spanId }) => spanId))).toEqual(
    new Set(live.map(({ spanId }) => spanId)),
  );
});

test('the same from the collector, which finds out that gzip is not read there', async () => {
  const state = await temporaryFolder();
  const receiver = await startReceiver();
  const serve = ['serve', '--port', '0', '--state', state, '--otel-payloads', 'genai'];
  const serving = start([process.execPath, await built(), ...serve, '--export', receiver.address]);
  onTestFinished(() => void serving.kill());
  const said = outcome(serving);
  await once(serving.stdout, 'data');
  await agentWorks({ state });
  // A server may have said less when its spans were sent than in the end.
  await expect
    .poll(async () => (await receiver.spans()).length, { timeout: 30_000 })
    .toBe(spanCount(await exported(state, 'otlp')));
  expect(trees(await receiver.spans())).toEqual([UNTRACED.trim()]);
  serving.kill('SIGTERM');
  expect(String((await said).stderr)).not.toContain('refused');
});

/** Spans as trees, by trace: `service name`, below their parents, those of one parent in order of name. */
function trees(spans: readonly Received[]): string[] {
  // Whether a server tells of its lists depends on who is faster.
  const shown = spans.filter(({ name }) => !name.endsWith('list_changed'));
  return [...groupBy(shown, ({ traceId }) => traceId).values()]
    .map((own) => treeOf(own))
    .sort((a, b) => (a < b ? -1 : 1));
}

function treeOf(spans: readonly Received[]): string {
  const line = ({ name, attributes, status }: Received): string =>
    `${attributes['service.name']} ${name}${status.code === 'ERROR' ? ' (error)' : ''}`;
  const ids = new Set(spans.map(({ spanId }) => spanId));
  const below = groupBy(spans, ({ parentSpanId = '' }) =>
    ids.has(parentSpanId) ? parentSpanId : '',
  );
  const drawn = (parent: string, indent: string): string[] =>
    [...(below.get(parent) ?? [])]
      .sort((a, b) => (line(a) < line(b) ? -1 : 1))
      .flatMap((span) => [`${indent}${line(span)}`, ...drawn(span.spanId, `${indent}  `)]);
  return drawn('', '').join('\n');
}

function spanCount(text: string): number {
  const { resourceSpans } = JSON.parse(text);
  return resourceSpans
    .flatMap(({ scopeSpans }: { scopeSpans: { spans: unknown[] }[] }) => scopeSpans)
    .reduce((sum: number, { spans }: { spans: unknown[] }) => sum + spans.length, 0);
}

async function exported(state: string, format: string, ...more: string[]): Promise<string> {
  const program = [process.execPath, await built()];
  const { stdout } = await run([...program, 'ls', '--json', '--state', state]);
  const ids = JSON.parse(String(stdout)).sessions.map(({ id }: { readonly id: string }) => id);
  const words = ['export', ...ids, '--to', format, '-o', '-', '--state', state, ...more];
  const done = await run([...program, ...words]);
  expect(done.code, String(done.stderr)).toBe(0);
  return String(done.stdout);
}

/** What its page shows, for the documentation: WIRETAPE_SHOTS=FOLDER. */
async function picture(receiver: Receiver, name: string, root: string): Promise<void> {
  const folder = process.env['WIRETAPE_SHOTS'];
  if (folder === undefined) return;
  await mkdir(folder, { recursive: true });
  const browser = await openBrowser();
  const page = await browser.newPage({ viewport: { width: 1100, height: 1020 } });
  await page.goto(receiver.address);
  await page.getByText(root).first().click();
  await page.getByText('tools/call echo').first().waitFor();
  await page.screenshot({ path: join(folder, `otlp-${name}.png`) });
  await browser.close();
}
