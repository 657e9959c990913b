/** The parts of `wiretape.config.jsonc` that no tap needs. */
import type { FootprintRule } from '../model/footprint-rule.ts';
import type { Suppression } from '../model/suppression.ts';
import { readFootprints } from '../model/user-footprints.ts';
import { readSuppressions } from '../model/user-suppressions.ts';
import { type Part, readPart } from '../tap/config.ts';
import type { ConfigPlace } from '../tap/config-place.ts';

const FOOTPRINTS: Part<readonly FootprintRule[]> = {
  name: 'footprints',
  page: 'docs/footprints.md',
  read: readFootprints,
};

const SUPPRESSIONS: Part<readonly Suppression[]> = {
  name: 'suppressions',
  page: 'docs/check.md',
  read: readSuppressions,
};

/** What all configurations say of tools, the nearest first. Throws a ConfigFault. */
export function readFootprintRules(places: readonly ConfigPlace[]): readonly FootprintRule[] {
  return places.toReversed().flatMap((place) => readPart(place, FOOTPRINTS) ?? []);
}

/** Which findings nobody wants to hear of, the nearest first. Throws a ConfigFault. */
export function readSuppressionRules(places: readonly ConfigPlace[]): readonly Suppression[] {
  return places.toReversed().flatMap((place) => readPart(place, SUPPRESSIONS) ?? []);
}
