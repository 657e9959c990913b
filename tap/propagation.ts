/**
 * Trace context in what a client asks, when the user wants it there (`--propagate`): the only change
 * that a tap makes to messages. What the client wrote is recorded, and beside it what was put in.
 */
import { randomBytes } from 'node:crypto';
import { type Propagation, propagate } from '../model/propagate.ts';
import { utf8 } from '../model/text.ts';
import { contextIn, flagsIn } from '../model/trace-context.ts';
import type { Finish } from './crossings.ts';

export interface Propagator {
  /**
   * The bytes of a message as they go on, with what was put in; undefined: they go on as they are.
   * `beside`: the trace context that a header names.
   */
  change(
    bytes: Uint8Array,
    beside?: string,
  ): { readonly bytes: Buffer; readonly traceparent: string } | undefined;
}

/** `traceparent`: what the environment names; without one the propagator begins a trace. */
export function createPropagator(how: Propagation, traceparent: string | undefined): Propagator {
  const own = contextIn(traceparent)?.traceId ?? randomBytes(16).toString('hex');
  const mint = (given: string | undefined): string => {
    const flags = flagsIn(given) ?? flagsIn(traceparent) ?? '01';
    return `00-${contextIn(given)?.traceId ?? own}-${randomBytes(8).toString('hex')}-${flags}`;
  };
  return {
    change(bytes, beside) {
      const text = bytes.length > LARGEST ? undefined : utf8(bytes);
      const changed = text === undefined ? undefined : propagate(text, how, mint, beside);
      return changed && { bytes: Buffer.from(changed.text), traceparent: changed.traceparent };
    },
  };
}

/** Larger messages pass as they are, in bytes. */
export const LARGEST = 64 << 10;

export interface LineChange {
  /** What of a chunk, and of what was held before, goes on now: whole lines. */
  pass(chunk: Buffer): Buffer;
  /** What is left when the stream ends. */
  end(): Buffer;
  /** Notes beside each recorded line what was put into it. */
  readonly note: Finish;
}

const LF = 0x0a;
const NOTHING = Buffer.alloc(0);

/** Changes a stream of lines. A line is held until it is whole, or too large to be changed. */
export function createLineChange({ change }: Propagator): LineChange {
  const put = new Map<number, string>();
  let held: Buffer = NOTHING;
  let isLarge = false;
  let index = 0;

  const line = (bytes: Buffer): Buffer => {
    const changed = isLarge ? undefined : change(bytes.subarray(0, -1));
    if (changed) put.set(index, changed.traceparent);
    isLarge = false;
    index++;
    return changed ? Buffer.concat([changed.bytes, bytes.subarray(-1)]) : bytes;
  };
  return {
    pass(chunk) {
      const passed: Buffer[] = [];
      let rest: Buffer = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
      for (let end = rest.indexOf(LF); end !== -1; end = rest.indexOf(LF)) {
        passed.push(line(rest.subarray(0, end + 1)));
        rest = rest.subarray(end + 1);
      }
      held = rest;
      if (held.length > LARGEST || isLarge) {
        isLarge ||= held.length > 0;
        passed.push(held);
        held = NOTHING;
      }
      return passed.length === 1 ? (passed[0] ?? NOTHING) : Buffer.concat(passed);
    },
    end: () => held,
    note(draft, at) {
      const traceparent = put.get(at);
      put.delete(at);
      return draft.type !== 'message' || traceparent === undefined
        ? draft
        : { ...draft, propagated: traceparent };
    },
  };
}
