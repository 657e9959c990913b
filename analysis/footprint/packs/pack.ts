/** What a rule pack is: the tools of one released server, and what each does to what. Data, no code. */
import type { AccessTemplates } from '../../../model/footprint-rule.ts';

export interface Pack {
  /** The server as it names itself, and the packages it comes in. */
  readonly servers: readonly string[];
  readonly packages: readonly string[];
  /** By tool; where a server has no such tool, or its tool no such argument, a row is passed over. */
  readonly tools: { readonly [tool: string]: AccessTemplates };
}
