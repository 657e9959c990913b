/**
 * The corpus: one recording a fault, seed, era and transport, and its clean twin. Nothing of it is
 * kept: the same settings give the same recording, byte for byte.
 */
import type { Entry } from '../../model/entry.ts';
import { type Act, all, pause } from './acts.ts';
import { agent, common } from './background.ts';
import { decoys } from './decoys.ts';
import { AGENT_FAULTS } from './faults/agents.ts';
import { CALL_FAULTS } from './faults/calls.ts';
import { CATALOG_FAULTS } from './faults/catalogs.ts';
import type { Fault, Truth } from './faults/fault.ts';
import { ROUND_FAULTS } from './faults/rounds.ts';
import { STATE_FAULTS } from './faults/states.ts';
import { LEGACY, MODERN } from './wire/messages.ts';
import { referenceOf } from './wire/recorder.ts';
import { createWorld, type Setting, type World } from './world.ts';

export const FAULTS: readonly Fault[] = [
  ...STATE_FAULTS,
  ...CALL_FAULTS,
  ...CATALOG_FAULTS,
  ...ROUND_FAULTS,
  ...AGENT_FAULTS,
].sort((a, b) => (a.id < b.id ? -1 : 1));

/** What is true of a recording, with the messages by their references. */
export interface Label {
  readonly fault: Fault;
  readonly scope: ReadonlySet<string>;
  readonly pair: readonly string[];
  readonly key: string;
}

export interface Recorded {
  readonly entries: readonly Entry[];
  /** Nothing, where nothing is wrong. */
  readonly label: Label | undefined;
}

/** All agents at work, and somewhere among them the fault or its twin. */
export function record(setting: Setting, fault: Fault, isFaulty: boolean): Recorded {
  const world = createWorld(setting);
  let truth: Truth | undefined;
  world.start(
    (function* work(): Act {
      const shared = yield* common(world);
      const [first, second] = shared.clients;
      const play = function* (): Act {
        truth = yield* fault.play({ world, isFaulty, one: world.thread(), other: world.thread() });
      };
      yield* all([
        later(world, play),
        ...decoys(world, shared).map((decoy) => later(world, decoy)),
        agent(world, first, 14),
        agent(world, first, 14),
        agent(world, second, 14),
      ]);
    })(),
  );
  const entries = world.finish();
  const label = truth && {
    fault,
    scope: new Set(truth.scope.map(referenceOf)),
    pair: truth.pair.map(referenceOf),
    key: truth.key,
  };
  return { entries, label };
}

function* later({ clock, chance }: World, act: () => Act): Act {
  yield* pause(clock, chance.between(0, 20_000_000));
  yield* act();
}

export interface Slot {
  readonly fault: Fault;
  readonly setting: Setting;
}

const WAYS = ([LEGACY, MODERN] as const).flatMap((revision) =>
  (['stdio', 'http'] as const).map((transport) => ({ revision, transport })),
);

/** Every fault with every seed in both eras over both transports. */
export function slots(seeds: readonly number[], more: Partial<Setting> = {}): Slot[] {
  return FAULTS.flatMap((fault, place) =>
    seeds.flatMap((seed) =>
      WAYS.map(({ revision, transport }, way) => ({
        fault,
        // Each slot has a world of its own.
        setting: { ...more, revision, transport, seed: seed * 1000 + place * WAYS.length + way },
      })),
    ),
  );
}
