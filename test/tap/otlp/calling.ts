/** Calls through a tap that sends spans, and what must be so of them whatever their endpoint did. */
import { expect } from 'vitest';
import { toSpans } from '../../../model/otel/to-spans.ts';
import type { Receiver } from '../../kit/receiver.ts';
import { outcome, server, start, tapped, temporaryFolder } from '../kit.ts';
import { checkSent, recordedOne, unconfirmed } from './sent.ts';

export const JSON_PLEASE = { OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' };

export function asked(id: number, method = 'ask'): string {
  return `${JSON.stringify({ jsonrpc: '2.0', id, method, params: { text: `number ${id}` } })}\n`;
}

/** A tap before a server that answers at once, with spans to this address. */
export async function tapTo(url: string, env: Readonly<Record<string, string>> = JSON_PLEASE) {
  const state = await temporaryFolder();
  const command = await tapped(server('answer'), { state, options: ['--otlp', url] });
  const child = start(command, env);
  const ended = outcome(child);
  let said = '';
  child.stderr.on('data', (text) => {
    said += String(text);
  });
  return { child, ended, state, said: () => said };
}

/** Calls from one number to another, each answered, with no more than a hundred open. */
export async function calls(
  child: ReturnType<typeof start>,
  from: number,
  to: number,
): Promise<void> {
  let [next, answered] = [from, from];
  const more = (): void => {
    for (; next < to && next < answered + 100; next++) child.stdin.write(asked(next));
  };
  more();
  await new Promise<void>((resolve) => {
    child.stdout.on('data', (chunk: Buffer) => {
      for (const byte of chunk) if (byte === 0x0a) answered++;
      if (answered < to) more();
      else resolve();
    });
  });
  child.stdout.removeAllListeners('data');
  child.stdout.resume();
}

/** Every span of the recording stands at the endpoint once it was sent what is left, and no other. */
export async function checkNoneLost(
  receiver: Receiver,
  state: string,
  count: number,
): Promise<void> {
  const view = await recordedOne(state);
  checkSent(receiver, [view]);
  const { spans } = toSpans(view);
  expect(spans.filter(({ name }) => name === 'ask')).toHaveLength(count);
  const left = unconfirmed(view, receiver).map(({ spanId }) => spanId);
  const all = new Set([...receiver.spans.keys(), ...left]);
  expect(all).toEqual(new Set(spans.map(({ spanId }) => spanId)));
}
