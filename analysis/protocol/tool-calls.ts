/** Calls of tools, against what the server says of its tools. */
import { isObject, isSameJson, member, parseJson, textMember } from '../../model/json.ts';
import type { Revision } from '../../model/methods.ts';
import { mayHoldPlaceholder } from '../../model/placeholder.ts';
import type { Call, MessageRef } from '../../model/session.ts';
import { fitOf, isMisfit, type Misfit } from '../definitions/schema/fit/fit.ts';
import { EVERY, family, stated } from './family.ts';
import { createMemory } from './memory.ts';
import type { Handlers, Happening, ProtocolRule, Shown, Watching } from './protocol-rule.ts';
import { followTools, type ListedTool } from './tools-in-force.ts';

export const TOOL_CALLS: readonly ProtocolRule[] = family('tool-calls', [
  {
    rule: 'unlisted-tool-called',
    code: 'P-TOOL-02',
    severity: 'medium',
    revisions: EVERY,
    page: 'server/tools',
    definition:
      'A tool is called that is not in the last list of tools, which was read to its last page and which no notification said to have changed since.',
    wrongWhen:
      'The client knows the tool from somewhere else: its configuration, or an earlier session.',
    confirm:
      'Look for the name in the list. A model that makes up a name, or a host that mixes up two servers, shows like this.',
    says: ({ who, about, times }) =>
      `${who} called the tool ${about}, ${times}, which is not in the last list of tools.`,
    watch: watchUnlistedToolCalled,
  },
  {
    rule: 'arguments-against-schema',
    code: 'P-TOOL-03',
    severity: 'medium',
    revisions: EVERY,
    page: 'server/tools',
    definition:
      'The arguments of a call do not fit the inputSchema of the tool, and the server answered with a result: it does not check what it says it needs.',
    wrongWhen:
      'The server means its schema more loosely than it stands there. Values that redaction hides, patterns that could run for ever and words of unknown dialects are never held against anybody.',
    confirm: 'Read the schema at the place that the evidence points to, and what the answer says.',
    says: ({ who, about, times }) =>
      `${who} took arguments for ${about} that its own schema does not allow, ${times}.`,
    watch: watchArgumentsAgainstSchema,
  },
  {
    rule: 'structured-content-against-schema',
    code: 'P-TOOL-04',
    severity: 'high',
    revisions: stated('2025-06-18'),
    page: 'server/tools',
    definition:
      'A tool has an outputSchema, and a result of it that is no error has no structuredContent, or one that the schema does not allow.',
    wrongWhen:
      'The definition changed between the list and the call without a notification. What redaction hides is never held against anybody.',
    confirm: 'Read the schema at the place that the evidence points to.',
    says: ({ who, about, times }) =>
      `${who} gave a result of ${about} that its own outputSchema does not allow, ${times}.`,
    watch: watchStructureAgainstSchema,
  },
  {
    rule: 'text-against-structured-content',
    code: 'P-TOOL-05',
    severity: 'medium',
    revisions: stated('2025-06-18'),
    page: 'server/tools',
    definition:
      'A result has structuredContent and one text that is JSON too, and they differ, also where the text is one member of the structure. Clients that read the one and clients that read the other learn different things.',
    wrongWhen: 'The text is meant to say something else, and is JSON by intention.',
    confirm: 'Compare both; the text should be the structure, written out.',
    says: ({ who, about, times }) =>
      `${who} answered ${about} with a text and a structure that say different things, ${times}.`,
    watch: watchTextAgainstStructure,
  },
  {
    rule: 'unknown-content-type',
    code: 'P-TOOL-10',
    severity: 'medium',
    revisions: EVERY,
    page: 'server/tools',
    definition:
      'A block in the content of a result has no type that the revision knows: text, image and resource, since 2025-03-26 audio, since 2025-06-18 resource_link. What a tool is used for in sampling is no block of a result. Clients that check what they get refuse the whole result.',
    wrongWhen: 'Both sides agreed on the type where nothing was recorded.',
    confirm: 'Look at the type of the block that the evidence points to.',
    says: ({ who, about, times }) =>
      `${who} answered ${about} with content of a type that the revision does not know, ${times}.`,
    watch: watchContentTypes,
  },
]);

/** The length of a message's text; of one in a batch nobody knows it. */
export function sizeOf({ item, size }: MessageRef): number {
  return item === undefined ? size : 0;
}

/** The result that ends a call of a tool well: no error, no question back, no task. */
function resultOf({ call, value }: Happening): unknown {
  const result = member(value, 'result');
  const type = member(result, 'resultType');
  const isEnd = type === undefined || type === 'complete';
  if (call?.outcome !== 'result' || !isEnd || member(result, 'task') !== undefined)
    return undefined;
  return result;
}

function defined({ at, pointer }: ListedTool): Shown {
  return { at, role: 'definition', pointer };
}

function watchUnlistedToolCalled({ report }: Watching): Handlers {
  const tools = followTools();
  return {
    ...tools.handlers,
    'request tools/call': ({ value, ref }) => {
      const name = textMember(value, 'params', 'name');
      const listing = tools.listing();
      if (name === undefined || !listing || listing.tools.has(name) || mayHoldPlaceholder(name))
        return;
      report({
        by: 'client',
        about: name,
        since: listing.asked,
        evidence: [
          { at: listing.last, role: 'list without it', pointer: '/result/tools' },
          { at: ref, role: 'call', pointer: '/params/name' },
        ],
      });
    },
  };
}

