/** P-LOG: what a server tells of its work, and who wanted to hear it. */
import { textMember } from '../../model/json.ts';
import { LISTEN, META } from '../../model/methods.ts';
import type { Call } from '../../model/session.ts';
import { family, LEGACY, MODERN } from './family.ts';
import { createMemory } from './memory.ts';
import {
  FROM_THE_START,
  type Handlers,
  type Happening,
  type ProtocolRule,
  type Watching,
} from './protocol-rule.ts';

export const LOGGING: readonly ProtocolRule[] = family('logging', [
  {
    rule: 'unwanted-log-message',
    code: 'P-LOG-01',
    severity: 'high',
    revisions: MODERN,
    page: 'server/utilities/logging',
    definition:
      'A log message came for a request that did not ask for any, below the level it asked for, or on the stream of a subscription. On a pipe: no open request asked for it.',
    wrongWhen: 'The level is one that the specification does not name.',
    confirm:
      'Look for io.modelcontextprotocol/logLevel in the _meta of the requests that are open.',
    says: ({ who, about, times }) =>
      `${who} sent a log message of level ${about} that no request wanted, ${times}.`,
    watch: watchWanted,
  },
  {
    rule: 'log-below-level',
    code: 'P-LOG-02',
    severity: 'medium',
    revisions: LEGACY,
    page: 'server/utilities/logging',
    definition:
      'A log message is below the level that logging/setLevel has set and the server has accepted.',
    wrongWhen: 'The message was written before the level was set, and took another stream.',
    confirm: 'Compare the level of the message with that of the last logging/setLevel.',
    says: ({ who, about, times }) =>
      `${who} sent a log message of level ${about}, below the one that was set, ${times}.`,
    watch: watchLevel,
  },
]);

const LEVELS = ['debug', 'info', 'notice', 'warning', 'error', 'critical', 'alert', 'emergency'];

const levelOf = ({ value }: Happening): string => textMember(value, 'params', 'level') ?? '';

function watchWanted({ report }: Watching): Handlers {
  const open = createOpenLevels();
  const byExchange = createMemory<number, { level: number; isListening: boolean }>(10_000);
  const isWanted = ({ exchange, entry }: Happening, level: number): boolean => {
    const number = exchange?.number ?? ('exchange' in entry ? entry.exchange : undefined);
    if (number === undefined) return open.wants(level);
    const asked = byExchange.get(number);
    return !asked || (!asked.isListening && asked.level <= level);
  };
  const close = ({ call }: Happening): void => {
    if (call?.from === 'client') open.close(call);
  };
  return {
    request({ call, value, exchange }) {
      if (call?.from !== 'client') return;
      const text = textMember(value, 'params', '_meta', META.logLevel);
      const level = text === undefined ? LEVELS.length : LEVELS.indexOf(text);
      if (exchange) byExchange.set(exchange.number, { level, isListening: call.method === LISTEN });
      else if (text !== undefined) open.add(call, level);
    },
    response: close,
    'notification notifications/cancelled': close,
    'notification notifications/message'(happening) {
      const level = LEVELS.indexOf(levelOf(happening));
      if (happening.from !== 'server' || level === -1 || isWanted(happening, level)) return;
      report({
        by: 'server',
        about: levelOf(happening),
        since: FROM_THE_START,
        evidence: [{ at: happening.ref, role: 'log message', pointer: '/params/level' }],
      });
    },
  };
}

/** The open requests of a pipe that want log messages, counted by their level. */
function createOpenLevels() {
  const levels = createMemory<Call, number>();
  const counts = new Map<number, number>();
  const count = (level: number, more: number): void =>
    void counts.set(level, (counts.get(level) ?? 0) + more);
  return {
    add(call: Call, level: number): void {
      levels.set(call, level);
      count(level, 1);
    },
    close(call: Call): void {
      const level = levels.get(call);
      if (level === undefined) return;
      levels.delete(call);
      count(level, -1);
    },
    wants: (level: number): boolean =>
      levels.hasForgotten || [...counts].some(([least, open]) => open > 0 && least <= level),
  };
}

/** A message on another stream may have been on its way, in µs. */
const GRACE = 100_000;

function watchLevel({ report, isOneClient }: Watching): Handlers {
  let set: Happening | undefined;
  return {
    'response logging/setLevel'(happening) {
      if (happening.call?.outcome === 'result' && isOneClient()) set = happening;
    },
    'notification notifications/message'(happening) {
      const least = LEVELS.indexOf(set?.call?.subject ?? '');
      const level = LEVELS.indexOf(levelOf(happening));
      const { from, ref, exchange } = happening;
      if (!set || from !== 'server' || level === -1 || level >= least) return;
      if (exchange && ref.at < set.ref.at + GRACE) return;
      report({
        by: 'server',
        about: levelOf(happening),
        evidence: [
          { at: set.ref, role: 'level accepted' },
          { at: ref, role: 'log message below it', pointer: '/params/level' },
        ],
      });
    },
  };
}
