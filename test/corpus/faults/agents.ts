/**
 * Faults of nobody in particular: every server is correct, and agents get in each other's way. They
 * stand beside the twenty of servers and of what lies between, so that all classes are scored.
 */
import { all, pause } from '../acts.ts';
import type { Client } from '../client.ts';
import { clientsOf, type Fault, marksOf } from './fault.ts';

const SOON = 250_000;

const overwritten: Fault = {
  id: 'F21',
  about: 'an agent writes what it made of an old state, over what another wrote meanwhile',
  code: 'C02',
  also: ['C03'],
  beside: ['C01', 'C04', 'C18', 'C05'],
  *play(scene) {
    const { world, isFaulty, one, other } = scene;
    const path = `/srv/shared/${world.words.token()}.md`;
    const old = `# Plan\n- ${world.words.sentence()}\n`;
    const place = world.place('fileTree', { holds: [[path, old]] });
    const [a, b] = (yield* clientsOf(scene, place, 2)) as [Client, Client];
    const [mine, theirs] = [`- ${world.words.sentence()}\n`, `- ${world.words.sentence()}\n`];
    const read = yield* a.call('read', { path }, one);
    yield* pause(world.clock, SOON);
    const seen = yield* b.call('read', { path }, other);
    const first = yield* b.call('write', { path, content: old + theirs }, other);
    yield* pause(world.clock, SOON);
    if (!isFaulty) yield* pause(world.clock, 6_000_000);
    const turn = isFaulty ? one : world.thread();
    const again = isFaulty ? [] : [yield* a.call('read', { path }, turn)];
    const content = isFaulty ? old + mine : old + theirs + mine;
    const second = yield* a.call('write', { path, content }, turn);
    yield* pause(world.clock, SOON);
    const last = yield* b.call('read', { path }, other);
    if (!isFaulty) return undefined;
    const key = path.split('/').at(-1) ?? path;
    return {
      scope: marksOf(read, seen, first, ...again, second, last),
      pair: [first.request, second.request],
      key,
    };
  },
};

const staleValue: Fault = {
  id: 'F22',
  about: 'an agent acts on a value that another had changed since',
  code: 'C04',
  also: ['C21'],
  beside: ['C02', 'C05', 'C18'],
  *play(scene) {
    const { world, isFaulty, one, other } = scene;
    const [key, old, next] = [world.words.token(), world.words.token(), world.words.token()];
    const place = world.place('keyValue', { holds: [[key, { key, value: old, version: 1 }]] });
    const orders = world.place('rows');
    const [a, b] = (yield* clientsOf(scene, place, 2)) as [Client, Client];
    const [desk] = (yield* clientsOf(scene, orders)) as [Client];
    const read = yield* a.call('get', { key }, one);
    yield* pause(world.clock, SOON);
    const put = yield* b.call('put', { key, value: next }, other);
    yield* pause(world.clock, SOON);
    // It looks again in a later turn, and goes by what it sees then.
    if (!isFaulty) yield* pause(world.clock, 6_000_000);
    const turn = isFaulty ? one : world.thread();
    const again = isFaulty ? [] : [yield* a.call('get', { key }, turn)];
    const order = { table: 'orders', label: key, value: isFaulty ? old : next };
    const used = yield* desk.call('insert', order, turn);
    if (!isFaulty) return undefined;
    const [shown] = marksOf(read).slice(1);
    const pair = [...(shown ? [shown] : []), put.request, used.request];
    return { scope: marksOf(read, put, ...again, used), pair, key };
  },
};

const atOnce: Fault = {
  id: 'F23',
  about: 'two agents overwrite one thing at once, and one of them is not there afterwards',
  code: 'C01',
  also: ['C03'],
  beside: ['C02', 'C05', 'C18'],
  *play(scene) {
    const { world, isFaulty, one, other } = scene;
    const path = `/srv/shared/${world.words.token()}.md`;
    const place = world.place('fileTree', { holds: [[path, world.words.sentence()]] });
    const [a, b] = (yield* clientsOf(scene, place, 2)) as [Client, Client];
    const [mine, theirs] = [world.words.sentence(), world.words.sentence()];
    const write = (client: Client, content: string) =>
      client.call('write', { path, content }, client === a ? one : other);
    const writes = isFaulty
      ? yield* all([write(a, mine), write(b, theirs)])
      : [yield* write(a, mine)];
    yield* pause(world.clock, SOON);
    const look = yield* b.call('read', { path }, other);
    if (!isFaulty) {
      yield* write(b, theirs);
      yield* a.call('read', { path }, one);
      return undefined;
    }
    const key = path.split('/').at(-1) ?? path;
    return { scope: marksOf(...writes, look), pair: writes.map(({ request }) => request), key };
  },
};

export const AGENT_FAULTS: readonly Fault[] = [overwritten, staleValue, atOnce];
