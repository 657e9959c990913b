/** The route on screen, as a rune. `go` is navigation and can be gone back from; `adjust` is not. */
import { formatRoute, parseRoute, type Route } from './route.ts';

export interface Router {
  readonly route: Route;
  go(route: Route): void;
  adjust(route: Route): void;
  close(): void;
}

/** Browsers refuse more than about two hundred changes of address in half a minute. */
const ADDRESS_PAUSE = 200;

export function createRouter(): Router {
  let route = $state.raw(parseRoute(location.hash));
  let timer: ReturnType<typeof setTimeout> | undefined;

  const read = (): void => {
    // What was to be written is of the place that was left.
    clearTimeout(timer);
    timer = undefined;
    route = parseRoute(location.hash);
  };
  const write = (): void => {
    clearTimeout(timer);
    timer = undefined;
    history.replaceState(null, '', formatRoute(route));
  };

  addEventListener('popstate', read);
  addEventListener('hashchange', read);
  return {
    get route() {
      return route;
    },
    go(next) {
      if (timer !== undefined) write();
      route = next;
      history.pushState(null, '', formatRoute(next));
    },
    adjust(next) {
      route = next;
      timer ??= setTimeout(write, ADDRESS_PAUSE);
    },
    close() {
      clearTimeout(timer);
      removeEventListener('popstate', read);
      removeEventListener('hashchange', read);
    },
  };
}
