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
  /** Those of `unchecked` that are lists with definitions in the baseline, of servers that were seen. */
  readonly missed: readonly string[];
  /** Whether any server was compared, and of its lists any that has definitions, if there are such. */
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
  const found: Found = { changes: [], unchecked: [], missed: [], whole: [] };
  const { changes, unchecked, missed, whole } = found;
  const all = pairs(baseline, current);
  for (const [server, before, after] of all) {
    if (after) compareServer(server, before, after, found);
    else unchecked.push(`${server} was not seen`);
  }
  for (const server of Object.keys(current)) {
    if (!isKnown(baseline, current, server)) unchecked.push(`${server} is not in the baseline`);
  }
  const isSeen = all.some(([, , after]) => after !== undefined);
  const isBlind = missed.length > 0 && whole.length === 0 && changes.length === 0;
  return { changes, unchecked, missed, isAny: isSeen && !isBlind };
}

interface Found {
  readonly changes: DefinitionChange[];
  readonly unchecked: string[];
  readonly missed: string[];
  /** Lists with definitions that were compared as a whole. */
  readonly whole: string[];
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
  { changes, unchecked, missed, whole }: Found,
): void {
  for (const change of serverChanges(before, after))
    changes.push({ server, kind: 'server', name: server, ...change });
  for (const listing of LISTINGS) {
    const [old, now] = [before[listing], after[listing]];
    const isPartial = after.partial?.includes(listing) === true;
    const lacks = isPartial
      ? `${server}: not all pages of ${listing} were listed`
      : old && !now && `${server}: ${listing} were not listed`;
    if (lacks) unchecked.push(lacks);
    if (old && Object.keys(old).length > 0) (lacks ? missed : whole).push(lacks || listing);
    if (!now) continue;
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
