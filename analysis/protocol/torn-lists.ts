/** Lists of tools that change while they are read: a later page repeats what an earlier one had. */
import type { Call } from '../../model/session.ts';
import { shortened } from './asks.ts';
import { createMemory } from './memory.ts';
import { cursorIn, nextIn } from './pages.ts';
import { FROM_THE_START, type Handlers, type Shown, type Watching } from './protocol-rule.ts';
import { toolsIn } from './tools-in-force.ts';

/** A list that is being read. */
interface Reading {
  /** The request of its first page. */
  readonly asked: number;
  /** Its tools by name, each where it stood first. */
  readonly tools: Map<string, Pick<Shown, 'at' | 'pointer'>>;
  readonly cursors: Set<string>;
}

/** More tools no server has; of lists under way, so many. */
const MOST = 10_000;
const UNDER_WAY = 100;

export function watchTornToolList({ report }: Watching): Handlers {
  const pages = createMemory<Call, Reading>(UNDER_WAY);
  const next = createMemory<string, Reading>(UNDER_WAY);
  let changed = FROM_THE_START;
  /** A page that is asked for again repeats nothing: each cursor leads on once. */
  const following = (cursor: string): Reading | undefined => {
    const reading = next.get(cursor);
    next.delete(cursor);
    return reading;
  };
  return {
    'request tools/list': (happening) => {
      const { call, ref } = happening;
      const cursor = cursorIn(happening);
      const reading =
        cursor === undefined
          ? { asked: ref.seq, tools: new Map(), cursors: new Set<string>() }
          : following(shortened(cursor));
      if (call && reading) pages.set(call, reading);
    },
    'response tools/list': (happening) => {
      const { call, ref } = happening;
      const reading = call && pages.get(call);
      if (!reading) return;
      pages.delete(call);
      const { asked, tools, cursors } = reading;
      const own = toolsIn(happening);
      const again = own.find(({ name }) => tools.has(name));
      const first = again && tools.get(again.name);
      if (first && changed < asked) {
        const later: Shown = { at: ref, role: 'later page', pointer: again.pointer };
        const evidence = [{ ...first, role: 'earlier page' }, later] as const;
        report({ by: 'server', about: again.name, since: asked, evidence });
      }
      for (const { name, pointer } of own) {
        if (name !== '' && tools.size < MOST && !tools.has(name))
          tools.set(name, { at: ref, pointer });
      }
      const cursor = shortened(nextIn(happening) ?? '');
      if (nextIn(happening) === undefined || cursors.has(cursor) || cursors.size >= MOST) return;
      cursors.add(cursor);
      next.set(cursor, reading);
    },
    'notification notifications/tools/list_changed': ({ ref }) => {
      changed = ref.seq;
    },
  };
}
