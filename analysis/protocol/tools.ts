/** What a server says of its tools: names, schemas, headers, and whether it says the same twice. */
import { fingerprint } from '../../model/canonical.ts';
import { member } from '../../model/json.ts';
import { mayHoldPlaceholder } from '../../model/placeholder.ts';
import type { Call, MessageRef } from '../../model/session.ts';
import { EVERY, family, MODERN, stated } from './family.ts';
import { followListens } from './listens.ts';
import { createMemory } from './memory.ts';
import type { Handlers, ProtocolRule, Watching } from './protocol-rule.ts';
import { followTools, type Listing, toolsIn } from './tools-in-force.ts';
import { watchTornToolList } from './torn-lists.ts';

export const TOOLS: readonly ProtocolRule[] = family('tools', [
  {
    rule: 'duplicate-tool-name',
    code: 'P-TOOL-01',
    severity: 'medium',
    revisions: EVERY,
    page: 'server/tools',
    definition:
      'One page of a list of tools has two tools of one name; nobody can say which one a call means.',
    wrongWhen: 'Nothing: the page itself shows it.',
    confirm: 'Compare the two definitions.',
    says: ({ who, about, times }) => `${who} listed two tools with the name ${about}, ${times}.`,
    watch: watchDuplicateToolName,
  },
  {
    rule: 'torn-tool-list',
    code: 'P-TOOL-01',
    severity: 'low',
    revisions: EVERY,
    page: 'server/utilities/pagination',
    definition:
      'A later page of a list of tools has a tool again that an earlier page of the same list had, and no notification said in between that the list changed. The list changed while it was read, and its cursor is a place in it and not a tool: where one page repeats a tool, another may leave one out.',
    wrongWhen:
      'The word of the change came after the page, or the server offers two tools of one name in every list.',
    confirm:
      'Ask for all pages once more, and compare. Cursors that name the last tool of a page stay right whatever is added or taken away.',
    says: ({ who, about, times }) =>
      `${who} listed the tool ${about} on two pages of one list, ${times}.`,
    watch: watchTornToolList,
  },
  {
    rule: 'tool-name-form',
    code: 'P-TOOL-01',
    severity: 'medium',
    revisions: stated('2025-11-25'),
    page: 'server/tools',
    definition:
      'The name of a tool is longer than 128 characters, empty, or has other characters than letters, digits, “_”, “-” and “.”. Hosts and models refuse such names or change them.',
    wrongWhen:
      'All hosts that use the server take such names; the specification only advises against them.',
    confirm: 'Call the tool from each host that uses it.',
    says: ({ who, about, times }) =>
      `${who} listed a tool with an unusual name, ${about}, ${times}.`,
    watch: watchToolNameForm,
  },
  {
    rule: 'tools-changed-silently',
    code: 'P-TOOL-06',
    severity: 'medium',
    revisions: EVERY,
    page: 'server/tools',
    definition:
      'Two lists of tools of one session differ, and the server, which declared that it says so (tools.listChanged; since 2026-07-28 in a subscription that asks for it), sent no notifications/tools/list_changed in between. A client goes on with definitions that do not hold any more.',
    wrongWhen:
      'The notification came on a stream that was not recorded, or follows the second list.',
    confirm: 'Compare both definitions, and ask what changed them.',
    says: ({ who, about, times }) =>
      `${who} changed the tool ${about} without saying that its list changed, ${times}.`,
    watch: watchToolsChangedSilently,
  },
  {
    rule: 'tool-order-changes',
    code: 'P-TOOL-06',
    severity: 'medium',
    revisions: MODERN,
    page: 'server/tools',
    definition:
      'Two lists of one session have the same tools in different orders. What a client or a model provider cached of the list is of no use then.',
    wrongWhen:
      'Nothing: the two lists show it; but the specification only advises an order that stays.',
    confirm: 'Ask for the list twice.',
    says: ({ who, times }) => `${who} listed the same tools in another order, ${times}.`,
    watch: watchToolOrderChanges,
  },
]);

