/** What a test is told about its replay: one sentence for each thing that is not as it should be. */
import { analyse, RULES } from '../analysis/index.ts';
import type { Entry } from '../model/entry.ts';
import type { Finding } from '../model/finding.ts';
import { viewsOf } from '../model/view.ts';
import { plain, toldWithPast } from './miss.ts';
import type { ReplayReport } from './report.ts';

/** The messages that were not recorded. */
export function missesIn(reports: readonly ReplayReport[]): string[] {
  return reports.flatMap(({ name, misses }) =>
    misses.map((miss) => plain(`${name}: ${toldWithPast(miss)}`)),
  );
}

/** Everything in which the replay is not the recording, but for values that the user's masks cover. */
export function divergencesIn(reports: readonly ReplayReport[]): string[] {
  return reports.flatMap((report) => [...missesIn([report]), ...othersIn(report).map(plain)]);
}

function othersIn({ name, differences, degraded, unmade, withheld }: ReplayReport): string[] {
  return [
    ...degraded
      .filter(({ how }) => how !== 'masked')
      .map(({ entry, how }) => `${name}: ${entry} was only ${how}`),
    ...differences.map(
      ({ entry, about, pointer }) => `${name}: another ${about} than ${entry} at ${pointer}`,
    ),
    ...unmade.map((entry) => `${name}: the client never sent ${entry}`),
    ...withheld.map(
      ({ entry, waitsFor }) =>
        `${name}: ${entry} was not sent${waitsFor ? `, it waits for ${waitsFor}` : ''}`,
    ),
  ];
}

/** What was seen to go wrong by the rules that are not left out by name; what only could have is for people. Throws when there is no such rule. */
export function findingsIn(entries: readonly Entry[], except: readonly string[]): string[] {
  const names: readonly string[] = RULES.map(({ rule }) => rule);
  const unknown = except.find((name) => !names.includes(name));
  if (unknown !== undefined) {
    throw new TypeError(`There is no rule ${unknown}; the rules are ${names.join(', ')}.`);
  }
  return analyse(viewsOf(entries))
    .filter(({ rule, tier }) => tier !== 'POTENTIAL' && !except.includes(rule))
    .map(told);
}

function told({ rule, message, evidence }: Finding): string {
  const shown = evidence.map(({ message: reference }) => reference).slice(0, 4);
  return plain(`${rule}: ${message} (${[...new Set(shown)].join(', ')})`);
}
