/**
 * Public entry `wiretape`: everything that is pure, and how a host marks its requests. Runs in a browser.
 */
import { type MarkOptions, marking } from './model/turn.ts';

export * from './model/index.ts';

/**
 * Says in each request of a client which turn and which trace it belongs to (`params._meta`), and in
 * each notification which trace. What is there already stays. Gives the same transport back.
 * Where one of the functions throws, a request is sent without what it says, and the process warns once.
 *
 * @example
 * await client.connect(markRequests(transport, { turn: () => `turn ${turn}` }));
 */
export function markRequests<T extends object>(transport: T, options: MarkOptions): T {
  return marking(transport, options, (line) => {
    // A page has no warnings.
    if (typeof process === 'object' && 'emitWarning' in process)
      process.emitWarning(line, 'wiretape');
  });
}
