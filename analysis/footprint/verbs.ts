/**
 * What a tool does, from the words of its name.
 *
 * A name decides more than what a server says of itself: hints are priors, used where the name says
 * nothing, and where they make us more careful. Wrong on the safe side is X, which hides findings
 * and never makes one.
 */
import { member } from '../../model/json.ts';
import { wordsOf } from './words.ts';

/**
 * R read, L list or search, C create, A add to something, M modify, W overwrite or move, D delete,
 * X unknown.
 */
export type Kind = 'R' | 'L' | 'C' | 'A' | 'M' | 'W' | 'D' | 'X';

/** Words of everyday English, and the commands of Redis, after which its servers call their tools. */
const VERBS: Readonly<Record<Exclude<Kind, 'X'>, string>> = {
  R: 'read get fetch show view open describe cat head tail inspect lookup retrieve mget hget hgetall lrange smembers',
  L: 'list search find ls tree browse enumerate dump scan grep',
  C: 'create new make mkdir register',
  A: 'add append insert prepend record remember attach link comment lpush rpush sadd',
  M: 'edit update patch modify change increment decrement incr decr toggle mark upsert adjust amend',
  W: 'write set mset hset put store replace save overwrite reset upload store restore sync import move rename mv copy cp revert rollback undo merge checkout migrate',
  D: 'delete del hdel srem remove drop clear purge rm unlink destroy unset archive expire discard trash erase wipe truncate pop dequeue prune forget detach close cancel',
};

const KIND_OF: ReadonlyMap<string, Kind> = new Map(
  (Object.keys(VERBS) as Exclude<Kind, 'X'>[]).flatMap((kind) =>
    VERBS[kind].split(' ').map((verb) => [verb, kind] as const),
  ),
);

/** Words that are no noun: beside a reading verb they say that the tool may write after all. */
const SURELY_WRITES =
  /^(?:write|create|add|append|insert|modify|edit|update|replace|delete|remove|set|save|execute|run|and|or)$/;

/** Reads with these words in their names show a part, or something about the whole. */
const NARROW = new Set(
  [
    'recent latest last first top newest oldest best worst random next previous current',
    'active inactive pending unread open closed done overdue due upcoming public private visible',
    'popular trending today yesterday my mine own favorite favorites favourite favourites similar',
    'nearby window chunk slice range excerpt snippet head tail peek feed inbox',
    'summary count stats statistics status info sample preview metadata size sizes schema',
    'permission allowed directories',
  ].flatMap((words) => words.split(' ')),
);

/** Reading verbs that select something, whatever they are asked for. */
const SELECTING = new Set(['search', 'find', 'grep', 'scan', 'browse', 'head', 'tail']);

/** Whether a word between the verb and the thing says which of them: `starred`, `expiring`. */
function isParticiple(word: string): boolean {
  return word.length > 4 && (word.endsWith('ed') || word.endsWith('ing'));
}

/** Whether the name of a reading tool says that it shows only a part. */
function isNarrow(words: readonly string[], verb: string | undefined): boolean {
  if (verb !== undefined && SELECTING.has(verb)) return true;
  // A page that is read may be a thing; one that is listed is a part of a list.
  if (words.at(-1) === 'page' && KIND_OF.get(verb ?? '') === 'L') return true;
  return words.some((word, at) => {
    if (word === verb && at === 0) return false;
    const isQualifier = at < words.length - 1 || word.endsWith('ed');
    return NARROW.has(word) || (isQualifier && isParticiple(word));
  });
}

export interface Deed {
  readonly kind: Kind;
  /** For reads: the name does not say that it shows only a part. */
  readonly whole: boolean;
  /** 1 where the name says it, less where a hint had to. */
  readonly confidence: number;
}

/** What a tool of this name does; `definition` is the tool as its server listed it, when it did. */
export function deedOf(name: string, definition?: unknown): Deed {
  const words = wordsOf(name);
  const verb = verbOf(words);
  const says = verb === undefined ? 'X' : (KIND_OF.get(verb) ?? 'X');
  const whole = !isNarrow(words, verb);
  const readOnly = member(definition, 'annotations', 'readOnlyHint');
  if (says === 'R' || says === 'L') {
    const doubtful =
      readOnly === false || words.some((word) => word !== verb && SURELY_WRITES.test(word));
    return { kind: doubtful ? 'X' : says, whole, confidence: 1 };
  }
  if (readOnly !== true) return { kind: says, whole, confidence: 1 };
  // A server that calls its unknown or creating tool read-only shows us something, but who knows what.
  if (says === 'X' || says === 'C' || says === 'A' || says === 'M')
    return { kind: 'R', whole: false, confidence: 0.6 };
  return { kind: says, whole, confidence: 1 };
}

/** The verb leads (`create_list`), or ends (`file_read`), or stands behind a prefix (`notes_add_tag`). */
export function verbOf(words: readonly string[]): string | undefined {
  const [first, last] = [words[0], words.at(-1)];
  if (first !== undefined && KIND_OF.has(first)) return first;
  if (last !== undefined && KIND_OF.has(last)) return last;
  return words.find((word) => KIND_OF.has(word));
}

/** Whether the verb puts something where it is, or is to be: what it names need not be there. */
export function isPutting(name: string, kind: Kind): boolean {
  return kind === 'W' && PUTTING.has(verbOf(wordsOf(name)) ?? '');
}

const PUTTING = new Set(['write', 'set', 'hset', 'put', 'store', 'save', 'upload']);

/** Whether the verb carries something from one place to another, so that all its arguments are keys. */
export function isMove(name: string): boolean {
  return wordsOf(name).some((word) => /^(?:move|rename|mv|copy|cp)$/.test(word));
}
