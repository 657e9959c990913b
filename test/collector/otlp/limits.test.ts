/** What the receiver does with more than it can hold, and with senders who mean no good. */
import { execFileSync } from 'node:child_process';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { expect, onTestFinished, test } from 'vitest';
import { read, temporaryFolder, until } from '../kit.ts';
import { keptBy, redaction, send, takingCollector, tracesOf } from './kit.ts';

const small = JSON.stringify(tracesOf([{}]));

test('a body that says it is over 64 MiB is refused before it is sent', async () => {
  const collector = await takingCollector();
  const headers = { 'content-length': String((64 << 20) + 1) };
  const answer = await send(collector, '/v1/traces', { body: small, headers });
  expect(answer).toMatchObject({ status: 413 });
  expect(answer.json()).toEqual({ code: 8, message: expect.stringContaining('67108864 bytes') });
});

test('what grows beyond 64 MiB when it is uncompressed is refused', async () => {
  const collector = await takingCollector();
  const bomb = gzipSync(Buffer.alloc(200 << 20, 0x20));
  expect(bomb.length).toBeLessThan(1 << 20);
  const headers = { 'content-encoding': 'gzip' };
  const answer = await send(collector, '/v1/traces', { body: bomb, headers });
  expect(answer).toMatchObject({ status: 413 });
  expect(await send(collector, '/v1/traces', { body: small })).toMatchObject({ status: 200 });
});

test('a body in chunks is refused once it is over the limit', async () => {
  const collector = await takingCollector({ otlp: { redaction, limit: 1000 } });
  const body = small.padEnd(1001);
  expect(await send(collector, '/v1/traces', { body, chunked: true })).toMatchObject({
    status: 413,
  });
  expect(await send(collector, '/v1/traces', { body: small })).toMatchObject({ status: 200 });
});

test('while a large body is read, others are answered', async () => {
  const collector = await takingCollector();
  const attributes = [{ key: 'text', value: { stringValue: 'the quick brown fox '.repeat(30) } }];
  const spans = Array.from({ length: 10_000 }, () => ({ attributes }));
  let isTaken = false;
  const large = send(collector, '/v1/traces', { body: JSON.stringify(tracesOf(spans)) }).finally(
    () => {
      isTaken = true;
    },
  );
  let answers = 0;
  while (!isTaken) {
    expect(await read(collector, '/api/status')).toMatchObject({ status: 200 });
    answers += 1;
  }
  expect(await large).toMatchObject({ status: 200 });
  // Read in one go it would be two or three: before it, behind it, and while it was on its way.
  expect(answers).toBeGreaterThan(10);
  expect(await keptBy(collector)).toHaveLength(spans.length);
});

test('while others fill the room, senders are asked to come again, and then are taken', async () => {
  const collector = await takingCollector({ otlp: { redaction, limit: 1000 } });
  const body = small.padEnd(600);
  const slow = connect(Number(new URL(collector.address).port), '127.0.0.1');
  const heard: Buffer[] = [];
  slow.on('data', (part) => heard.push(part));
  slow.write(
    `POST /v1/traces HTTP/1.1\r\nHost: ${new URL(collector.address).host}\r\n` +
      `Authorization: Bearer ${collector.writeToken}\r\nContent-Type: application/json\r\n` +
      `Content-Length: 601\r\n\r\n${body}`,
  );
  const busy = await until(async () => {
    const answer = await send(collector, '/v1/traces', { body });
    return answer.status === 503 && answer;
  }, 'an answer that says to come again');
  expect(busy.headers['retry-after']).toBe('1');
  expect(busy.json()).toEqual({ code: 14, message: expect.stringContaining('waits to be stored') });
  slow.write(' ');
  await until(async () => String(Buffer.concat(heard)).startsWith('HTTP/1.1 200'), 'the slow one');
  expect(await send(collector, '/v1/traces', { body })).toMatchObject({ status: 200 });
});

test('who hangs up in the middle leaves the room to others', async () => {
  const collector = await takingCollector({ otlp: { redaction, limit: 1000 } });
  const port = Number(new URL(collector.address).port);
  for (let time = 0; time < 5; time++) {
    const gone = connect(port, '127.0.0.1');
    gone.write(
      `POST /v1/traces HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAuthorization: Bearer ${collector.writeToken}\r\n` +
        `Content-Type: application/json\r\nContent-Length: 900\r\n\r\n${' '.repeat(800)}`,
    );
    await new Promise((resolve) => gone.once('connect', resolve));
    gone.destroy();
  }
  const body = small.padEnd(1000);
  const taken = async () => (await send(collector, '/v1/traces', { body })).status === 200;
  expect(await until(taken, 'room for a whole body')).toBe(true);
});

test('a full disk: senders are asked to come again, and lose nothing', async ({ skip }) => {
  const state = await temporaryFolder();
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', state], { stdio: 'ignore' });
  } catch {
    skip('mounting is not allowed here');
  }
  onTestFinished(() => void execFileSync('umount', ['-l', state]));
  const collector = await takingCollector({ state });
  const attributes = [{ key: 'text', value: { stringValue: 'x'.repeat(3 << 20) } }];
  const body = JSON.stringify(tracesOf([{ attributes }]));
  const answer = await send(collector, '/v1/traces', { body });
  expect(answer).toMatchObject({ status: 503, headers: { 'retry-after': '10' } });
  expect(answer.json()).toEqual({ code: 14, message: expect.stringContaining('disk is full') });
  execFileSync('mount', ['-o', 'remount,size=64m', state]);
  expect(await send(collector, '/v1/traces', { body })).toMatchObject({ status: 200 });
  expect(await keptBy(collector)).toMatchObject([{ name: 'span 0' }]);
});

test('where requests cannot be read, senders are asked to come again', async () => {
  // A thread that cannot start is lost to whoever waits for it, as one that ends while it reads.
  const key = undefined as unknown as Uint8Array;
  const collector = await takingCollector({ otlp: { redaction: { ...redaction, key } } });
  for (let time = 0; time < 2; time++) {
    const answer = await send(collector, '/v1/traces', { body: small });
    expect(answer).toMatchObject({ status: 503, headers: { 'retry-after': '10' } });
    expect(answer.json()).toEqual({
      code: 14,
      message: expect.stringMatching(/^Nothing can be read: /),
    });
  }
  expect(await keptBy(collector)).toEqual([]);
});

test('where the rules of redaction cannot be read, nothing is taken', async () => {
  const collector = await takingCollector({ otlp: { redaction: { unknown: 'Line 3: a fault.' } } });
  const answer = await send(collector, '/v1/traces', { body: small });
  expect(answer).toMatchObject({ status: 503, headers: { 'retry-after': '10' } });
  expect(answer.json()).toEqual({ code: 14, message: 'Line 3: a fault.' });
  expect(await keptBy(collector)).toEqual([]);
});
