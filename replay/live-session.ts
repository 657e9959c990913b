/** What a player remembers of the live client and of what it said itself. */
import type { Id } from '../model/message.ts';
import type { Call } from '../model/session.ts';
import { type Consumption, createConsumption } from './consumption.ts';
import type { Mask } from './masks.ts';
import { createOrigins, type Origins } from './origin.ts';
import type { PassOn } from './pass-on.ts';
import { createSecrets, type Secrets } from './placeholders.ts';
import { createPlacement, type Placement, type PlacementMode } from './placement.ts';
import type { Repeated } from './repeat.ts';
import type { Degraded, Difference, Miss } from './report.ts';
import type { ClientItem, Script, ServerStep } from './script.ts';

/** The live side of a recorded request of the client. */
export interface LiveRequest {
  readonly id: Id;
  readonly token: unknown;
  readonly exchange: number | undefined;
}

export interface LiveSession {
  readonly script: Script;
  readonly placement: Placement;
  readonly consumption: Consumption;
  readonly masks: readonly Mask[];
  readonly origins: Origins;
  readonly secrets: Secrets;
  readonly live: Map<Call, LiveRequest>;
  /** By live id: the recorded call of the newest request that was sent with it. */
  readonly byId: Map<string, Call>;
  /** By recorded call: live ids that get its answer too, once it is sent. */
  readonly repeats: Map<Call, Repeated[]>;
  /** By id: requests of the server that were sent and have no answer yet. */
  readonly asked: Map<string, Call[]>;
  readonly said: { readonly item: ClientItem | undefined; readonly value: unknown }[];
  readonly sent: { readonly step: ServerStep; readonly text: string }[];
  readonly refusals: string[];
  readonly misses: Miss[];
  readonly differences: Difference[];
  readonly degraded: Degraded[];
  readonly unwanted: number[];
  readonly moments: { readonly asked: Map<Call, number>; readonly answered: Map<Call, number> };
  /** Where what was not recorded goes; nowhere, mostly. */
  readonly passOn: PassOn | undefined;
  /** The line that is being heard, when one message is all of it. */
  line: string | undefined;
  moment: number;
  over: boolean;
  /** The live exchange that is being heard, when exchanges are told apart. */
  exchange: number | undefined;
}

/** Puts another placement before the session's own: the gate of a workflow. */
export type Behind = (script: Script, own: Placement) => Placement;

export interface LiveOptions {
  readonly placement?: PlacementMode | undefined;
  readonly behind?: Behind | undefined;
  readonly passOn?: PassOn | undefined;
}

export function createLiveSession(
  script: Script,
  masks: readonly Mask[],
  { placement = 'observed', behind, passOn }: LiveOptions = {},
): LiveSession {
  const secrets = createSecrets();
  const own = createPlacement(script, placement);
  return {
    script,
    secrets,
    placement: behind?.(script, own) ?? own,
    consumption: createConsumption(script, secrets, masks),
    masks,
    origins: createOrigins(script),
    live: new Map(),
    byId: new Map(),
    repeats: new Map(),
    asked: new Map(),
    said: [],
    sent: [],
    refusals: [],
    misses: [],
    differences: [],
    degraded: [],
    unwanted: [],
    moments: { asked: new Map(), answered: new Map() },
    passOn,
    line: undefined,
    moment: 0,
    over: false,
    exchange: undefined,
  };
}
