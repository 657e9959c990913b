/** What Home, a run and `wiretape status` say of where spans go: the built program, real taps, endpoints that fail. */
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { start, temporaryFolder, wiretape } from '../cli/wiretape.ts';
import { openOtlpEndpoint } from '../kit/otlp-endpoint.ts';
import { type Receiver, startReceiver } from '../kit/receiver.ts';
import { server } from '../tap/kit.ts';
import { expectWords, openBrowser, violations, visit } from './kit.ts';
import { NASTY } from './scenes.ts';

let browser: Browser;
let shots: string;
beforeAll(async () => {
  shots = process.env['WIRETAPE_SHOTS'] ?? (await mkdtemp(join(tmpdir(), 'wiretape-shots-')));
  browser = await openBrowser();
});
afterAll(() => browser?.close());

/** Protobuf: a field of bytes or text, short enough for a length of one byte. */
const field = (number: number, ...bytes: readonly number[]): number[] => [
  number * 8 + 2,
  bytes.length,
  ...bytes,
];

async function serving(to: string) {
  const folder = await temporaryFolder();
  onTestFinished(() => folder[Symbol.asyncDispose]());
  const state = folder.path;
  const running = start(['serve', '--port', '0', '--state', state, '--export', to]);
  onTestFinished(() => running[Symbol.asyncDispose]());
  const [, address = '', token = ''] = await running.says(/(http:\S+)\/#token=(\S+)/);
  return { state, address, token };
}

/** A session of a call through a tap: two spans, which the tap sends where it has a receiver. Gives what the tap said. */
async function recorded(state: string, name: string, receiver?: Receiver): Promise<string> {
  const options = receiver ? ['--otlp', receiver.url] : [];
  const command = ['--', ...server('answer')];
  await using tap = start(['tap', '--state', state, '--name', name, ...options, ...command], {
    env: { OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' },
  });
  tap.child.stdin?.write('{"jsonrpc":"2.0","id":1,"method":"ask"}\n');
  await receiver?.until(() => receiver.spans.size > 0);
  tap.child.stdin?.end();
  const { code, stderr } = await tap.ended;
  expect(code).toBe(0);
  return stderr;
}

test('Home says where spans go, why they wait and how many have arrived; a run says it of its taps', async () => {
  const endpoint = await openOtlpEndpoint();
  endpoint.behave(() => ({ status: 503 }));
  const receiver = await startReceiver();
  const collector = await serving(endpoint.address);
  const { page, complaints, ...opened } = await visit(browser, collector);
  onTestFinished(() => opened[Symbol.asyncDispose]());
  const said = page.getByRole('list', { name: 'OpenTelemetry' });
  await said
    .getByText(`Spans go to http://127.0.0.1:${endpoint.port}: nothing to send yet`)
    .waitFor();

  await recorded(collector.state, 'exported');
  await said.getByText('waits: it answers 503').waitFor();
  await page.screenshot({ path: join(shots, 'exports-waiting-dark.png') });
  endpoint.behave(() => 'take');
  await said.getByText('all sent, 2 spans since it started, last waited: it answers 503').waitFor();
  expect(endpoint.spans.size).toBe(2);

  // A machine that is too busy for the end of a tap leaves the last span to others, and that is said.
  const isWhole = !(await recorded(collector.state, 'live', receiver)).includes('Not all spans');
  const known = isWhole ? 'all confirmed' : String.raw`\d+ entr(?:y|ies) not confirmed`;
  const says = (before: string): RegExp =>
    new RegExp(`${before} ${receiver.url}[:,] 1 session, ${known}`);
  await said.getByText(says('Taps send spans to')).waitFor();
  const { stdout } = await wiretape(['status', '--state', collector.state]);
  expect(stdout).toMatch(
    new RegExp(
      `^exporting     to http://127\\.0\\.0\\.1:${endpoint.port}, all sent, \\d spans since`,
      'm',
    ),
  );
  expect(stdout).toMatch(says('taps send     to'));
  expect(await violations(page)).toEqual([]);
  await page.emulateMedia({ colorScheme: 'light' });
  expect(await violations(page)).toEqual([]);
  await page.screenshot({ path: join(shots, 'exports-light.png') });

  await page.getByRole('article').filter({ hasText: 'live' }).getByRole('link').first().click();
  await page.getByText(says('Spans of this run go to')).waitFor();
  expect(await violations(page)).toEqual([]);
  await page.screenshot({ path: join(shots, 'exports-run-light.png') });
  expect(complaints).toEqual([]);
}, 60_000);

test('words of an endpoint stay words, on the page and on the terminal', async () => {
  const endpoint = await openOtlpEndpoint();
  const words = Buffer.from(NASTY).subarray(0, 100);
  // ExportTraceServiceResponse { partial_success { rejected_spans: 1, error_message: … } }
  const body = Buffer.from(field(1, 8, 1, ...field(2, ...words)));
  endpoint.behave(() => ({ status: 200, body }));
  const collector = await serving(endpoint.address);
  await recorded(collector.state, 'refused');
  const { page, complaints, ...opened } = await visit(browser, collector);
  onTestFinished(() => opened[Symbol.asyncDispose]());
  await page.getByRole('list', { name: 'OpenTelemetry' }).getByText('refused (').waitFor();
  await expectWords(page);
  const { stdout } = await wiretape(['status', '--state', collector.state]);
  expect(stdout).toContain('refused (');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
  expect(stdout).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u202a-\u202e]/);
  expect(complaints).toEqual([]);
});
