/**
 * Faults: what servers, clients and what lies between them do wrong, each on request. The same acts
 * without the fault are its clean twin.
 */
import type { Act } from '../acts.ts';
import type { Asked, Asking, Client } from '../client.ts';
import type { Mark } from '../wire/recorder.ts';
import type { Place, World } from '../world.ts';

/** Which calls a fault was in. Labels never stand in a recording. */
export interface Truth {
  /** Every message that it touched: a finding that shows one of them is about it. */
  readonly scope: readonly Mark[];
  /** Those that a finding must show to have found the place. */
  readonly pair: readonly Mark[];
  /** A part of what the resource, the tool or the id is called. */
  readonly key: string;
}

export interface Scene {
  readonly world: World;
  readonly isFaulty: boolean;
  /** Two agents, of different hosts. */
  readonly one: Asking;
  readonly other: Asking;
}

export interface Fault {
  readonly id: string;
  /** What goes wrong. */
  readonly about: string;
  /** The class by which it is scored, and the codes that name it as well. */
  readonly code: string;
  readonly also?: readonly string[];
  /** Codes that are true of it and do not name it: they count neither for nor against. */
  readonly beside?: readonly string[];
  /** The class says itself that traffic alone shows no more than this. */
  readonly tier?: 'POTENTIAL';
  /** Plays it, or its twin; what was wrong, where anything was. */
  play(scene: Scene): Act<Truth | undefined>;
}

/** A client of this place for each host, opened one after the other. */
export function* clientsOf(
  { world }: Scene,
  place: Place,
  count: 1 | 2 = 1,
  options: Parameters<World['connect']>[2] & { readonly wants?: object } = {},
): Act<Client[]> {
  const { wants, ...connecting } = options;
  const clients = world.hosts.slice(0, count).map((who) => world.connect(place, who, connecting));
  for (const client of clients) yield* client.open(wants ? { wants: { ...wants } } : {});
  return clients;
}

export function marksOf(...asked: readonly Asked[]): Mark[] {
  return asked.flatMap(({ request, response }) => (response ? [request, response] : [request]));
}

/** A tool of a place, by the word of its model, as its endpoints offer it. */
export function nameOf(place: Place, tool: string): string {
  return place.offered.wording(tool, {}).name;
}

/** Lets every endpoint of the place run this tool in another way. */
export function replace(
  place: Place,
  tool: string,
  run: (
    call: Parameters<Running>[0],
    original: Running,
    endpoint: Place['endpoints'][number],
  ) => ReturnType<Running>,
): void {
  place.prepare.push((endpoint) => {
    const name = nameOf(place, tool);
    const offered = endpoint.tools.get(name);
    if (!offered) return;
    endpoint.tools.set(name, { ...offered, run: (call) => run(call, offered.run, endpoint) });
  });
}

export type Running = Place['offered']['tools'][number]['run'];
