/** Accesses that somebody declared: a user's rule before a row of one of our packs. */
import type {
  AccessTemplates,
  AccessWord,
  FootprintRule,
  ToolFootprint,
} from '../../model/footprint-rule.ts';
import { type Template, templateOf } from '../../model/footprint-template.ts';
import { isObject, member } from '../../model/json.ts';
import { matches } from '../../model/name-pattern.ts';
import type { Session } from '../../model/session.ts';
import {
  type Access,
  type AccessKind,
  CONFIDENCE,
  type Provenance,
  type Resource,
} from './access.ts';
import { type Container, isServer } from './container.ts';
import type { Pack } from './packs/pack.ts';
import { PACKS } from './packs.ts';
import { wholeOf } from './resources.ts';
import { resourcesOf } from './template.ts';
import type { Kind } from './verbs.ts';

/** The accesses of a call; undefined where nobody declared any. */
export type Declared = (
  tool: { readonly name: string; readonly definition: unknown },
  args: unknown,
) => readonly Access[] | undefined;

const KINDS: Readonly<Record<AccessWord, readonly AccessKind[]>> = {
  read: ['R'],
  list: ['L'],
  overwrite: ['W'],
  modify: ['R', 'W'],
  add: ['A'],
  append: ['A'],
  increment: ['I'],
  create: ['C'],
  delete: ['D'],
  unknown: ['X'],
};

/** The declarations that hold for one session, each made ready once for a tool. */
export function declaredBy(
  footprints: readonly FootprintRule[],
  session: Session,
  container: Container,
): Declared {
  const rules = footprints.filter(
    (rule): rule is ToolFootprint =>
      'tool' in rule &&
      (rule.server === undefined || isServer(rule.server, session, container.server)),
  );
  const packs = PACKS.filter((pack) => isOf(pack, session));
  const tools = new Map<string, Ready | undefined>();
  return (tool, args) => {
    const known = tools.has(tool.name);
    const ready = known ? tools.get(tool.name) : readyFor(tool, rules, packs);
    if (!known) tools.set(tool.name, ready);
    return ready && accessesBy(ready, args, container);
  };
}

/** Whether a server is that of a pack: by its own name, or by the package that it was started from. */
function isOf({ servers, packages }: Pack, { server, head }: Session): boolean {
  const from = head?.launch?.package?.name;
  return (
    (server !== undefined && servers.includes(server.name)) ||
    (from !== undefined && packages.includes(from))
  );
}

/** What a template declares, but for the resource that the arguments name. */
interface Deed extends Omit<Access, keyof Resource> {
  readonly template: Template;
}

type Ready = readonly Deed[];

function readyFor(
  { name, definition }: Parameters<Declared>[0],
  rules: readonly ToolFootprint[],
  packs: readonly Pack[],
): Ready | undefined {
  const rule = rules.find(({ tool }) => matches(tool, name));
  if (rule) return readyOf(rule.accesses, 'user');
  for (const { tools } of packs) {
    const row = Object.hasOwn(tools, name) ? tools[name] : undefined;
    const ready = row && readyOf(row, 'pack');
    if (ready && hasArguments(definition, ready)) return ready;
  }
  return undefined;
}

function readyOf(accesses: AccessTemplates, provenance: Provenance): Ready {
  return (Object.keys(accesses) as AccessWord[]).flatMap((word) =>
    [accesses[word] ?? []].flat().flatMap((text) => {
      const template = templateOf(text);
      if (!template) return [];
      const ordered = word === 'append' ? { ordered: true as const } : {};
      const known = { confidence: CONFIDENCE[provenance], provenance, ...ordered };
      return KINDS[word].map((kind) => ({ template, kind, ...known }));
    }),
  );
}

/** Whether a tool, as its server lists it, has what a row names: versions come and go. */
function hasArguments(definition: unknown, ready: Ready): boolean {
  const properties = member(definition, 'inputSchema', 'properties');
  if (!isObject(properties)) return true;
  return ready.every(({ template }) =>
    template.parts.every(
      (part) => typeof part === 'string' || Object.hasOwn(properties, part.pointer[0] ?? ''),
    ),
  );
}

/** Where no template finds its argument, the call may have been about anything. */
function accessesBy(ready: Ready, args: unknown, container: Container): Access[] {
  const found: Access[] = [];
  for (const deed of ready) {
    for (const place of resourcesOf(deed.template, args, container)) found.push(at(place, deed));
  }
  if (found.length > 0) return found;
  const whole = wholeOf(container);
  return ready.map((deed) => at(whole, deed));
}

/** Field by field: spreading them costs ten times as much. */
function at(
  { resource, label }: Resource,
  { kind, confidence, provenance, ordered }: Deed,
): Access {
  const known = { resource, label, kind, confidence, provenance };
  return ordered ? { ...known, ordered } : known;
}

/** The kind of a call as a whole where a user declared it: that of the change which goes furthest. */
export function declaredKind(accesses: readonly Access[] | undefined): Kind | undefined {
  if (!accesses) return undefined;
  const own = accesses.filter(({ provenance }) => provenance === 'user');
  const read = new Set(own.flatMap(({ kind, resource }) => (kind === 'R' ? [resource] : [])));
  const kinds = new Set(
    own.map(({ kind, resource }) => (kind === 'W' && read.has(resource) ? 'I' : kind)),
  );
  return FURTHEST.find(([kind]) => kinds.has(kind))?.[1];
}

/** From what takes things away to what only looks; an increment is a change within one call. */
const FURTHEST: readonly (readonly [AccessKind, Kind])[] = [
  ['D', 'D'],
  ['W', 'W'],
  ['C', 'C'],
  ['A', 'A'],
  ['I', 'M'],
  ['X', 'X'],
  ['L', 'L'],
  ['R', 'R'],
];
