/**
 * Brings items to an endpoint: as often as it takes where they may be repeated, in halves where
 * something in them is refused, until it has each or has refused each alone. Nothing is refused but
 * between two requests that are taken, and nothing is given up because the endpoint is unwell.
 * Memory holds no more than what it was given; who gives waits.
 */
import type { Patience } from './endpoint.ts';
import { createPauses, type Pauses } from './pauses.ts';
import type { Answer, Refusal } from './post.ts';

export interface Delivery<T> {
  /** Settles when each item was taken, or refused, or is one of those it gives. */
  bring(items: readonly T[]): Promise<readonly Unwell<T>[]>;
}

/** An item that makes the endpoint unwell, which takes all others. */
export interface Unwell<T> {
  readonly item: T;
  readonly why: string;
}

export interface DeliveryOptions<T> {
  readonly send: (body: Uint8Array) => Promise<Answer>;
  readonly encode: (items: readonly T[]) => Uint8Array;
  readonly patience: Patience;
  /** From 0 to 1, for pauses that are not all the same. */
  readonly random: () => number;
  /** Nothing goes on now, and why. */
  readonly fails: (why: string) => void;
  /** The endpoint has taken so many. */
  readonly arrived?: (count: number) => void;
  /** The endpoint leaves so much out for good. */
  readonly leftOut: (count: number, why: string) => void;
  /** Where no request is taken: give it up, instead of trying again later. */
  readonly isOptional?: boolean;
}

/** Larger requests are halved unasked, in bytes before compression. */
const LARGEST = 4 << 20;
/** So many refused alone, and none taken between: it is not about what was sent. */
const ALL = 16;
/** An endpoint that is unwell is waited for so often before it is asked what makes it so. */
const PATIENT = 3;

/** The endpoint takes nothing, whatever it is. */
export class Shut extends Error {}

export function createDelivery<T>(options: DeliveryOptions<T>): Delivery<T> {
  const pauses = createPauses(options.patience.first, options.random);
  return { bring: (items) => bringAll(options, pauses.start(), items) };
}

async function bringAll<T>(
  options: DeliveryOptions<T>,
  pauses: Pauses,
  items: readonly T[],
): Promise<readonly Unwell<T>[]> {
  const work: (readonly T[])[] = items.length > 0 ? [items] : [];
  const course = startCourse(options, pauses, (again) => work.push(again));
  for (;;) {
    const part = work.pop() ?? (course.isDoubting ? [] : undefined);
    if (!part) return course.unwell;
    const body = options.encode(part);
    const isLarge = body.length > LARGEST && part.length > 1;
    const next = isLarge ? 'halve' : await course.after(part, await options.send(body));
    // Whoever refuses a request without anything in it refuses whatever comes.
    if (next === 'prove') work.push(part, []);
    if (next === 'halve') work.push(...halves(part));
  }
}

function halves<T>(part: readonly T[]): readonly (readonly T[])[] {
  const middle = part.length >> 1;
  return [part.slice(middle), part.slice(0, middle)];
}

/** An empty request before it is sent again, or each half alone. */
type Next = 'prove' | 'halve' | undefined;

/** What becomes of one bringing, answer by answer: who is doubted, and what to do next. */
function startCourse<T>(
  { patience, fails, arrived, leftOut, isOptional = false }: DeliveryOptions<T>,
  pauses: Pauses,
  again: (items: readonly T[]) => void,
) {
  const unwell: Unwell<T>[] = [];
  /** Refused alone since something was last taken. */
  let doubted: { readonly item: T; readonly refusal: Refusal }[] = [];
  /** Something was taken since this began, or last had to wait. */
  let isOpen = false;
  let waits = 0;

  const wait = async (why: string, most: number, after?: number): Promise<void> => {
    if (doubted.length > 0) again(doubted.map(({ item }) => item));
    doubted = [];
    isOpen = false;
    fails(why);
    await pauses.longer(most, after);
  };
  const shut = async (why: string, most = patience.refused): Promise<void> => {
    if (isOptional) throw new Shut(why);
    waits = 0;
    await wait(`${why}, and takes nothing`, most);
  };
  const taken = (count: number, { partial }: Extract<Answer, { is: 'taken' }>): void => {
    isOpen = true;
    if (count > 0) pauses.over();
    arrived?.(Math.max(0, count - (partial?.rejected ?? 0)));
    if (partial) leftOut(partial.rejected, partial.message);
    for (const { item, refusal } of doubted) {
      if (refusal.is === 'unwell') unwell.push({ item, why: refusal.why });
      else leftOut(1, refusal.why);
    }
    doubted = [];
  };
  const refused = async (part: readonly T[], refusal: Refusal): Promise<Next> => {
    const most = refusal.is === 'unwell' ? patience.most : patience.refused;
    const [item] = part;
    if (item === undefined) await shut(refusal.why, most);
    else if (refusal.is === 'unwell' && waits < PATIENT) {
      waits++;
      again(part);
      await wait(refusal.why, most);
    } else if (!isOpen) return 'prove';
    else if (part.length > 1) return 'halve';
    else {
      doubted.push({ item, refusal });
      if (doubted.length >= ALL) await shut(refusal.why, most);
    }
    return undefined;
  };
  return {
    unwell,
    get isDoubting() {
      return doubted.length > 0;
    },
    async after(part: readonly T[], answer: Answer): Promise<Next> {
      switch (answer.is) {
        case 'taken':
          taken(part.length, answer);
          return undefined;
        case 'later':
          if (part.length > 0) again(part);
          await wait(answer.why, patience.most, answer.after);
          return undefined;
        case 'shut':
          if (part.length > 0) again(part);
          await shut(answer.why);
          return undefined;
        default:
          return await refused(part, answer);
      }
    },
  };
}
