/** `wiretape serve --export`, as its users start it: what it sends of taps that could not, and what it refuses to send. */
import process from 'node:process';
import { expect, onTestFinished, test } from 'vitest';
import { openOtlpEndpoint } from '../kit/otlp-endpoint.ts';
import { until } from '../tap/kit.ts';
import { start, temporaryFolder, wiretape } from './wiretape.ts';

async function newState(): Promise<string> {
  const folder = await temporaryFolder();
  onTestFinished(() => folder[Symbol.asyncDispose]());
  return folder.path;
}

test('the token that taps write with is sent to nobody, and not repeated', async () => {
  const [state, endpoint] = [await newState(), await openOtlpEndpoint()];
  const token = (await wiretape(['token', 'write', '--state', state])).stdout.trim();
  const serve = ['serve', '--port', '0', '--state', state, '--export', endpoint.address];
  const headers = { OTEL_EXPORTER_OTLP_HEADERS: `authorization=Bearer%20${token}` };
  const refused = await wiretape(serve, { env: headers });
  expect(refused).toMatchObject({ code: 2, stdout: '' });
  expect(refused.stderr).toContain('hold a token of this collector');
  expect(refused.stderr).toContain('[endpoint-refused]');
  expect(refused.stderr).not.toContain(token);
});

test('a collector does not export to itself', async () => {
  const state = await newState();
  const refused = await wiretape([
    ...['serve', '--port', '45320', '--state', state],
    ...['--export', 'otlp://localhost:45320'],
  ]);
  expect(refused).toMatchObject({ code: 2, stdout: '' });
  expect(refused.stderr).toContain('http://localhost:45320 is this collector itself.');
  expect(refused.stderr).toContain('[endpoint-refused]');
});

test('what a tap could not send is sent, with the headers that are for that endpoint', async () => {
  const state = await newState();
  const down = await openOtlpEndpoint();
  await down.close();
  const url = `http://127.0.0.1:${down.port}`;
  const echo = ['--', process.execPath, '-e', 'process.stdin.pipe(process.stdout)'];
  await using tap = start(['tap', '--state', state, '--otlp', url, ...echo]);
  tap.child.stdin?.end('{"jsonrpc":"2.0","id":1,"method":"ping"}\n');
  expect(await tap.ended).toMatchObject({ code: 0 });
  const endpoint = await openOtlpEndpoint(down.port);
  const other = await openOtlpEndpoint();
  const to = ['--export', endpoint.address, '--export', other.address];
  await using serving = start(['serve', '--port', '0', '--state', state, ...to], {
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: url, OTEL_EXPORTER_OTLP_HEADERS: 'x-key=S3CR3T' },
  });
  await until(() => [...endpoint.spans.values()].some(({ name }) => name === 'mcp session'));
  expect(endpoint.requests[0]?.headers['x-key']).toBe('S3CR3T');
  // It was over before anybody asked for exporting to the other.
  const otherUrl = `http://127.0.0.1:${other.port}`;
  await until(async () => {
    const { stdout } = await wiretape(['status', '--state', state]);
    return (
      stdout.includes(`exporting     to ${url}, all sent\n`) &&
      stdout.includes(`exporting     to ${otherUrl}, nothing to send yet\n`)
    );
  });
  expect(other.requests).toEqual([]);
  serving.child.kill('SIGTERM');
  const { code, stderr } = await serving.ended;
  expect(code).toBe(0);
  expect(stderr).toContain(`${otherUrl} is not sent OTEL_EXPORTER_OTLP_HEADERS, which are for`);
  expect(stderr).not.toContain('S3CR3T');
});