function watchDuplicateToolName({ report }: Watching): Handlers {
  return {
    'response tools/list': (happening) => {
      const first = new Map<string, string>();
      const at = happening.ref;
      for (const { name, pointer } of toolsIn(happening)) {
        const known = first.get(name);
        if (known === undefined) first.set(name, pointer);
        else
          report({
            by: 'server',
            about: name,
            evidence: [
              { at, role: 'first tool', pointer: known },
              { at, role: 'second tool', pointer },
            ],
          });
      }
    },
  };
}

function watchToolNameForm({ report }: Watching): Handlers {
  return {
    'response tools/list': (happening) => {
      for (const { name, pointer } of toolsIn(happening)) {
        if (/^[A-Za-z0-9_.-]{1,128}$/.test(name) || mayHoldPlaceholder(name)) continue;
        const evidence = [{ at: happening.ref, role: 'tool', pointer: `${pointer}/name` }] as const;
        report({ by: 'server', about: name, evidence });
      }
    },
  };
}

function watchToolsChangedSilently({ session, report }: Watching): Handlers {
  let before: Printed | undefined;
  let changed = -1;
  let subscribed: Subscribed | undefined;
  /** Calls by the name of their tool, since the list before. */
  const called = createMemory<string, MessageRef>();
  const listens = followListens();
  const isPromised = (from: number, to: number): boolean => {
    if (session.era === 'modern')
      return subscribed !== undefined && subscribed.from < from && endOf(subscribed.call) > to;
    return member(session.serverCapabilities, 'tools', 'listChanged') === true;
  };
  const tools = followTools((listing) => {
    const now = printed(listing);
    const isQuiet = before !== undefined && changed < before.listing.asked;
    if (isQuiet && isPromised(before?.listing.asked ?? 0, listing.last.seq)) {
      for (const name of different(before, now)) {
        const call = called.get(name);
        report({
          by: 'server',
          about: name,
          since: before?.listing.asked ?? -1,
          evidence: [
            { at: before?.listing.last ?? listing.last, role: 'earlier list' },
            ...(call ? [{ at: call, role: 'last call in between', pointer: '/params/name' }] : []),
            { at: listing.last, role: 'later list' },
          ],
        });
      }
    }
    before = now;
    called.clear();
  });
  return {
    ...tools.handlers,
    ...listens.handlers,
    'request tools/call': ({ call, ref }) => {
      if (call?.subject !== undefined) called.set(call.subject, ref);
    },
    'notification notifications/subscriptions/acknowledged': (happening) => {
      const listen = listens.of(happening);
      if (listen?.isAskedFor('notifications/tools/list_changed', undefined))
        subscribed = { call: listen.call, from: happening.ref.seq };
    },
    'notification notifications/tools/list_changed': ({ ref }) => {
      changed = ref.seq;
    },
  };
}

/** A subscription to changes of the list, and where it was acknowledged. */
interface Subscribed {
  readonly call: Call;
  readonly from: number;
}

function endOf({ response, exchangeEnd, cancelled }: Call): number {
  return Math.min(
    ...[response, exchangeEnd, cancelled].map((end) => end?.seq ?? Number.POSITIVE_INFINITY),
  );
}

/** A listing with what each of its definitions is known by. */
interface Printed {
  readonly listing: Listing;
  readonly prints: ReadonlyMap<string, string>;
}

function printed(listing: Listing): Printed {
  const prints = [...listing.tools].map(
    ([name, { definition }]) => [name, fingerprint(definition)] as const,
  );
  return { listing, prints: new Map(prints) };
}

function different(before: Printed | undefined, now: Printed): string[] {
  if (!before) return [];
  const names = new Set([...before.prints.keys(), ...now.prints.keys()]);
  return [...names].filter((name) => before.prints.get(name) !== now.prints.get(name));
}

function watchToolOrderChanges({ report }: Watching): Handlers {
  let before: Printed | undefined;
  const tools = followTools((listing) => {
    const now = printed(listing);
    if (before && different(before, now).length === 0 && order(before) !== order(now)) {
      report({
        by: 'server',
        evidence: [
          { at: before.listing.last, role: 'earlier list', pointer: '/result/tools' },
          { at: listing.last, role: 'later list', pointer: '/result/tools' },
        ],
      });
    }
    before = now;
  });
  return tools.handlers;
}

function order({ prints }: Printed): string {
  return JSON.stringify([...prints.keys()]);
}
