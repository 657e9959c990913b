/**
 * The query language, its first part: words that must all hold, each of them free text or `key:value`.
 * `-` before a word negates it, `|` inside a value offers alternatives, quotes keep spaces.
 *
 *   server: tool: method: id: kind: is:error|conflict|open   anything else: text in server, method or subject
 *
 * Parsing never fails: a word with an unknown key is reported and matches as text.
 */

const KEYS = ['server', 'tool', 'method', 'id', 'kind', 'is'] as const;
export type Key = (typeof KEYS)[number] | 'text';

export interface Term {
  readonly key: Key;
  readonly values: readonly string[];
  readonly not: boolean;
}

export interface Query {
  readonly terms: readonly Term[];
  /** Sentences about words that mean nothing. */
  readonly problems: readonly string[];
}

/** What a query can ask of a row; texts in lower case. */
export interface Subject {
  readonly server: string;
  readonly tool: string;
  readonly method: string;
  readonly subject: string;
  readonly id: string;
  readonly kind: string;
  readonly states: ReadonlySet<string>;
}

/** What `is:` and `kind:` may say. */
export const STATES = ['error', 'conflict', 'open'] as const;
const KIND_NAMES: Readonly<Record<string, string>> = {
  req: 'request',
  resp: 'response',
  notify: 'notification',
};

const WORD = /(-?)(?:([a-z]+):)?("[^"]*"?|\S+)?/giy;

export function parseQuery(text: string): Query {
  const terms: Term[] = [];
  const problems: string[] = [];
  let at = 0;
  while (at < text.length) {
    if (/\s/.test(text[at] ?? '')) {
      at++;
      continue;
    }
    WORD.lastIndex = at;
    const match = WORD.exec(text);
    if (!match || match[0] === '') break;
    at = WORD.lastIndex;
    const term = termOf(match, problems);
    if (term) terms.push(term);
  }
  return { terms, problems };
}

function termOf(
  [whole, minus, name, raw = '']: RegExpExecArray,
  problems: string[],
): Term | undefined {
  const key = name?.toLowerCase();
  const not = minus === '-';
  const values = raw
    .replaceAll('"', '')
    .toLowerCase()
    .split('|')
    .filter((value) => value !== '');
  if (key === undefined) return values.length === 0 ? undefined : { key: 'text', values, not };
  if (!isKey(key)) {
    problems.push(
      `${key}: is not a word of this language; ${KEYS.map((one) => `${one}:`).join(' ')} are`,
    );
    return { key: 'text', values: [whole.replace(/^-/, '').toLowerCase()], not };
  }
  if (values.length === 0) return undefined;
  if (key === 'is') problems.push(...values.filter((value) => !isState(value)).map(unknownState));
  return {
    key,
    values: key === 'kind' ? values.map((value) => KIND_NAMES[value] ?? value) : values,
    not,
  };
}

function unknownState(value: string): string {
  return `is:${value} is not known; ${STATES.map((state) => `is:${state}`).join(' ')} are`;
}

function isKey(text: string): text is (typeof KEYS)[number] {
  return (KEYS as readonly string[]).includes(text);
}

function isState(text: string): boolean {
  return (STATES as readonly string[]).includes(text);
}

export function matches({ terms }: Query, subject: Subject): boolean {
  return terms.every(
    ({ key, values, not }) => values.some((value) => holds(key, value, subject)) !== not,
  );
}

function holds(key: Key, value: string, subject: Subject): boolean {
  const { server, tool, method, id, kind, states } = subject;
  switch (key) {
    case 'server':
      return server.includes(value);
    case 'tool':
      return tool.includes(value);
    case 'method':
      return method.includes(value);
    case 'id':
      return id === value;
    case 'kind':
      return kind.startsWith(value);
    case 'is':
      return states.has(value);
    case 'text':
      return [server, method, subject.subject, kind].some((text) => text.includes(value));
  }
}
