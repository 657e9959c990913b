/**
 * The token that lets this page read: it comes once, in the fragment of the printed address
 * (`#token=…`, or `#token=…&go=ROUTE` to what is to be seen first), moves to the tab's own storage,
 * and leaves the address. Only routes of this page are gone to; anything else is Home.
 */
import { formatRoute, parseRoute } from './route.ts';

const KEY = 'wiretape-token';

/** The token of this tab, or undefined when the page was opened without one. */
export function takeToken(
  location: Location,
  history: History,
  storage: Storage,
): string | undefined {
  const match = /^#token=([A-Za-z0-9_-]+)(?:&go=(.*))?/s.exec(location.hash);
  if (!match) return storage.getItem(KEY) ?? undefined;
  const [, token = '', target = ''] = match;
  storage.setItem(KEY, token);
  history.replaceState(null, '', formatRoute(parseRoute(`#${target}`)));
  return token;
}
