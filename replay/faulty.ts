/**
 * A player whose server misbehaves where the user says so. It changes what the player says and
 * nothing of what it hears, so it stands between any player and any transport; it is as pure and as
 * synchronous as the player, and what is left to chance follows from the seed and the call alone.
 */
import { member, parseJson } from '../model/json.ts';
import { sha256Hex } from '../model/keyed-hash.ts';
import { isId } from '../model/message.ts';
import { itemOf } from '../model/view.ts';
import type { Fault, Faults } from './fault.ts';
import { replaceAt } from './json-text.ts';
import type { Player } from './player.ts';
import type { AppliedFault } from './report.ts';
import type { Answered, Outgoing, OutgoingMessage } from './speak.ts';

/** What a message became. `held`: it waits until so many others have been sent. */
type Changed =
  | { readonly kind: 'said'; readonly said: readonly Outgoing[] }
  | { readonly kind: 'held'; readonly message: OutgoingMessage; readonly count: number };

interface Held {
  readonly message: OutgoingMessage;
  readonly applied: AppliedFault & { held?: true };
  left: number;
}

export function withFaults(player: Player, faults: Faults, seed: number): Player {
  if (faults.size === 0) return player;
  const applied: (AppliedFault & { held?: true })[] = [];
  let held: Held[] = [];
  let isOver = false;

  const send = (one: Outgoing): Outgoing[] => {
    if (one.kind !== 'message') return [one];
    for (const other of held) other.left--;
    const free = held.filter(({ left }) => left <= 0);
    held = held.filter(({ left }) => left > 0);
    for (const { applied: told } of free) delete told.held;
    return [one, ...free.map(({ message }) => message)];
  };

  const change = (message: OutgoingMessage): Outgoing[] => {
    let said: readonly Outgoing[] = [message];
    for (const answered of message.answers ?? []) {
      for (const fault of faults.get(answered.call) ?? []) {
        // Nothing is left of an answer that was dropped or held back.
        if (said.length === 0) break;
        const told: AppliedFault & { held?: true } = { fault: fault.text, call: answered.call };
        applied.push(told);
        const parts = said.map((one) => changed(one, { fault, answered, seed }));
        said = parts.flatMap((part) => (part.kind === 'said' ? part.said : []));
        for (const part of parts) {
          if (part.kind !== 'held') continue;
          told.held = true;
          held.push({ message: part.message, applied: told, left: part.count });
        }
      }
    }
    return [...said];
  };

  const pass = (said: readonly Outgoing[]): Outgoing[] => {
    const out: Outgoing[] = [];
    for (const one of said) {
      const own = one.kind === 'message' ? change(one) : [one];
      for (const other of own.flatMap(send)) {
        out.push(other);
        if (other.kind === 'end') isOver = true;
        if (isOver) return out;
      }
    }
    return out;
  };

  return {
    ...player,
    start: () => pass(player.start()),
    receive: (value) => (isOver ? [] : pass(player.receive(value))),
    receiveText: (text) => (isOver ? [] : pass(player.receiveText(text))),
    hear(text, exchange) {
      if (isOver) return { heard: [], said: [] };
      const { heard, said } = player.hear(text, exchange);
      return { heard, said: pass(said) };
    },
    abandon: (exchange) => (isOver ? [] : pass(player.abandon(exchange))),
    more() {
      const more = player.more();
      return isOver ? [] : pass(more);
    },
    report: () => ({ ...player.report(), faults: applied.map((one) => ({ ...one })) }),
  };
}

interface Place {
  readonly fault: Fault;
  readonly answered: Answered;
  readonly seed: number;
}

function changed(one: Outgoing, { fault, answered, seed }: Place): Changed {
  if (one.kind !== 'message') return said(one);
  const { kind, numbers } = fault;
  const [first, last = first] = numbers;
  const draw = (count: number) => drawn(`${seed} ${fault.text} ${answered.call}`, count);
  switch (kind) {
    case 'delay': {
      const [least, most] = [first ?? 0, last ?? 0];
      return said({ ...one, delay: least + draw(most - least + 1) });
    }
    case 'drop':
      return said();
    case 'duplicate':
      return said(one, one);
    case 'reorder':
      return { kind: 'held', message: one, count: first ?? 1 };
    case 'error':
      return said({ ...one, text: withError(one.text, answered, first ?? INTERNAL_ERROR) });
    case 'close':
      return said({ kind: 'end', code: first ?? 1, signal: null });
    case 'wrong-id':
      return said({ ...one, text: withWrongId(one.text, answered, draw(1_000_000)) });
  }
}

function said(...all: readonly Outgoing[]): Changed {
  return { kind: 'said', said: all };
}

/** From 0 to below `count`; the same for the same words. */
function drawn(words: string, count: number): number {
  return Number.parseInt(sha256Hex(words).slice(0, 12), 16) % count;
}

/** JSON-RPC: the server itself failed. */
const INTERNAL_ERROR = -32603;

function withError(text: string, answered: Answered, code: number): string {
  const id = idIn(text, answered);
  const error = { code, message: 'wiretape: a fault that the user asked for' };
  return replaceAt(text, answered.path, JSON.stringify({ jsonrpc: '2.0', id, error }));
}

/** An id of the same type that no request has: clients count up, or draw from far more. */
function withWrongId(text: string, answered: Answered, draw: number): string {
  const id = idIn(text, answered);
  const wrong = typeof id === 'number' ? id + 1_000_000 + draw : `${id}-${draw}`;
  return replaceAt(text, [...answered.path, 'id'], JSON.stringify(wrong));
}

function idIn(text: string, { path }: Answered): string | number | null {
  const parsed = parseJson(text);
  const [item] = path;
  const message = itemOf(parsed.ok ? parsed.value : undefined, item as number | undefined);
  const id = member(message, 'id');
  return isId(id) ? id : null;
}
