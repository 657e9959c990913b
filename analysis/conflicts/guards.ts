/**
 * Guards: what keeps a write from running over what it did not see.
 *
 * A write may say which state it is meant for (an etag, a version, what is expected there), and then
 * its server refuses it where the state is another. Or its agent holds a lock or has a transaction
 * open around it. Both are known by their words; a guard that is none hides a finding, and makes none.
 */
import { isObject } from '../../model/json.ts';
import { textsIn } from '../footprint/leaves.ts';
import { argumentsOf, type Operation, resultOf } from '../footprint/operation.ts';
import { wordsOf } from '../footprint/words.ts';
import type { Agent } from './agents.ts';

export interface Guards {
  /** The write is done only where things are as it says. */
  isConditional(write: Operation): boolean;
  /** Its agent held a lock, or had a transaction open, when it began. */
  isLocked(operation: Operation): boolean;
}

/** `operations` in the order they began. */
export function guardsOf(
  operations: readonly Operation[],
  agentOf: (operation: Operation) => Agent,
): Guards {
  const refusing = new Set<string>();
  const locked = new Set<Operation>();
  const turns = new Map<string, Turn>();
  // What is opened and never closed is no lock: a room is reserved, a chat begun.
  const since = new Map<Agent, Operation[]>();
  for (const operation of operations) {
    const agent = agentOf(operation);
    const turn = turnOf(operation, turns);
    if (turn === 'closes') {
      for (const held of since.get(agent) ?? []) locked.add(held);
      since.delete(agent);
    }
    since.get(agent)?.push(operation);
    if (turn === 'opens' && operation.ok) since.set(agent, []);
    if (refuses(operation)) refusing.add(toolOf(operation));
  }
  return {
    isConditional: (write) => refusing.has(toolOf(write)) || names(argumentsOf(write)),
    isLocked: (operation) => locked.has(operation),
  };
}

const STATE_WORD = /^(?:etag|version|revision|rev|sha|expected|precondition|unmodified|cas)$/;

/** Whether an argument says what state the write is meant for. */
function names(args: unknown): boolean {
  if (!isObject(args)) return false;
  return Object.keys(args).some((name) => {
    const words = wordsOf(name);
    const isAbout =
      words.some((word) => STATE_WORD.test(word)) ||
      (words[0] === 'if' && (words[1] === 'match' || words[1] === 'none'));
    return isAbout && args[name] !== null && args[name] !== '';
  });
}

const REFUSAL =
  /\b(?:conflict|stale|out of date|precondition|etag|version mismatch|wrong version|modified since|has changed|was changed|changed since|already locked|lock held)/i;

/** So much of an error is looked at: one that names a conflict says it first. */
const LOOKED_AT = 2_000;

/** Whether it failed with words that say that its tool checks before it writes. */
function refuses(operation: Operation): boolean {
  const { ok, kind, call } = operation;
  if (ok || kind === 'R' || kind === 'L' || call.response === undefined) return false;
  const value = operation.view.value(call.response);
  const said = isObject(value) ? (value['error'] ?? resultOf(operation)) : undefined;
  return textsIn(said).some((text) => REFUSAL.test(text.slice(0, LOOKED_AT)));
}

function toolOf({ container, tool }: Operation): string {
  return `${container.server} ${tool}`;
}

const OPENS = /^(?:lock|acquire|begin|transaction|lease)$/;
const CLOSES = /^(?:unlock|release|commit|rollback|abort|end)$/;
const SQL_OPENS = /^\s{0,20}(?:begin|start\s{1,20}transaction)\b/i;
const SQL_CLOSES = /^\s{0,20}(?:commit|rollback|end)\b/i;

function turnOf(operation: Operation, known: Map<string, Turn>): Turn {
  const { kind, tool } = operation;
  if (kind === 'R' || kind === 'L') return undefined;
  if (!known.has(tool)) known.set(tool, turnOfTool(tool));
  return known.get(tool) ?? (kind === 'X' ? turnOfTexts(argumentsOf(operation)) : undefined);
}

type Turn = 'opens' | 'closes' | undefined;

/** Whether a tool of this name opens a lock or a transaction, or closes one. */
function turnOfTool(tool: string): Turn {
  const words = wordsOf(tool);
  if (words.some((word) => CLOSES.test(word))) return 'closes';
  return words.some((word) => OPENS.test(word)) ? 'opens' : undefined;
}

/** Whether a query among the arguments does. */
function turnOfTexts(args: unknown): Turn {
  const values = isObject(args) ? Object.values(args) : [];
  const texts = values.filter((value) => typeof value === 'string');
  if (texts.some((text) => SQL_CLOSES.test(text))) return 'closes';
  return texts.some((text) => SQL_OPENS.test(text)) ? 'opens' : undefined;
}
