/** A player and what is said to it, message by message, for tests of what it answers. */
import type { Entry } from '../../model/entry.ts';
import {
  createPlayer,
  type Outgoing,
  type Player,
  type PlayOptions,
  recordedSessions,
} from '../../replay/index.ts';
import { client, type Said, type Step, server } from '../kit/entries.ts';

export function player(entries: readonly Entry[], options: PlayOptions = {}): Player {
  const [session] = recordedSessions(entries);
  if (!session) throw new Error('the tape has no session');
  return createPlayer(session, options);
}

/** Says these things one after the other; gives what came back each time. */
export function converse(playing: Player, said: readonly Said[]): string[][] {
  return said.map((one) => playing.receiveText(textOf(one)).map(shown));
}

function textOf(said: Said): string {
  if (typeof said === 'string') return said;
  const plain = Array.isArray(said) || 'jsonrpc' in said;
  return JSON.stringify(plain ? said : { jsonrpc: '2.0', ...said });
}

export function shown(out: Outgoing): string {
  if (out.kind === 'bytes') return `bytes ${JSON.stringify(Buffer.from(out.bytes).toString())}`;
  if (out.kind === 'end') return `end ${out.code} ${out.signal}`;
  return out.text.replace('"jsonrpc":"2.0",', '');
}

/** The error of a refusal. */
export function refusal(texts: readonly string[] | undefined): { message: string; code: number } {
  return JSON.parse(texts?.[0] ?? '{}').error;
}

/** A catalog in which these tools only read. */
export function readOnly(...names: readonly string[]): Step[] {
  const tools = names.map((name) => ({ name, annotations: { readOnlyHint: true } }));
  return [client({ id: 'list', method: 'tools/list' }), server({ id: 'list', result: { tools } })];
}
