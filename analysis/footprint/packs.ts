/** All rule packs: what tools of widely used servers do to what. */
import { FETCH } from './packs/fetch.ts';
import { FILESYSTEM } from './packs/filesystem.ts';
import { GIT } from './packs/git.ts';
import { GITHUB, GITHUB_OWN } from './packs/github.ts';
import { MEMORY } from './packs/memory.ts';
import type { Pack } from './packs/pack.ts';
import { PLAYWRIGHT } from './packs/playwright.ts';
import { SLACK } from './packs/slack.ts';
import { POSTGRES, SQLITE } from './packs/sql.ts';

export const PACKS: readonly Pack[] = [
  FILESYSTEM,
  MEMORY,
  GIT,
  GITHUB,
  GITHUB_OWN,
  FETCH,
  POSTGRES,
  SQLITE,
  SLACK,
  PLAYWRIGHT,
];
