/**
 * Decoys: what looks like a conflict and is none. Each goes on correct servers in the sight of the tap,
 * and all of them are in every recording; what a detector says of them is a false alarm.
 */
import { type Act, all, pause, waited } from './acts.ts';
import { type Common, idOf } from './background.ts';
import { type Asking, type Client, givenBy } from './client.ts';
import { MODERN } from './wire/messages.ts';
import type { World } from './world.ts';

interface Scene {
  readonly world: World;
  readonly common: Common;
  /** Two agents of different hosts. */
  readonly one: Asking;
  readonly other: Asking;
}

type Decoy = (scene: Scene) => Act;

export function decoys(world: World, common: Common): (() => Act)[] {
  return Object.values(DECOYS).map(
    (decoy) => () => decoy({ world, common, one: world.thread(), other: world.thread() }),
  );
}

const SOON = 400_000;

const DECOYS: Readonly<Record<string, Decoy>> = {
  *'adding at once to one list'({ world, common: { clients }, one, other }) {
    const list = world.words.token();
    const add = (client: Client, thread: Asking) => () =>
      client.call('append', { list, item: world.words.sentence() }, thread);
    const [a, b] = clients.map(({ appendList }) => appendList) as [Client, Client];
    yield* all([add(a, one)(), add(b, other)(), add(a, one)(), add(b, other)()]);
    yield* pause(world.clock, SOON);
    yield* b.call('items', { list }, other);
  },
  *'counting at once'({ world, common: { clients }, one, other }) {
    const name = world.words.token();
    const [a, b] = clients.map(({ counter }) => counter) as [Client, Client];
    const calls = [a, b, a].map((client, at) =>
      client.call('increment', { name, by: at + 1 }, client === a ? one : other),
    );
    yield* all(calls);
    yield* a.call('value', { name }, one);
  },
  *'a write that asks for its version'({ world, common: { clients }, one, other }) {
    const key = world.words.token();
    const [a, b] = clients.map(({ keyValue }) => keyValue) as [Client, Client];
    yield* a.call('put', { key, value: world.words.sentence() }, one);
    const write = function* (client: Client, thread: Asking): Act {
      for (let tries = 0; tries < 3; tries++) {
        const there = givenBy(yield* client.call('get', { key }, thread));
        const version = Number((there as { version?: number } | undefined)?.version ?? tries + 1);
        const value = world.words.sentence();
        const asked = yield* client.call('putIf', { key, value, version }, thread);
        if (!(asked.answer?.['result'] as { isError?: true } | undefined)?.isError) return;
      }
    };
    yield* all([write(a, one), write(b, other)]);
  },
  *'the same value twice at once'({ world, common: { clients }, one, other }) {
    const [key, value] = [world.words.token(), world.words.sentence()];
    const [a, b] = clients.map(({ keyValue }) => keyValue) as [Client, Client];
    yield* all([a.call('put', { key, value }, one), b.call('put', { key, value }, other)]);
    yield* a.call('get', { key }, one);
  },
  *'one after the other, with a look in between'({ world, common: { clients }, one, other }) {
    const key = world.words.token();
    const [a, b] = clients.map(({ keyValue }) => keyValue) as [Client, Client];
    yield* a.call('put', { key, value: world.words.sentence() }, one);
    yield* pause(world.clock, SOON);
    yield* b.call('get', { key }, other);
    yield* b.call('put', { key, value: world.words.sentence() }, other);
    yield* pause(world.clock, SOON);
    yield* a.call('get', { key }, one);
  },
  *'ten edits at once of one file'({ world, common: { clients }, one }) {
    const path = `/home/ada/${world.words.token()}/plan.md`;
    const { fileTree } = clients[0];
    const lines = Array.from({ length: 10 }, () => `- [ ] ${world.words.sentence()}`);
    yield* fileTree.call('write', { path, content: lines.join('\n') }, one);
    const edits = lines.map((line) =>
      fileTree.call(
        'edit',
        { path, oldText: line, newText: `${line} by ${world.words.token()}` },
        one,
      ),
    );
    yield* all(edits);
    yield* fileTree.call('read', { path }, one);
  },
  *'an edit that takes back another'({ world, common: { clients }, one, other }) {
    const path = `/home/ada/${world.words.token()}/draft.md`;
    const [a, b] = clients.map(({ fileTree }) => fileTree) as [Client, Client];
    const [old, next, last] = [
      world.words.sentence(),
      world.words.sentence(),
      world.words.sentence(),
    ];
    yield* a.call('write', { path, content: `${old}\n` }, one);
    yield* a.call('edit', { path, oldText: old, newText: next }, one);
    yield* b.call('edit', { path, oldText: next, newText: last }, other);
    yield* a.call('read', { path }, one);
  },
  *'what was written is removed by right'({ world, common: { clients }, one, other }) {
    const [a, b] = clients.map(({ mailbox }) => mailbox) as [Client, Client];
    const letter = () => ({
      to: `${world.words.token()}@example.org`,
      subject: world.words.topic(),
      body: world.words.sentence(),
    });
    const [sent] = yield* all([a.call('send', letter(), one), b.call('send', letter(), other)]);
    const [id] = sent ? idOf(sent) : [];
    if (id === undefined) return;
    yield* pause(world.clock, SOON);
    yield* b.call('remove', { id }, other);
    yield* a.call('all', {}, one);
  },
  *'two tickets of one title'({ world, common: { clients }, one }) {
    const { tickets } = clients[0];
    const title = world.words.topic();
    yield* tickets.call('create', { title, body: world.words.sentence() }, one);
    yield* pause(world.clock, SOON);
    yield* tickets.call('create', { title, body: world.words.sentence() }, one);
    yield* tickets.call('list', {}, one);
  },
  *'the same step every few seconds'({ world, common: { clients }, one }) {
    const name = world.words.token();
    for (let turn = 0; turn < 3; turn++) {
      yield* clients[0].counter.call('increment', { name, by: 1 }, one);
      yield* pause(world.clock, 5_000_000);
    }
    yield* clients[0].counter.call('value', { name }, one);
  },
  *'asked again after it was given up'({ world, common: { clients }, one }) {
    const { keyValue } = clients[0];
    const [key, value] = [world.words.token(), world.words.sentence()];
    const first = keyValue.startCall('put', { key, value }, one);
    yield* pause(world.clock, 2_400);
    if (world.setting.transport === 'http' && world.setting.revision === MODERN) first.abandon();
    else if (first.answer === undefined) keyValue.cancel(first);
    yield* pause(world.clock, SOON);
    yield* keyValue.call('put', { key, value }, one);
    yield* keyValue.call('get', { key }, one);
  },
  *'a cancellation that crosses its answer'({ world, common, one }) {
    const { rows } = common.clients[0];
    if (world.setting.transport === 'http' && world.setting.revision === MODERN) return;
    const table = world.words.token().replaceAll('-', '_');
    const row = { table, label: world.words.token(), value: world.words.sentence() };
    const asked = rows.startCall('insert', row, { ...one, id: 'crossing' });
    yield* waited<void>((wake) => {
      for (const endpoint of common.places.rows.endpoints)
        endpoint.hooks.leaving = ({ id }) => id === 'crossing' && wake();
    });
    rows.cancel(asked);
    yield* pause(world.clock, SOON);
    yield* rows.call('select', { table }, one);
  },
  *'read again after somebody else changed it'({ world, common: { clients }, one, other }) {
    const [a, b] = clients.map(({ tickets }) => tickets) as [Client, Client];
    const [id] = idOf(
      yield* a.call('create', { title: world.words.sentence(), body: world.words.sentence() }, one),
    );
    if (id === undefined) return;
    yield* a.call('get', { id }, one);
    yield* pause(world.clock, SOON);
    yield* b.call('update', { id, status: 'in review' }, other);
    yield* pause(world.clock, 6_000_000);
    const turn = world.thread();
    yield* a.call('get', { id }, turn);
    yield* a.call('comment', { id, text: world.words.sentence() }, turn);
  },
  *'an id that is used again'({ world, common: { clients }, one }) {
    if (world.setting.revision !== MODERN) return;
    for (let turn = 0; turn < 2; turn++)
      yield* clients[1].mailbox.call('all', {}, { ...one, id: 'again' });
  },
};