function watchArgumentsAgainstSchema({ report }: Watching): Handlers {
  const tools = followTools();
  const wrong = createMemory<Call, { readonly misfit: Misfit; readonly tool: ListedTool }>();
  return {
    ...tools.handlers,
    'request tools/call': ({ call, value, ref }) => {
      const tool = tools.tool(call?.subject);
      if (!call || !tool || tool.isAmbiguous) return;
      const given = member(value, 'params', 'arguments') ?? {};
      const misfit = fitOf(given, tool.definition['inputSchema'], sizeOf(ref));
      if (isMisfit(misfit)) wrong.set(call, { misfit, tool });
    },
    'response tools/call': (happening) => {
      const { call, ref } = happening;
      const found = call && wrong.get(call);
      if (!call || !found) return;
      wrong.delete(call);
      if (resultOf(happening) === undefined) return;
      report({
        by: 'server',
        about: found.tool.name,
        evidence: [
          defined(found.tool),
          {
            at: call.request,
            role: `arguments against “${found.misfit.keyword}”`,
            pointer: `/params/arguments${found.misfit.at}`,
          },
          { at: ref, role: 'result' },
        ],
      });
    },
  };
}

function watchStructureAgainstSchema({ report }: Watching): Handlers {
  const tools = followTools();
  const promised = createMemory<Call, ListedTool>();
  return {
    ...tools.handlers,
    'request tools/call': ({ call }) => {
      const tool = tools.tool(call?.subject);
      if (!call || !tool || tool.isAmbiguous) return;
      if (isObject(tool.definition['outputSchema'])) promised.set(call, tool);
    },
    'response tools/call': (happening) => {
      const { call, ref } = happening;
      const tool = call && promised.get(call);
      if (!call || !tool) return;
      promised.delete(call);
      const result = resultOf(happening);
      if (result === undefined || tools.tool(tool.name) !== tool) return;
      const broken = against(tool, result, ref);
      if (broken)
        report({
          by: 'server',
          about: tool.name,
          evidence: [defined(tool), { at: call.request, role: 'call' }, broken],
        });
    },
  };
}

function against(tool: ListedTool, result: unknown, ref: MessageRef): Shown | undefined {
  const given = member(result, 'structuredContent');
  if (given === undefined)
    return { at: ref, role: 'result without structuredContent', pointer: '/result' };
  const misfit = fitOf(given, tool.definition['outputSchema'], sizeOf(ref));
  if (!isMisfit(misfit)) return undefined;
  const pointer = `/result/structuredContent${misfit.at}`;
  return { at: ref, role: `result against “${misfit.keyword}”`, pointer };
}

function watchTextAgainstStructure({ report }: Watching): Handlers {
  return {
    'response tools/call': (happening) => {
      const { call, ref, entry } = happening;
      const isRedacted = 'redacted' in entry && entry.redacted !== undefined;
      if (!call || isRedacted || !differ(resultOf(happening))) return;
      report({
        by: 'server',
        ...(call.subject === undefined ? {} : { about: call.subject }),
        evidence: [
          { at: ref, role: 'text', pointer: '/result/content' },
          { at: ref, role: 'structure', pointer: '/result/structuredContent' },
        ],
      });
    },
  };
}

function differ(result: unknown): boolean {
  const structure = member(result, 'structuredContent');
  const content = member(result, 'content');
  if (typeof structure !== 'object' || structure === null || !Array.isArray(content)) return false;
  const [text, ...more] = content.flatMap((one) =>
    member(one, 'type') === 'text' ? (textMember(one, 'text') ?? []) : [],
  );
  if (text === undefined || more.length > 0 || !/^\s{0,100}[[{]/.test(text)) return false;
  const parsed = parseJson(text);
  if (!parsed.ok) return false;
  if (isSameJson(parsed.value, structure)) return false;
  return !Object.values(structure).some((one) => one === text || isSameJson(one, parsed.value));
}

/** The types of blocks of content, with the revision that has each first. */
const CONTENT_TYPES: ReadonlyMap<unknown, Revision> = new Map([
  ['text', '2024-11-05'],
  ['image', '2024-11-05'],
  ['resource', '2024-11-05'],
  ['audio', '2025-03-26'],
  ['resource_link', '2025-06-18'],
]);

function watchContentTypes({ report }: Watching): Handlers {
  return {
    'response tools/call': ({ call, value, ref, revision }) => {
      const content = member(value, 'result', 'content');
      if (!revision || !Array.isArray(content)) return;
      const at = content.findIndex((block) => !isKnownBlock(block, revision));
      if (at === -1) return;
      report({
        by: 'server',
        ...(call?.subject === undefined ? {} : { about: call.subject }),
        evidence: [{ at: ref, role: 'block', pointer: `/result/content/${at}` }],
      });
    },
  };
}

/** Revisions are dates, which sort as texts. What redaction hides may be any type. */
function isKnownBlock(block: unknown, revision: Revision): boolean {
  const type = member(block, 'type');
  if (typeof type === 'string' && mayHoldPlaceholder(type)) return true;
  const since = CONTENT_TYPES.get(type);
  return since !== undefined && since <= revision;
}
