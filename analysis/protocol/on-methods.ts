/** The same two handlers for several methods. */
import type { Call } from '../../model/session.ts';
import type { Handlers, Happening } from './protocol-rule.ts';

export type Told = (happening: Happening, call: Call) => void;

/** `asked` is told of each request with one of the methods, `answered` of what comes back. */
export function onMethods(
  methods: readonly string[],
  { asked, answered }: { readonly asked?: Told; readonly answered?: Told },
): Handlers {
  const handler = (told: Told) => (happening: Happening) => {
    if (happening.call) told(happening, happening.call);
  };
  return Object.fromEntries(
    methods.flatMap((method) => [
      ...(asked ? [[`request ${method}`, handler(asked)]] : []),
      ...(answered ? [[`response ${method}`, handler(answered)]] : []),
    ]),
  );
}
