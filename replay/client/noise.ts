/**
 * Noise, learned from control runs: runs of one build against itself, each in a fresh state. A place
 * is noise when it differs between them, and becomes a mask of the class that all its values are of.
 *
 * Never masked: another kind of answer, members that come and go, other types, other lengths, whole
 * messages, values of no class, and places where a mask would cover a value that did not differ.
 */
import { canonicalJson } from '../../model/canonical.ts';
import { groupBy } from '../../model/group.ts';
import { member } from '../../model/json.ts';
import type { Call, SessionView } from '../../model/session.ts';
import { classUnder, type MaskType } from '../mask-classes.ts';
import { type Mask, parseMask } from '../masks.ts';
import { type Difference, differencesAt, differencesOf, pointerOf } from './difference.ts';
import type { Drive } from './drive.ts';
import { isMaskable, placesOf } from './masking.ts';
import { valuesUnder } from './values-under.ts';

export interface Noise {
  readonly masks: readonly Mask[];
  /** What differed between control runs and is not masked, and why. */
  readonly refused: readonly { readonly place: string; readonly why: Refusal }[];
  /** Kinds of notifications that did not come equally often. */
  readonly unsteady: ReadonlySet<string>;
}

type Refusal = 'structural' | 'length' | 'root' | 'no-class' | 'over-broad';

/** A message of one recorded call in each control run. */
export interface Sample {
  readonly of: string;
  readonly values: readonly unknown[];
  readonly isAnswer: boolean;
}

/** A place that differed in one sample. */
interface Drift {
  readonly of: string;
  readonly path: readonly string[];
  readonly indices: ReadonlySet<number>;
  readonly refusal?: Refusal;
  readonly isOrder: boolean;
}

export function learnNoise(calls: readonly Call[], runs: readonly Drive[]): Noise {
  return { ...noiseIn(samplesOf(calls, runs)), unsteady: unsteadyIn(runs) };
}

/** What differs within samples, as masks where it may be masked. */
export function noiseIn(samples: readonly Sample[]): Pick<Noise, 'masks' | 'refused'> {
  const refused = new Map<string, Refusal>();
  const masks = new Map<string, Mask>();
  for (const drift of samples.flatMap(driftsIn)) {
    const found = drift.refusal ?? maskFor(drift, samples);
    if (typeof found === 'string') refused.set(`${drift.of}:${pointerOf(drift.path)}`, found);
    else masks.set(found.text, found);
  }
  return {
    masks: [...masks.values()],
    refused: [...refused].map(([place, why]) => ({ place, why })),
  };
}

function samplesOf(calls: readonly Call[], runs: readonly Drive[]): Sample[] {
  return calls.flatMap((call): Sample[] => {
    const isAnswer = call.from === 'client';
    const values = runs.flatMap(({ pairs, live }) => {
      const own = pairs.live(call);
      const ref = isAnswer ? own?.response : own?.request;
      return ref ? [messageAt(live, ref, isAnswer)] : [];
    });
    const of =
      call.method === 'tools/call' && call.subject !== undefined ? call.subject : call.method;
    return values.length < 2 ? [] : [{ of, values, isAnswer }];
  });
}

function messageAt({ value }: SessionView, ref: { seq: number }, isAnswer: boolean): unknown {
  const message = value(ref);
  return isAnswer ? message : { params: member(message, 'params') ?? {} };
}

function driftsIn({ of, values, isAnswer }: Sample): Drift[] {
  const [first, ...others] = values;
  const found = others.flatMap((other) =>
    isAnswer
      ? differencesOf(first, other, Object.is)
      : differencesAt(['params'], member(first, 'params'), member(other, 'params'), Object.is),
  );
  return found.flatMap((difference) => driftsOf(of, difference));
}

function driftsOf(of: string, difference: Difference): Drift[] {
  const { class: name, path, indices } = difference;
  const refusal = refusalOf(difference);
  if (refusal) return [{ of, path, indices, refusal, isOrder: false }];
  if (name === 'order') return [{ of, path, indices, isOrder: true }];
  return placesOf(difference).map((place) => ({
    of,
    path: place.path,
    indices: place.indices,
    isOrder: false,
  }));
}

function refusalOf(difference: Difference): Refusal | undefined {
  if (difference.path.length < 2) return 'root';
  if (difference.class === 'array-length') return 'length';
  const isKnown = isMaskable(difference, 'any') || isMaskable(difference, 'set');
  return isKnown ? undefined : 'structural';
}

/** A mask for the place in every item of its lists, else for this one place. */
function maskFor(drift: Drift, samples: readonly Sample[]): Mask | Refusal {
  const { of, path, indices, isOrder } = drift;
  const general = path.map((name, at) => (indices.has(at) ? '*' : name));
  const own = samples.filter((sample) => sample.of === of);
  let refusal: Refusal = 'no-class';
  for (const scope of [general, path]) {
    const type = isOrder ? 'set' : typeAt(scope, own);
    if (type !== undefined && (type === 'set' || isOnlyDrift(scope, type, own))) {
      const parsed = parseMask(`${of}:${pointerOf(scope)}=${type}`);
      return parsed.ok ? parsed.mask : 'structural';
    }
    if (type !== undefined) refusal = 'over-broad';
  }
  return refusal;
}

/** What a pointer stands for in the message of a call: at each place the value of each control run. */
function placesAt(path: readonly string[], { values }: Sample): (readonly unknown[])[] {
  const [first = [], ...others] = values.map((value) => valuesUnder(value, path));
  return first.map((value, at) => [value, ...others.map((other) => other[at])]);
}

function isDrift([first, ...others]: readonly unknown[]): boolean {
  const text = canonicalJson(first);
  return others.some((other) => canonicalJson(other) !== text);
}

/** The first type that everything is of which differs at this pointer. */
function typeAt(path: readonly string[], own: readonly Sample[]): MaskType | undefined {
  const values = own.flatMap((sample) => placesAt(path, sample).filter(isDrift)).flat();
  const [first] = values;
  const length = typeof first === 'string' ? first.length : 0;
  const types = [
    'uuid',
    'rfc3339',
    'date',
    'clock',
    'epoch',
    'int',
    'path',
    `hex(${length})`,
  ] as const;
  return types.find((type) => {
    const names = new Set(values.map((value) => classUnder(type, value)));
    return names.size === 1 && !names.has(undefined);
  });
}

/** Whether a mask of this type would cover nothing that was the same in all control runs. */
function isOnlyDrift(
  path: readonly string[],
  type: Exclude<MaskType, 'set'>,
  own: readonly Sample[],
): boolean {
  const isCovered = (value: unknown): boolean => classUnder(type, value) !== undefined;
  return own
    .flatMap((sample) => placesAt(path, sample))
    .every((values) => isDrift(values) || !values.some(isCovered));
}

function unsteadyIn(runs: readonly Drive[]): ReadonlySet<string> {
  const counts = runs.map(({ live }) =>
    groupBy(live.session.notifications, ({ method }) => method),
  );
  const methods = new Set(counts.flatMap((one) => [...one.keys()]));
  return new Set(
    [...methods].filter(
      (method) => new Set(counts.map((one) => one.get(method)?.length ?? 0)).size > 1,
    ),
  );
}
