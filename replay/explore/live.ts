/**
 * Runs courses against live servers. Starting them is what costs, so while one run goes on the
 * servers of the next are started, each with a fresh copy of its folder.
 */
import { availableParallelism } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import type { Call } from '../../model/session.ts';
import type { Connect } from '../client/connection.ts';
import type { ClientLine } from '../client/lines.ts';
import type { Course } from './course.ts';
import { createHold, type Hold } from './hold.ts';
import { isMissing, lend } from './lend.ts';
import type { Gone, Steps } from './met.ts';
import { moved } from './moved.ts';
import type { Chosen, Numbered, Source } from './operations.ts';
import { copyFolders, type Folders, folderHash, type Reset } from './reset.ts';
import type { Answer, Delays, Execute, Ran, Run } from './run.ts';
import { type Seated, type SeatOptions, sitDown, usesOf } from './world.ts';

/** A server that may be explored, as its user named it. */
export interface LiveServer {
  readonly name: string;
  /** `folder`: the copy of this run, where the reset is one. */
  connect(folder: string | undefined): Connect;
  readonly reset: Reset;
  /** What stands in the folder is a part of the outcome. */
  readonly hash: boolean;
}

export interface LiveOptions extends SeatOptions {
  readonly chosen: Chosen;
  /** The server of a recorded session. */
  readonly serverOf: (source: Source) => LiveServer;
  readonly ordered: boolean;
  /** What met in a run and does not in the recording. */
  readonly met: (steps: Steps) => Ran['meets'];
  /** For how many runs servers are started before they are needed. */
  readonly ahead?: number;
}

export interface LiveExecutor {
  readonly execute: Execute;
  /** Ends all servers, those that were started ahead too. */
  close(): Promise<void>;
}

/** What was asked and answered, step by step. */
function stepsOf(
  { seats }: World,
  { course, byNumber }: { course: Course; byNumber: ReadonlyMap<number, Numbered> },
): Steps {
  return course.map((together) =>
    together.flatMap((number): Gone[] => {
      const one = byNumber.get(number);
      const seat = one && seats.get(one.source);
      if (!one || !seat) return [];
      const { line, operation } = one;
      const answer = seat.answersTo(line)[line.calls.indexOf(operation.call)];
      return [{ one, request: seat.requestOf(operation.call), answer }];
    }),
  );
}

interface World {
  readonly seats: ReadonlyMap<Source, Seated>;
  readonly folders: Folders;
  readonly hold: Hold;
  end(): Promise<void>;
}

export function liveExecutor(options: LiveOptions): LiveExecutor {
  const servers = new Set(sourcesIn(options.chosen).map(options.serverOf));
  // What a hook resets is one thing for all runs, so none can begin before the last has ended.
  const isShared = [...servers].some(({ reset }) => reset.kind === 'hook');
  const ahead = isShared ? 0 : (options.ahead ?? Math.min(2, availableParallelism()));
  const pool: Promise<World>[] = [];
  const ending = new Set<Promise<void>>();
  const start = (): Promise<World> => {
    const world = createWorld(options, [...servers]);
    // Whoever takes it hears of it.
    world.catch(() => {});
    return world;
  };
  const take = (): Promise<World> => {
    const world = pool.shift() ?? start();
    while (pool.length < ahead && !options.signal.aborted) pool.push(start());
    return world;
  };
  const finish = async (world: World): Promise<void> => {
    const over = world.end();
    ending.add(over);
    over.finally(() => ending.delete(over)).catch(() => {});
    if (isShared || ending.size > ahead) await over;
  };
  return {
    async execute(course, delays) {
      const world = await take();
      try {
        options.signal.throwIfAborted();
        return await runCourse(options, world, { course, delays });
      } finally {
        await finish(world);
      }
    },
    async close() {
      for (const world of pool.splice(0)) await world.then(({ end }) => end()).catch(() => {});
      await Promise.allSettled(ending);
    },
  };
}

function sourcesIn({ operations, probes }: Chosen): Source[] {
  return [...new Set([...operations, ...probes].map(({ source }) => source))];
}

