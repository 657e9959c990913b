/** What a player remembers of the live client and of what it said itself. */
import type { Id } from '../model/message.ts';
import type { Call } from '../model/session.ts';
import { type Consumption, createConsumption } from './consumption.ts';
import { createSecrets, type Secrets } from './placeholders.ts';
import type { Placement } from './placement.ts';
import type { Difference, Miss } from './report.ts';
import type { ClientItem, Script, ServerStep } from './script.ts';

/** The live side of a recorded request of the client. */
export interface LiveRequest {
  readonly id: Id;
  readonly token: unknown;
}

export interface LiveSession {
  readonly script: Script;
  readonly placement: Placement;
  readonly consumption: Consumption;
  readonly secrets: Secrets;
  readonly live: Map<Call, LiveRequest>;
  /** By live id: the recorded call of the newest request that was sent with it. */
  readonly byId: Map<string, Call>;
  /** By id: requests of the server that were sent and have no answer yet. */
  readonly asked: Map<string, Call[]>;
  readonly said: { readonly item: ClientItem | undefined; readonly value: unknown }[];
  readonly sent: { readonly step: ServerStep; readonly text: string }[];
  readonly refusals: string[];
  readonly misses: Miss[];
  readonly differences: Difference[];
  readonly unwanted: number[];
  readonly moments: { readonly asked: Map<Call, number>; readonly answered: Map<Call, number> };
  moment: number;
  over: boolean;
}

export function createLiveSession(script: Script, placement: Placement): LiveSession {
  const secrets = createSecrets();
  return {
    script,
    secrets,
    placement,
    consumption: createConsumption(script, secrets),
    live: new Map(),
    byId: new Map(),
    asked: new Map(),
    said: [],
    sent: [],
    refusals: [],
    misses: [],
    differences: [],
    unwanted: [],
    moments: { asked: new Map(), answered: new Map() },
    moment: 0,
    over: false,
  };
}
