/**
 * What was asked with and answered, as spans show it: only text that was recorded, and cut where
 * backends cut it. Of a session that was recorded raw nothing is shown, since its secrets are in it.
 */
import type { MessageEntry } from '../entry.ts';
import { member } from '../json.ts';
import { sha256Hex } from '../keyed-hash.ts';
import type { Session } from '../session.ts';
import { bytesOf } from '../text.ts';
import { valueText } from '../value-text.ts';
import { itemOf } from '../view.ts';
import type { Payloads } from './options.ts';

/** In bytes: Tempo cuts at 2048, and Elasticsearch takes no keyword above 32,766. */
const LONGEST: Readonly<Record<Payloads, number>> = { preview: 2048, genai: 32_766 };

/** The text of one payload as far as it is shown; size in bytes and hash are of all of it. */
export interface Payload {
  readonly text: string;
  readonly size: number;
  readonly sha256: string;
  readonly isCut: boolean;
}

/** What there is to show of a message, or of one of a batch. */
export function payloadIn(
  { text, value }: MessageEntry,
  item: number | undefined,
  how: Payloads,
): Payload | undefined {
  const found = valueText(text, [
    ...(item === undefined ? [] : [item]),
    ...pathIn(itemOf(value, item)),
  ]);
  return found === undefined ? undefined : payloadOf(found, how);
}

/** Whether the text of its messages may leave the recording: its secrets were replaced. */
export function mayShow({ head }: Session): boolean {
  return head !== undefined && head.capture !== 'raw';
}

function pathIn(message: unknown): readonly string[] {
  const method = member(message, 'method');
  if (method === 'tools/call' || method === 'prompts/get') return ['params', 'arguments'];
  if (method !== undefined) return ['params'];
  return member(message, 'error') === undefined ? ['result'] : ['error'];
}

function payloadOf(text: string, how: Payloads): Payload {
  const bytes = bytesOf(text);
  const size = bytes.length;
  const shown = size > LONGEST[how] ? wholePoints(bytes, LONGEST[how]) : bytes;
  return {
    text: decoder.decode(shown),
    size,
    sha256: sha256Hex(bytes),
    isCut: shown.length < size,
  };
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** The first bytes of a text, less the code point that the cut would split. */
function wholePoints(bytes: Uint8Array, most: number): Uint8Array {
  let end = most;
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--;
  return bytes.subarray(0, end);
}