async function createWorld(options: LiveOptions, servers: readonly LiveServer[]): Promise<World> {
  const { chosen, serverOf } = options;
  for (const { reset } of servers) if (reset.kind === 'hook') await reset.run(options.signal);
  const copied = servers.flatMap(({ reset }) => (reset.kind === 'copy' ? [reset] : []));
  const folders = await copyFolders(copied);
  const teachers = teachersIn(chosen);
  const hold = createHold();
  const seats = new Map(
    sourcesIn(chosen).map((source) => {
      const lines = linesOf(chosen, source);
      const connect = hold.around(connectTo(serverOf(source), folders));
      return [source, sitDown({ source, connect, teachers }, lines, options)];
    }),
  );
  const end = async (): Promise<void> => {
    await Promise.allSettled([...seats.values()].map((seat) => seat.end()));
    await folders.remove();
  };
  const world: World = { seats, folders, hold, end };
  try {
    await Promise.all([...seats.values()].map(({ ready }) => ready));
  } catch (error) {
    await end();
    throw error;
  }
  return world;
}

function teachersIn({ operations, probes }: Chosen): ReadonlySet<Call> {
  return new Set(
    [...operations, ...probes].flatMap(({ source, line }) =>
      usesOf(source, line).flatMap(({ source: { answers } }) => answers ?? []),
    ),
  );
}

function linesOf({ operations, probes }: Chosen, source: Source): ClientLine[] {
  const own = [...operations, ...probes].filter((one) => one.source === source);
  return [...new Set(own.map(({ line }) => line))];
}

function connectTo({ connect, reset }: LiveServer, folders: Folders): Connect {
  if (reset.kind !== 'copy') return connect(undefined);
  const folder = folders.of(reset.key);
  return moved(connect(folder), reset.was, folder);
}

interface Asked {
  readonly course: Course;
  readonly delays: Delays;
}

async function runCourse(options: LiveOptions, world: World, asked: Asked): Promise<Run> {
  const { operations, probes } = options.chosen;
  const byNumber = new Map(operations.map((one) => [one.number, one]));
  const done: Numbered[] = [];
  for (const together of asked.course) {
    const own = together.flatMap((number) => byNumber.get(number) ?? []);
    for (const one of own) lend(world.seats, one);
    await issue(world, own, asked.delays);
    done.push(...own);
  }
  const shown: (readonly [string, Answer])[] = [];
  for (const { name, source, line } of probes) {
    const seat = world.seats.get(source);
    lend(world.seats, { source, line });
    await seat?.ask([line]);
    const [answer] = seat?.answersTo(line) ?? [];
    if (answer) shown.push([name, answer]);
  }
  for (const { number, source, line } of done) {
    const why =
      world.seats.get(source)?.unbound(line) ??
      (isMissing(world.seats, { source, line }) ? NOT_GIVEN : undefined);
    if (why !== undefined) return { kind: 'illegal', why: `#${number} cannot be sent: ${why}` };
  }
  options.signal.throwIfAborted();
  return {
    kind: 'ran',
    answers: done.map(({ number, source, line }) => [
      number,
      world.seats.get(source)?.answersTo(line) ?? [],
    ]),
    probes: [...shown, ...(await hashes(options, world))],
    meets: options.met(stepsOf(world, { course: asked.course, byNumber })),
    versions: [...new Set([...world.seats.values()].map((seat) => seat.version()))].sort(),
  };
}

const NOT_GIVEN = 'a value that it carries was not given by another server';

/** Sends operations together; those without a delay leave in one turn of the event loop. */
async function issue(
  world: World,
  own: readonly Numbered[],
  { calls: delays, holdsAnswers }: Delays,
): Promise<void> {
  const atOnce = own.filter(({ number }) => (delays.get(number) ?? 0) === 0);
  const later = own.filter((one) => !atOnce.includes(one));
  const seats = [...new Set(atOnce.map(({ source }) => source))];
  if (holdsAnswers) world.hold.begin(own.length);
  const heard = async ({ source, line }: Numbered): Promise<void> => {
    await world.seats.get(source)?.settled(line);
    world.hold.over();
  };
  await Promise.all([
    ...(holdsAnswers ? own.map(heard) : []),
    ...seats.map((source) =>
      world.seats
        .get(source)
        ?.ask(atOnce.filter((one) => one.source === source).map(({ line }) => line)),
    ),
    ...later.map(async ({ number, source, line }) => {
      await delay(delays.get(number) ?? 0);
      await world.seats.get(source)?.ask([line]);
    }),
  ]);
}

async function hashes({ serverOf, chosen, ordered }: LiveOptions, { folders }: World) {
  const hashed = new Set(
    sourcesIn(chosen)
      .map(serverOf)
      .flatMap(({ hash, reset }) => (hash && reset.kind === 'copy' ? [reset] : [])),
  );
  return Promise.all(
    [...hashed].map(
      async ({ key, was }) =>
        [`files of ${was}`, await folderHash(folders.of(key), ordered)] as const,
    ),
  );
}
