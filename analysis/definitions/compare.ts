/** Compares what servers offer with a baseline. */
import { fingerprint } from '../../model/canonical.ts';
import type { JsonObject } from '../../model/json.ts';
import type { Change, DefinitionChange, Differ } from './change.ts';
import { LEVELS } from './change.ts';
import {
  type Definitions,
  KINDS,
  LISTINGS,
  type Listing,
  type ServerDefinitions,
} from './definitions.ts';
import { hiddenIn } from './hidden.ts';
import { promptChanges, resourceChanges } from './offers.ts';
import { toolChanges } from './tool.ts';
import { wording } from './words.ts';

export interface Compared {
  /** By server, kind and name; the worst of a definition first. */
  readonly changes: readonly DefinitionChange[];
  /** What could not be compared, as sentences. */
  readonly unchecked: readonly string[];
  /** Whether any server was compared. */
  readonly isAny: boolean;
}

const DIFFERS: Readonly<Record<Listing, Differ>> = {
  tools: toolChanges,
  prompts: promptChanges,
  resources: resourceChanges('uri'),
  templates: resourceChanges('uriTemplate'),
};

/** Servers are told apart by name; one against one is compared whatever it is called. */
export function compareDefinitions(baseline: Definitions, current: Definitions): Compared {
  const changes: DefinitionChange[] = [];
  const unchecked: string[] = [];
  const all = pairs(baseline, current);
  for (const [server, before, after] of all) {
    if (after) compareServer(server, before, after, changes, unchecked);
    else unchecked.push(`${server} was not seen`);
  }
  for (const server of Object.keys(current)) {
    if (!isKnown(baseline, current, server)) unchecked.push(`${server} is not in the baseline`);
  }
  return { changes, unchecked, isAny: all.some(([, , after]) => after !== undefined) };
}

type Pair = readonly [
  server: string,
  before: ServerDefinitions,
  after: ServerDefinitions | undefined,
];

function pairs(baseline: Definitions, current: Definitions): Pair[] {
  const [only, ...others] = Object.values(current);
  const isOne = only !== undefined && others.length === 0 && Object.keys(baseline).length === 1;
  return Object.entries(baseline).map(([server, before]) => [
    server,
    before,
    isOne ? only : Object.hasOwn(current, server) ? current[server] : undefined,
  ]);
}

function isKnown(baseline: Definitions, current: Definitions, server: string): boolean {
  const areOne = Object.keys(baseline).length === 1 && Object.keys(current).length === 1;
  return areOne || Object.hasOwn(baseline, server);
}

function compareServer(
  server: string,
  before: ServerDefinitions,
  after: ServerDefinitions,
  changes: DefinitionChange[],
  unchecked: string[],
): void {
  for (const change of serverChanges(before, after))
    changes.push({ server, kind: 'server', name: server, ...change });
  for (const listing of LISTINGS) {
    const [old, now] = [before[listing], after[listing]];
    if (!now) {
      if (old) unchecked.push(`${server}: ${listing} were not listed`);
      continue;
    }
    const isPartial = after.partial?.includes(listing) === true;
    if (isPartial) unchecked.push(`${server}: not all pages of ${listing} were listed`);
    const found = listingChanges(old ?? {}, now, DIFFERS[listing], isPartial);
    for (const [name, change] of found)
      changes.push({ server, kind: KINDS[listing], name, ...change });
  }
}

/** Who the server says it is, and what it says of itself. */
function serverChanges(before: ServerDefinitions, after: ServerDefinitions): Change[] {
  const [was, is] = [before.server, after.server];
  if (!is) return [];
  const name: Change[] =
    was && was.name !== is.name
      ? [{ level: 'breaking', at: 'name', text: `${was.name} → ${is.name}` }]
      : [];
  return [
    ...name,
    ...wording('version', was?.version, is.version),
    ...wording('instructions', before.instructions, after.instructions),
  ];
}

type Listed = Readonly<Record<string, JsonObject>>;

function listingChanges(
  before: Listed,
  after: Listed,
  differ: Differ,
  isPartial: boolean,
): [string, Change][] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return names.flatMap((name): [string, Change][] => {
    const [old, now] = [own(before, name), own(after, name)];
    if (old && now) return byLevel(differ(old, now)).map((change) => [name, change]);
    if (now) return [[name, fresh(now)]];
    return isPartial || !old ? [] : [[name, gone(name, old, before, after)]];
  });
}

function own(listed: Listed, name: string): JsonObject | undefined {
  return Object.hasOwn(listed, name) ? listed[name] : undefined;
}

function byLevel(changes: readonly Change[]): Change[] {
  return LEVELS.flatMap((level) => changes.filter((one) => one.level === level));
}

/** A new definition is read by models like a changed one, so what it hides is told as well. */
function fresh(definition: JsonObject): Change {
  const hidden = hiddenIn(definition);
  return { level: 'widening', at: '', text: 'new', ...(hidden.length > 0 ? { hidden } : {}) };
}

function gone(name: string, old: JsonObject, before: Listed, after: Listed): Change {
  const meaning = withoutName(old);
  const heir = Object.entries(after).find(
    ([other, definition]) => !Object.hasOwn(before, other) && withoutName(definition) === meaning,
  );
  const text = heir && heir[0] !== name ? `gone; ${heir[0]} is defined as it was` : 'gone';
  return { level: 'breaking', at: '', text };
}

/** What a definition is known by when it goes by another name. */
function withoutName({
  name: _,
  uri: __,
  uriTemplate: ___,
  title: ____,
  ...rest
}: JsonObject): string {
  return fingerprint(rest);
}
