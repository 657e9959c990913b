/**
 * Looking for conflicts stays near linear where everything is about one thing: ten times the calls
 * cost about ten times the looks. Looks are counted, not timed: each time a rule asks for a message,
 * for the request or the answer of a call, or for when an operation ran.
 */
import { expect, test } from 'vitest';
import { searchConflicts } from '../../../analysis/conflicts/search.ts';
import { operationsOf } from '../../../analysis/footprint/operation.ts';
import { RULES } from '../../../analysis/index.ts';
import { orderOf } from '../../../analysis/order.ts';
import type { Material } from '../../../analysis/rules/rule.ts';
import type { Entry } from '../../../model/entry.ts';
import type { WholeView } from '../../../model/session.ts';
import { viewsOf } from '../../../model/view.ts';
import { client, http, type Step, server, toolCall } from '../../kit/entries.ts';
import { ms, scene } from '../scene.ts';

interface Counter {
  looks: number;
}

/** The sessions of these entries, in which every look is counted. */
function watched(entries: readonly Entry[], counter: Counter): Material {
  const views = viewsOf(entries).map((view): WholeView => {
    for (const call of view.session.calls) {
      counted(call, 'request', counter);
      counted(call, 'response', counter);
    }
    const value: WholeView['value'] = (ref) => {
      counter.looks += 1;
      return view.value(ref);
    };
    return { ...view, value };
  });
  const operations = operationsOf(views);
  for (const operation of operations) {
    counted(operation, 'start', counter);
    counted(operation, 'end', counter);
  }
  const order = orderOf(views);
  const material: Material = {
    views,
    footprints: [],
    operations: () => operations,
    order: () => order,
    lostUpdates: () => [],
    conflicts: () => searchConflicts(material),
    broken: () => [],
    crossed: () => [],
  };
  return material;
}

function counted(of: object, name: string, counter: Counter): void {
  const value: unknown = (of as Record<string, unknown>)[name];
  Object.defineProperty(of, name, {
    enumerable: true,
    get() {
      counter.looks += 1;
      return value;
    },
  });
}

const range = (count: number): number[] => Array.from({ length: count }, (_, at) => at);
const text = (value: string) => ({ content: [{ type: 'text', text: value }] });

/** All of them asked before any is answered, half of them cancelled, and shown by a read later. */
function oneTool(count: number, titleOf: (id: number) => string): Entry[] {
  const asked = range(count).map((id) =>
    client(toolCall(`t${id}`, 'create_ticket', { title: titleOf(id) }), { at: ms(id) }),
  );
  const later = range(count).flatMap((id): Step[] => [
    ...(id % 2
      ? [
          client(
            { method: 'notifications/cancelled', params: { requestId: `t${id}` } },
            { at: ms(count + id) },
          ),
        ]
      : []),
    ...(id % 3
      ? [server({ id: `t${id}`, result: text(`Created T-${id}`) }, { at: ms(2 * count + id) })]
      : []),
  ]);
  const reads = range(count).map((at) => ({
    tool: 'list_tickets',
    from: 4 * count + at,
    to: 4 * count + at + 1,
    gives: titleOf(at),
  }));
  return scene('tickets', reads, { steps: [...asked, ...later] });
}

/** One id for all, each on an exchange of its own, and each with the answer of another. */
function oneId(count: number): Entry[] {
  const [ada, bob] = ['Bearer <secret:header:aaaaaaaa>', 'Bearer <secret:header:bbbbbbbb>'];
  const steps = range(count).flatMap((at): Step[] => {
    const [exchange, by] = [at + 1, at % 2 ? ada : bob];
    return [
      { ...http(exchange, 'opened', { headers: [['authorization', by]] }), at: ms(at) },
      client(toolCall(7, 'get_card', { note: `note ${at}` }), { at: ms(at), exchange }),
      { ...http(exchange, 'head', { status: 200 }), at: ms(count + at) },
      server({ id: 7, result: text(`note ${(at + 1) % count}`) }, { at: ms(count + at), exchange }),
    ];
  });
  return scene('cards', [], { steps, head: { transport: 'http' } });
}

/** A list that changes all the time, with calls that fit only the list before. */
function oneList(count: number): Entry[] {
  const toolOf = (at: number) => ({
    name: 'find',
    inputSchema: { type: 'object', required: [`by${at % 2}`] },
    annotations: { readOnlyHint: true, idempotentHint: true },
  });
  const steps = range(count).flatMap((at): Step[] => [
    server({ method: 'notifications/tools/list_changed' }, { at: ms(10 * at) }),
    client({ id: 3 * at, method: 'tools/list' }, { at: ms(10 * at + 1) }),
    server({ id: 3 * at, result: { tools: [toolOf(at)] } }, { at: ms(10 * at + 2) }),
    client(toolCall(3 * at + 1, 'find', { [`by${(at + 1) % 2}`]: 'x' }), { at: ms(10 * at + 3) }),
    server(
      { method: 'notifications/resources/updated', params: { uri: 'n://1' } },
      { at: ms(10 * at + 4) },
    ),
    server({ id: 3 * at + 1, result: text('nothing') }, { at: ms(10 * at + 5) }),
    client(
      { id: 3 * at + 2, method: 'resources/read', params: { uri: 'n://1' } },
      { at: ms(10 * at + 6) },
    ),
    server(
      { id: 3 * at + 2, result: { contents: [{ uri: 'n://1', text: `id-${at}a7` }], ttlMs: 1 } },
      { at: ms(10 * at + 7) },
    ),
  ]);
  return scene('lists', [], { steps });
}

const CONFLICTS = RULES.filter(({ fixtures }) =>
  fixtures.some((file) => file.includes('/conflicts/')),
);

test.each([
  ['one tool', (count: number) => oneTool(count, () => 'The printer is on fire')],
  ['one read', (count: number) => oneTool(count, (id) => `Printer p-${id} is on fire`)],
  ['one id', oneId],
  ['one list', oneList],
])('%s', (_, storm) => {
  const [few, many] = [100, 1000].map((count) => {
    const counter = { looks: 0 };
    const material = watched(storm(count), counter);
    return CONFLICTS.map((rule) => {
      counter.looks = 0;
      rule.find(material);
      return [rule.rule, counter.looks] as const;
    });
  });
  const grown = new Map(few);
  for (const [rule, looks] of many ?? []) {
    const limit = 14 * (grown.get(rule) ?? 0) + 1000;
    expect(`${rule}: ${Math.min(looks, limit)}`).toBe(`${rule}: ${looks}`);
  }
});
