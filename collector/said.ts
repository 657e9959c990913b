import type { FootprintRule } from '../model/footprint-rule.ts';
import type { Suppression } from '../model/suppression.ts';

/** What the user of this collector says of tools and of findings. */
export interface Said {
  readonly footprints: readonly FootprintRule[];
  readonly suppressions: readonly Suppression[];
}

/** Asked before each answer, since people write it while they look; the same object until it changes. */
export type AskSaid = () => Promise<Said>;
