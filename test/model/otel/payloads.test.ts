// What spans show of arguments and results: only when asked to, as it was recorded, cut where backends cut it.
import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { ToSpans } from '../../../model/otel/options.ts';
import type { Attributes } from '../../../model/otel/span.ts';
import { toSpans } from '../../../model/otel/to-spans.ts';
import { viewsOf } from '../../../model/view.ts';
import {
  client,
  frame,
  type Step,
  server,
  type TapeOptions,
  tape,
  toolCall,
  toolText,
} from '../../kit/entries.ts';

/** The attributes of payloads of the last span. */
function shown(
  steps: readonly Step[],
  options: ToSpans,
  head: TapeOptions['head'] = {},
): Attributes {
  const [view] = viewsOf(tape('notes', steps, { head }));
  const { attributes = {} } = (view && toSpans(view, options).spans.at(-1)) ?? {};
  const keys =
    /^(?:wiretape\.payload|gen_ai\.(?:tool\.call|prompt\.variable)|openinf|input|output|session)/;
  return Object.fromEntries(Object.entries(attributes).filter(([key]) => keys.test(key)));
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** As a peer wrote it: not as JSON.stringify would. */
const ASKED = '{ "n":1.0, "n":2.50 , "deep":[1e3]}';
const ANSWERED = '{"content":[ {"type":"text","text":"\\u00e4"}]}';
const CALL = [
  client(
    `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"save","arguments":${ASKED}}}`,
  ),
  server(`{"jsonrpc":"2.0","id":1,"result":${ANSWERED}}`),
];

test('nothing, unless it is wished', () => {
  expect(shown(CALL, {})).toEqual({});
});

test('previews, with size and hash of all that was recorded, as it was written', () => {
  expect(shown(CALL, { payloads: 'preview' })).toEqual({
    'wiretape.payload.request.text': ASKED,
    'wiretape.payload.request.size': ASKED.length,
    'wiretape.payload.request.sha256': sha256(ASKED),
    'wiretape.payload.response.text': ANSWERED,
    'wiretape.payload.response.size': ANSWERED.length,
    'wiretape.payload.response.sha256': sha256(ANSWERED),
  });
});

test('where GenAI backends look for arguments and results of tools', () => {
  expect(shown(CALL, { payloads: 'genai', runAt: () => 'run-1' })).toEqual({
    'wiretape.payload.request.size': ASKED.length,
    'wiretape.payload.request.sha256': sha256(ASKED),
    'wiretape.payload.response.size': ANSWERED.length,
    'wiretape.payload.response.sha256': sha256(ANSWERED),
    'gen_ai.tool.call.arguments': ASKED,
    'gen_ai.tool.call.result': ANSWERED,
    'openinference.span.kind': 'TOOL',
    'input.value': ASKED,
    'input.mime_type': 'application/json',
    'output.value': ANSWERED,
    'output.mime_type': 'application/json',
    'session.id': 'run-1',
  });
});

test('arguments of prompts one by one, so many and no longer names', () => {
  const names = Array.from({ length: 40 }, (_, at) => `a${String(at).padStart(2, '0')}`);
  const args = Object.fromEntries([
    ['x'.repeat(65), 'left out'],
    ['count', 7],
    ...names.map((name) => [name, `of ${name}`]),
  ]);
  const steps = [
    client({ id: 1, method: 'prompts/get', params: { name: 'greet', arguments: args } }),
  ];
  const attributes = shown(steps, { payloads: 'genai' });
  const variables = Object.entries(attributes).filter(([key]) => key.startsWith('gen_ai.prompt'));
  expect(variables).toEqual(
    names.slice(0, 32).map((name) => [`gen_ai.prompt.variable.${name}`, `of ${name}`]),
  );
  expect(attributes['openinference.span.kind']).toBeUndefined();
});

test('an error is what was answered, and no result of the tool', () => {
  const error = { code: -32000, message: 'no', data: { why: 'full' } };
  const steps = [client(toolCall(1, 'save')), server({ id: 1, error })];
  const attributes = shown(steps, { payloads: 'genai' });
  expect(attributes['output.value']).toBe(JSON.stringify(error));
  expect(attributes['gen_ai.tool.call.result']).toBeUndefined();
});

test('what a notification tells, and each of a batch', () => {
  const told = { method: 'notifications/message', params: { level: 'info', data: 'x' } };
  expect(shown([server(told)], { payloads: 'preview' })).toMatchObject({
    'wiretape.payload.request.text': '{"level":"info","data":"x"}',
  });
  const batch =
    '[{"jsonrpc":"2.0","method":"a","params":{"n":1}},{"jsonrpc":"2.0","method":"b","params":{"n":2.0}}]';
  expect(shown([client(batch)], { payloads: 'preview' })).toMatchObject({
    'wiretape.payload.request.text': '{"n":2.0}',
  });
});

describe('what is long', () => {
  test.each([
    ['preview', 'wiretape.payload.request.text', 2048],
    ['genai', 'input.value', 32_766],
  ] as const)('%s: it is cut between two characters, and says so', (payloads, key, most) => {
    for (const pad of ['', 'x', 'xx', 'xxx']) {
      const args = { text: pad + '🦀'.repeat(20_000) };
      const whole = JSON.stringify(args);
      const attributes = shown([client(toolCall(1, 'save', args))], { payloads });
      const text = String(attributes[key]);
      expect(whole.startsWith(text)).toBe(true);
      expect(text).not.toMatch(/[\ud800-\udbff]$|\ufffd/);
      const bytes = Buffer.byteLength(text);
      expect(bytes).toBeLessThanOrEqual(most);
      expect(bytes).toBeGreaterThan(most - 4);
      expect(attributes['wiretape.payload.request.size']).toBe(Buffer.byteLength(whole));
      expect(attributes['wiretape.payload.request.sha256']).toBe(sha256(whole));
      if (payloads === 'genai') expect(attributes['input.mime_type']).toBe('text/plain');
    }
  });
});

test.each(['preview', 'genai'] as const)('%s: nothing of what was recorded raw', (payloads) => {
  expect(shown(CALL, { payloads }, { capture: 'raw' })).toEqual({});
  expect(shown(CALL, { payloads }, { capture: 'redacted' })).not.toEqual({});
});

test('of what was recorded raw no text of a peer leaves, but for names', () => {
  const uri = 'https://host.example/?access_token=s3cr3t';
  const steps = [
    client({ id: 1, method: 'resources/read', params: { uri } }),
    server({ id: 1, error: { code: -32000, message: 'no s3cr3t' } }),
    server({ method: 'notifications/resources/updated', params: { uri } }),
    client(toolCall(2, 'save', { key: 's3cr3t' })),
    server(toolText(2, 's3cr3t')),
  ];
  const textOf = (capture: 'raw' | 'redacted'): string => {
    const [view] = viewsOf(tape('notes', steps, { head: { capture } }));
    const spans = view ? toSpans(view, { payloads: 'genai' }) : {};
    return JSON.stringify(spans, (_, value) => (typeof value === 'bigint' ? String(value) : value));
  };
  expect(textOf('raw')).toContain('tools/call save');
  expect(textOf('raw')).not.toContain('s3cr3t');
  expect(textOf('redacted').split('s3cr3t').length).toBeGreaterThan(5);
});

test('nothing where no text was kept', () => {
  const kept = [frame('client', { why: 'metadata-only', bytes: 100 })];
  expect(shown(kept, { payloads: 'preview' }, { capture: 'metadata' })).toEqual({});
});
