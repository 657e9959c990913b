/**
 * What a server asks of its client: by requests of its own, or inside a result that needs input
 * (2026-07-28); and what the client answers, which then comes with the next round of its request.
 */
import { canonicalJson, fingerprint } from '../../model/canonical.ts';
import { escapePointer, isObject, type JsonObject, member, textMember } from '../../model/json.ts';
import type { Call } from '../../model/session.ts';
import { createMemory } from './memory.ts';
import { onMethods, type Told } from './on-methods.ts';
import type { Handlers, Happening, Shown } from './protocol-rule.ts';

/** One thing that is asked, wherever it stands. */
export interface Asked {
  readonly method: string;
  readonly params: unknown;
  readonly pointer: string;
}

/** The requests inside a result, by the names the server gave them. */
export function inputRequests(value: unknown): ReadonlyMap<string, Asked> {
  const requests = member(value, 'result', 'inputRequests');
  if (!isObject(requests)) return NONE;
  const found = new Map<string, Asked>();
  for (const [name, one] of Object.entries(requests)) {
    const pointer = `/result/inputRequests/${escapePointer(name)}`;
    const params = member(one, 'params');
    found.set(name, {
      method: textMember(one, 'method') ?? '',
      params,
      pointer: `${pointer}/params`,
    });
  }
  return found;
}

const NONE: ReadonlyMap<string, Asked> = new Map();

/** Handlers that are told of all that is asked with one method. */
export function whenAsked(
  method: string,
  told: (asked: Asked, happening: Happening) => void,
): Handlers {
  return {
    [`request ${method}`]: (happening: Happening) => {
      const params = member(happening.value, 'params');
      told({ method, params, pointer: '/params' }, happening);
    },
    response: (happening: Happening) => {
      if (happening.from !== 'server') return;
      for (const asked of inputRequests(happening.value).values())
        if (asked.method === method) told(asked, happening);
    },
  };
}

/** A result that needs input. */
export interface Round {
  readonly call: Call;
  readonly at: Shown['at'];
  /** Equal for requests that ask for the same thing. */
  readonly same: string;
  readonly state: string | undefined;
  readonly requests: ReadonlyMap<string, Asked>;
  /** All names asked for so far, in this round and those before. */
  readonly names: ReadonlySet<string>;
}

/** A request that goes on after a result that needs input. */
export interface Retry {
  readonly happening: Happening;
  readonly call: Call;
  readonly same: string;
  readonly state: string | undefined;
  readonly answers: JsonObject | undefined;
  /** The round whose state it has; else those of the same request, the newest first. */
  readonly known: Round | undefined;
  readonly candidates: readonly Round[];
  /** The round it surely answers. */
  readonly round: Round | undefined;
}

/** The methods whose results may need input. */
export const ROUND_METHODS = ['tools/call', 'prompts/get', 'resources/read'] as const;

/** Members of a request that differ between the rounds of one intention. */
const ROUND_MEMBERS = new Set(['_meta', 'inputResponses', 'requestState']);

function sameOf(call: Call, params: unknown): string {
  const own = Object.entries(isObject(params) ? params : {});
  const asked = own.filter(([name]) => !ROUND_MEMBERS.has(name));
  return fingerprint([call.method, canonicalJson(Object.fromEntries(asked))]);
}

/** As it is, or what a long text is known by. */
export function shortened(text: string): string {
  return text.length <= 200 ? text : fingerprint(text);
}

/** Rounds of one request that are kept; and of all. */
const ALIKE = 10;
const ROOM = 10_000;

/** `told` hears of each request that goes on after a result that needs input. */
export function followRounds(told: (retry: Retry) => void): Handlers {
  const open = createMemory<Call, { readonly params: unknown; readonly names?: Round['names'] }>();
  const byState = createMemory<string, Round>(ROOM);
  const bySame = createMemory<string, readonly Round[]>(ROOM);

  const asked: Told = (happening, call) => {
    const { value } = happening;
    const params = member(value, 'params');
    const state = textMember(params, 'requestState');
    const given = member(params, 'inputResponses');
    const answers = isObject(given) ? given : undefined;
    if (state === undefined && !answers) {
      open.set(call, { params });
      return;
    }
    const same = sameOf(call, params);
    const known = state === undefined ? undefined : byState.get(shortened(state));
    const candidates = bySame.get(same) ?? [];
    const round = known ?? (candidates.length === 1 ? candidates[0] : undefined);
    open.set(call, { params, ...(round ? { names: round.names } : {}) });
    told({ happening, call, same, state, answers, known, candidates, round });
  };

  const answered: Told = ({ value, ref }, call) => {
    const before = open.get(call);
    open.delete(call);
    if (!before || member(value, 'result', 'resultType') !== 'input_required') return;
    const state = textMember(value, 'result', 'requestState');
    const requests = inputRequests(value);
    const same = sameOf(call, before.params);
    const names = new Set([...(before.names ?? []), ...requests.keys()]);
    const round: Round = { call, at: ref, same, state, requests, names };
    if (state !== undefined) byState.set(shortened(state), round);
    bySame.set(same, [round, ...(bySame.get(same) ?? [])].slice(0, ALIKE));
  };

  return onMethods(ROUND_METHODS, { asked, answered });
}
