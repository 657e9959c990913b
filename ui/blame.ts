/** What the page shows of `GET /api/stuck`: the members it reads, whatever else stands there. */
export type { Blame } from '../analysis/stuck.ts';
