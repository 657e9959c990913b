/**
 * The token that lets this page read: it comes once, in the fragment of the printed address
 * (`#token=…`, and what follows it is the route), moves to the tab's own storage, and leaves the address.
 */

const KEY = 'wiretape-token';

/** The token of this tab, or undefined when the page was opened without one. */
export function takeToken(
  location: Location,
  history: History,
  storage: Storage,
): string | undefined {
  const match = /^#token=([A-Za-z0-9_-]+)(.*)$/s.exec(location.hash);
  if (!match) return storage.getItem(KEY) ?? undefined;
  const [, token = '', rest = ''] = match;
  storage.setItem(KEY, token);
  history.replaceState(null, '', `#${rest === '' ? '/' : rest}`);
  return token;
}
