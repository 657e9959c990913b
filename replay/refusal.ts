/** What becomes of a message that was not recorded: passed on to a live server, or refused. */
import type { Id, SingleMessage } from '../model/message.ts';
import type { LiveSession } from './live-session.ts';
import { openingAmong } from './pass-on.ts';
import type { Miss } from './report.ts';
import type { OutgoingMessage } from './speak.ts';

/** The code of our errors: outside of all ranges that JSON-RPC and MCP reserve. */
export const MISS_CODE = 90404;

/** A live message, and its value. */
export interface Live {
  readonly message: SingleMessage;
  readonly value: unknown;
}

/** Reports a miss. A request is answered with it, if nobody else is there to answer it. */
export function refuse(
  state: LiveSession,
  miss: Miss,
  { message, value }: Live,
): OutgoingMessage[] {
  const others = () => state.said.map((one) => one.value).filter((one) => one !== value);
  const opening = () => openingAmong(others());
  if (state.passOn?.pass({ message, text: textOf(state, value), opening })) {
    state.misses.push({ ...miss, origin: 'live' });
    return [];
  }
  state.misses.push(miss);
  if (message.kind !== 'request') return [];
  const { detail, reason, nearest, pointer, write, from, source } = miss;
  const text = refusalText(message.id, detail, { reason, nearest, pointer, write, from, source });
  state.refusals.push(text);
  return [{ kind: 'message', text, notifies: false, eof: false }];
}

/** The text of a live message: as its line was written, if it was alone on it. */
export function textOf({ line }: LiveSession, value: unknown): string {
  return line ?? JSON.stringify(value);
}

export function refusalText(id: Id, detail: string, data?: object): string {
  const error = { code: MISS_CODE, message: `wiretape: ${detail}`, ...(data ? { data } : {}) };
  return JSON.stringify({ jsonrpc: '2.0', id, error });
}
