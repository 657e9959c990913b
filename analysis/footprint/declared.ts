/** Accesses that somebody declared: a user's rule before one of our packs. */
import type {
  AccessTemplates,
  AccessWord,
  FootprintRule,
  ToolFootprint,
} from '../../model/footprint-rule.ts';
import type { Session } from '../../model/session.ts';
import { type Access, type AccessKind, CONFIDENCE, type Provenance } from './access.ts';
import { type Container, isServer } from './container.ts';
import { matches } from './pattern.ts';
import { resourcesOf, type Template, templateOf } from './template.ts';

/** The accesses of a call by its tool and arguments; undefined where nobody declared any. */
export type Declared = (tool: string, args: unknown) => readonly Access[] | undefined;

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

/** The rules that hold for one session, each made ready once for a tool. */
export function declaredBy(
  footprints: readonly FootprintRule[],
  session: Session,
  container: Container,
): Declared {
  const own = footprints.filter(
    (rule): rule is ToolFootprint =>
      'tool' in rule &&
      (rule.server === undefined || isServer(rule.server, session, container.server)),
  );
  const tools = new Map<string, Ready | undefined>();
  const readyFor = (tool: string): Ready | undefined => {
    if (tools.has(tool)) return tools.get(tool);
    const rule = own.find((one) => matches(one.tool, tool));
    const ready = rule && readyOf(rule.accesses, 'user');
    tools.set(tool, ready);
    return ready;
  };
  return (tool, args) => {
    const ready = readyFor(tool);
    return ready?.flatMap(({ template, ...rest }) =>
      resourcesOf(template, args, container).map((place) => ({ ...place, ...rest })),
    );
  };
}

type Ready = readonly (Omit<Access, 'resource' | 'label'> & { readonly template: Template })[];

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
