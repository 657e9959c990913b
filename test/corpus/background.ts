/**
 * The background: agents that take turns with tools, each on things of its own, so that nobody gets in
 * anybody's way. What a detector says of it is a false alarm.
 */
import { type Act, all, pause } from './acts.ts';
import { type Asked, type Asking, type Client, givenBy } from './client.ts';
import type { ModelName } from './dialects.ts';
import type { Place, World } from './world.ts';

/** The servers that everybody uses, and the clients of both hosts. */
export interface Common {
  readonly places: Readonly<Record<ModelName, Place>>;
  readonly clients: readonly [Clients, Clients];
}

export type Clients = Readonly<Record<ModelName, Client>>;

export const MODEL_NAMES: readonly ModelName[] = [
  'keyValue',
  'fileTree',
  'counter',
  'appendList',
  'tickets',
  'mailbox',
  'rows',
];

/** Connects both hosts to one server of each model. */
export function* common(world: World): Act<Common> {
  const places = named((model) => world.place(model));
  const clients = world.hosts.map((who) => named((model) => world.connect(places[model], who)));
  yield* all(clients.flatMap((own) => Object.values(own).map((client) => client.open())));
  return { places, clients: clients as unknown as Common['clients'] };
}

function named<T>(make: (model: ModelName) => T): Record<ModelName, T> {
  return Object.fromEntries(MODEL_NAMES.map((model) => [model, make(model)])) as Record<
    ModelName,
    T
  >;
}

/** One agent's turns: it thinks, then asks for a few things at once. */
export function* agent(world: World, clients: Clients, turns: number): Act {
  const { clock, chance } = world;
  const works = Object.values(WORKS).map((work) => work(world, clients));
  for (let turn = 0; turn < turns; turn++) {
    yield* pause(clock, chance.between(300_000, 4_000_000));
    const count = chance.pick([1, 1, 2, 3, 4]);
    // Of one work at most one step a turn: what a step reads, another may change.
    const at = chance.below(works.length);
    const chosen = Array.from({ length: count }, (_, step) => works[(at + step) % works.length]);
    const thread = world.thread();
    yield* all(chosen.map((work) => (work as Step)(thread)));
  }
}

type Step = (thread: Asking) => Act;
type Work = (world: World, clients: Clients) => Step;

/** What agents do with each server: one step each time, on their own keys, ids and files. */
const WORKS: Readonly<Record<ModelName, Work>> = {
  keyValue({ chance, words }, { keyValue }) {
    const keys = [words.token(), words.token()];
    const known = new Set<string>();
    return function* step(thread) {
      const key = chance.pick(keys);
      if (known.has(key) && chance.oneIn(2)) yield* keyValue.call('get', { key }, thread);
      else yield* keyValue.call('put', { key, value: words.sentence() }, thread);
      known.add(key);
    };
  },
  fileTree({ chance, words }, { fileTree }) {
    const path = `/home/ada/${words.token()}/notes.md`;
    let last = '';
    return function* step(thread) {
      const next = words.sentence();
      if (last === '')
        yield* fileTree.call('write', { path, content: `# Notes\n${next}\n` }, thread);
      else if (chance.oneIn(3)) yield* fileTree.call('read', { path }, thread);
      else
        yield* fileTree.call('edit', { path, oldText: last, newText: `${last}\n${next}` }, thread);
      if (last === '') last = next;
    };
  },
  counter({ chance, words }, { counter }) {
    const name = words.token();
    return function* step(thread) {
      if (chance.oneIn(3)) yield* counter.call('value', { name }, thread);
      else yield* counter.call('increment', { name, by: chance.between(1, 9) }, thread);
    };
  },
  appendList({ chance, words }, { appendList }) {
    const list = words.token();
    return function* step(thread) {
      if (chance.oneIn(3)) yield* appendList.call('items', { list }, thread);
      else yield* appendList.call('append', { list, item: words.sentence() }, thread);
    };
  },
  tickets({ chance, words }, { tickets }) {
    const ids: string[] = [];
    return function* step(thread) {
      const id = chance.pick(ids);
      if (id === undefined || chance.oneIn(3)) {
        const title = words.sentence();
        ids.push(...idOf(yield* tickets.call('create', { title, body: words.sentence() }, thread)));
      } else if (chance.oneIn(2))
        yield* tickets.call('comment', { id, text: words.sentence() }, thread);
      else yield* tickets.call('get', { id }, thread);
    };
  },
  mailbox({ chance, words }, { mailbox }) {
    return function* step(thread) {
      if (chance.oneIn(4)) yield* mailbox.call('all', {}, thread);
      else {
        const letter = {
          to: `${words.token()}@example.org`,
          subject: words.topic(),
          body: words.sentence(),
        };
        yield* mailbox.call('send', letter, thread);
      }
    };
  },
  rows({ chance, words }, { rows }) {
    const table = words.token().replaceAll('-', '_');
    return function* step(thread) {
      if (chance.oneIn(4)) yield* rows.call('select', { table }, thread);
      else
        yield* rows.call(
          'insert',
          { table, label: words.token(), value: words.sentence() },
          thread,
        );
    };
  },
};

/** The id that a server minted, in whatever way it told it. */
export function idOf(asked: Asked): string[] {
  const given = givenBy(asked);
  if (typeof given === 'string')
    return /\b(?:TCK-|msg_|r)[0-9a-f]{6}\b/.exec(given)?.slice(0, 1) ?? [];
  const id = (given as { id?: unknown } | undefined)?.id;
  return typeof id === 'string' ? [id] : [];
}
