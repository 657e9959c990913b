/** Words of agents: texts that say something, each told from all others by what no other has in it. */
import type { Chance } from './acts.ts';

const FIRST =
  'amber brisk coral dusky early fabled gentle hollow ivory jagged keen lunar mellow noble opal plain quiet rustic silver tidal upper violet woven young'.split(
    ' ',
  );
const SECOND =
  'anchor bridge canyon delta ember falcon garden harbor island jetty kettle lantern meadow needle orchard pebble quarry river saddle timber valley willow yarrow zephyr'.split(
    ' ',
  );
const ABOUT =
  'the quarterly plan|the login page|the build on staging|the import of contacts|the new invoice layout|the weekly report|the search index|the release notes|the onboarding mail|the price table'.split(
    '|',
  );

export interface Words {
  /** `amber-falcon-417`: never given twice. */
  token(): string;
  /** A sentence with a token in it. */
  sentence(): string;
  topic(): string;
}

export function words(chance: Chance): Words {
  let count = chance.between(100, 400);
  const token = (): string => {
    count += chance.between(1, 7);
    return `${chance.pick(FIRST)}-${chance.pick(SECOND)}-${count}`;
  };
  return {
    token,
    topic: () => chance.pick(ABOUT),
    sentence: () =>
      `${chance.pick(['Check', 'Finish', 'Review', 'Rework', 'Discuss'])} ${chance.pick(ABOUT)} (${token()})`,
  };
}
