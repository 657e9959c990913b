// Trace context: read from messages, headers and the environment; added only when asked for, and then recorded
// both ways: what the client wrote, and what was put in.

import { expect, test } from 'vitest';
import type { Entry, MessageEntry } from '../../model/entry.ts';
import { viewsOf } from '../../model/view.ts';
import { ask, bodyOf, json, rpc, tapAt, upstream } from './http/kit.ts';
import { inOrder, journal, run, tapped, temporaryFolder } from './kit.ts';

const [TRACE, OTHER] = ['a'.repeat(32), 'c'.repeat(32)];
const GIVEN = `00-${TRACE}-${'b'.repeat(16)}-01`;
const PING = '{"jsonrpc":"2.0","id":1,"method":"ping"}';
const TRACED = `{"jsonrpc":"2.0","id":2,"method":"ping","params":{"_meta":{"traceparent":"${GIVEN}"}}}`;
const NOTE = '{"jsonrpc":"2.0","method":"notifications/initialized"}';

function requests(entries: readonly Entry[]): MessageEntry[] {
  return inOrder(entries).filter(
    (entry): entry is MessageEntry => entry.type === 'message' && entry.from === 'client',
  );
}

test('the environment and headers name the trace of what names none itself', async () => {
  const state = await temporaryFolder();
  const env = { TRACEPARENT: `00-${OTHER}-${'b'.repeat(16)}-01` };
  const { stdout } = await run(await tapped(['cat'], { state, env }), {
    input: `${PING}\n${TRACED}\n`,
    env,
  });
  expect(String(stdout)).toBe(`${PING}\n${TRACED}\n`);
  const [view] = viewsOf((await journal(state)).entries);
  expect(
    view?.session.calls.filter(({ from }) => from === 'client').map(({ trace }) => trace),
  ).toEqual([OTHER, TRACE]);

  const far = await upstream((request, response) => {
    request.resume();
    json(response, { jsonrpc: '2.0', id: 1, result: {} });
  });
  const httpState = await temporaryFolder();
  const tap = await tapAt(far.url, httpState);
  await rpc(tap.url, { id: 1, method: 'ping' }, { traceparent: GIVEN });
  await tap.end();
  const [http] = viewsOf((await journal(httpState)).entries);
  expect(http?.session.calls).toMatchObject([{ trace: TRACE }]);
});

test.each(['inject', 'rewrite'] as const)('--propagate %s over stdio', async (how) => {
  const state = await temporaryFolder();
  const options = ['--propagate', how];
  const large = `{"jsonrpc":"2.0","id":3,"method":"ping","params":{"x":"${'y'.repeat(100_000)}"}}`;
  const input = `${PING}\r\n\n${TRACED}\n${large}\n${NOTE}\nno JSON\n${PING}`;
  const { stdout } = await run(await tapped(['cat'], { state, options }), { input });
  const { entries } = await journal(state);
  const recorded = requests(entries);
  // What the client wrote stands in the recording, byte for byte.
  expect(recorded.map(({ text }) => text)).toEqual([`${PING}\r`, TRACED, large, NOTE, PING]);
  const [first = '', empty, second = '', ...rest] = String(stdout).split('\n');
  expect([empty, ...rest]).toEqual(['', large, NOTE, 'no JSON', PING]);
  const put = JSON.parse(first).params._meta.traceparent;
  expect(put).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
  expect(recorded[0]?.propagated).toBe(put);
  const passed = JSON.parse(second).params._meta.traceparent;
  expect(recorded[1]?.propagated).toBe(how === 'rewrite' ? passed : undefined);
  expect(passed.slice(0, 35)).toBe(GIVEN.slice(0, 35));
  expect(passed === GIVEN).toBe(how === 'inject');
  expect(recorded.slice(2).map(({ propagated }) => propagated)).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
});

test('--propagate over HTTP', async () => {
  const heard: string[] = [];
  const far = await upstream(async (request, response) => {
    heard.push(String(await bodyOf(request)));
    json(response, { jsonrpc: '2.0', id: 1, result: {} });
  });
  const state = await temporaryFolder();
  const tap = await tapAt(far.url, state, ['--propagate', 'inject']);
  const message = { id: 1, method: 'tools/call', params: { name: 'grüße' } };
  const length = String(Buffer.byteLength(JSON.stringify({ jsonrpc: '2.0', ...message })));
  expect((await rpc(tap.url, message, { 'content-length': length })).status).toBe(200);
  await rpc(tap.url, message);
  await tap.end();
  const [known, chunked] = requests((await journal(state)).entries);
  expect(JSON.parse(heard[0] ?? '').params).toEqual({
    _meta: { traceparent: known?.propagated },
    name: 'grüße',
  });
  expect(known?.text).toBe(JSON.stringify({ jsonrpc: '2.0', ...message }));
  // Of a body whose length is not known nothing is held.
  expect([chunked?.propagated, heard[1]]).toEqual([undefined, known?.text]);
});

test.each(['inject', 'rewrite'] as const)(
  '--propagate %s knows the trace of the header',
  async (how) => {
    const heard: string[] = [];
    const far = await upstream(async (request, response) => {
      heard.push(String(await bodyOf(request)));
      json(response, { jsonrpc: '2.0', id: 1, result: {} });
    });
    const tap = await tapAt(far.url, await temporaryFolder(), ['--propagate', how]);
    const length = String(Buffer.byteLength(PING));
    const headers = { 'content-type': 'application/json', 'content-length': length };
    await ask(tap.url, { headers: { ...headers, traceparent: GIVEN }, body: [PING] });
    await ask(tap.url, { headers: { ...headers, traceparent: 'nonsense' }, body: [PING] });
    await tap.end();
    const [named, unnamed] = heard.map((text) => JSON.parse(text).params?._meta.traceparent);
    // One request names one trace, wherever it names it.
    if (how === 'inject') expect(named).toBeUndefined();
    else expect(named.slice(0, 35)).toBe(GIVEN.slice(0, 35));
    expect(unnamed).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
  },
);
