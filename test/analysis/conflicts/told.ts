/** Scenes of several agents, and what analysis says of conflicts in them, in one line each. */
import { analyse } from '../../../analysis/index.ts';
import type { Entry } from '../../../model/entry.ts';
import type { Finding } from '../../../model/finding.ts';
import { viewsOf } from '../../../model/view.ts';
import { launched, type SceneCall, type SceneOptions, scene } from '../scene.ts';

/** The codes of conflicts over data, those inside servers apart. */
const CODES = new Set(['C01', 'C02', 'C04', 'C05', 'C09', 'C18']);

export function conflictsIn(...sessions: readonly Entry[][]): Finding[] {
  return analyse(viewsOf(sessions.flat())).filter(({ code }) => CODES.has(code));
}

/** `stale-overwrite OBSERVED plan.md`, with how much is gone where that is told. */
export function toldOf(findings: readonly Finding[]): string[] {
  return findings.map(({ rule, tier, resource, lost }) =>
    [rule, tier, resource, lost && `${lost.gone} of ${lost.of}`].filter(Boolean).join(' '),
  );
}

/** A call of one agent: `[agent, tool, arguments, from, to, what it gives]`. */
export type Act = SceneCall & { readonly by: string };

export function act(
  by: string,
  tool: string,
  args: object,
  [from, to]: readonly [number, number?],
  gives: unknown = 'ok',
): Act {
  return { by, tool, args, from, ...(to === undefined ? {} : { to }), gives };
}

/** One session for each agent, of processes of one server that share what they keep. */
export function agents(acts: readonly Act[], options: SceneOptions = {}): Entry[][] {
  const names = [...new Set(acts.map(({ by }) => by))];
  return names.map((name) =>
    scene(
      name,
      acts.filter(({ by }) => by === name),
      { server: 'store', head: launched({ STORE_PATH: '#1' }), ...options },
    ),
  );
}
