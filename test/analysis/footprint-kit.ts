/** One call of one server, and what it did to what, as short texts: `W file:/a`. */
import { type Operation, operationsOf } from '../../analysis/footprint/operation.ts';
import type { FootprintRule } from '../../model/footprint-rule.ts';
import { viewsOf } from '../../model/view.ts';
import { type SceneCall, type SceneOptions, scene } from './scene.ts';

export interface Done extends Pick<SceneOptions, 'head' | 'server' | 'tools'> {
  readonly footprints?: readonly FootprintRule[];
  /** The name of the session. */
  readonly name?: string;
}

/** Operations of calls that follow each other; a call is a tool and its arguments. */
export function operations(
  calls: readonly (readonly [tool: string, args?: object, gives?: unknown])[],
  { footprints = [], name = 'notes', ...options }: Done = {},
): Operation[] {
  const made = calls.map(
    ([tool, args = {}, gives], index): SceneCall => ({
      tool,
      args,
      from: 100 + index * 10,
      to: 105 + index * 10,
      gives,
    }),
  );
  return operationsOf(viewsOf(scene(name, made, options)), footprints);
}

export function accessesOf(tool: string, args: object = {}, done: Done = {}): string[] {
  return operations([[tool, args]], done).flatMap(shown);
}

/** The accesses of an operation, its container left out of their keys. */
export function shown({ accesses, container }: Operation): string[] {
  return accesses.map(
    ({ kind, resource }) => `${kind} ${resource.replace(`:${container.id}:`, ':')}`,
  );
}
