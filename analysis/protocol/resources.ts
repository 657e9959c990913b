/** What comes back when a resource is read. */
import { member, textMember } from '../../model/json.ts';
import { mayHoldPlaceholder } from '../../model/placeholder.ts';
import { EVERY, family, MODERN } from './family.ts';
import type { Handlers, ProtocolRule, Shown, Watching } from './protocol-rule.ts';
import { isPartOf } from './uris.ts';

export const RESOURCES: readonly ProtocolRule[] = family('resources', [
  {
    rule: 'empty-resource-contents',
    code: 'P-RES-01',
    severity: 'medium',
    revisions: MODERN,
    page: 'server/resources',
    definition:
      'A read of a resource is answered with no contents at all. A resource that is not there must be answered with an error; who gets nothing cannot tell it from an empty one.',
    wrongWhen: 'The resource is there and has no parts, as an empty folder.',
    confirm: 'Ask for an address that certainly is not there, and compare.',
    says: ({ who, about, times }) =>
      `${who} answered a read of ${about} with no contents, ${times}.`,
    watch: watchEmptyContents,
  },
  {
    rule: 'resource-error-code',
    code: 'P-RES-01',
    // Advice, and the released SDKs do not follow it.
    severity: 'low',
    revisions: EVERY,
    page: 'server/resources',
    definition:
      'An error that says in words that a resource is not there has another code than -32602, or than -32002 before 2026-07-28; clients that look at the code take it for something else.',
    wrongWhen: 'The words are about something else that is missing.',
    confirm: 'Read the message of the error.',
    says: ({ who, times }) =>
      `${who} said with another code that a resource is not there, ${times}.`,
    watch: watchResourceErrorCode,
  },
  {
    rule: 'contents-of-another-resource',
    code: 'P-RES-02',
    severity: 'medium',
    revisions: EVERY,
    page: 'server/resources',
    definition:
      'A read is answered with contents whose address is neither the one asked for nor one below it, or with contents that are text and blob at once.',
    wrongWhen: 'The server writes one address in two ways, or the resource stands for others.',
    confirm: 'Compare the address asked for with that of the contents.',
    says: ({ who, about, times }) =>
      `${who} answered a read of ${about} with other contents, ${times}.`,
    watch: watchWrongContents,
  },
]);

const READ = 'response resources/read';

function watchEmptyContents({ report }: Watching): Handlers {
  return {
    [READ]: ({ call, value, ref }) => {
      const contents = member(value, 'result', 'contents');
      if (!call || !Array.isArray(contents) || contents.length > 0) return;
      report({
        by: 'server',
        about: call.subject ?? '',
        evidence: [
          { at: call.request, role: 'read', pointer: '/params/uri' },
          { at: ref, role: 'result', pointer: '/result/contents' },
        ],
      });
    },
  };
}

/** The code that a revision has for a resource that is not there. */
const LEGACY_CODE = -32002;
const MODERN_CODE = -32602;
const MISSING = /not found|no such|does not exist|unknown resource/i;

function watchResourceErrorCode({ report }: Watching): Handlers {
  return {
    [READ]: ({ call, value, ref, revision }) => {
      const code = member(value, 'error', 'code');
      const text = textMember(value, 'error', 'message') ?? '';
      const isModern = revision === '2026-07-28';
      // In 2026-07-28 the older code is another rule's (reserved-error-code).
      const isRight = code === (isModern ? MODERN_CODE : LEGACY_CODE) || code === LEGACY_CODE;
      if (!call || typeof code !== 'number' || isRight || !MISSING.test(text)) return;
      report({
        by: 'server',
        evidence: [
          { at: call.request, role: 'read' },
          { at: ref, role: 'error', pointer: '/error/code' },
        ],
      });
    },
  };
}

function watchWrongContents({ report }: Watching): Handlers {
  return {
    [READ]: ({ call, value, ref }) => {
      const wrong = call && wrongIn(call.subject ?? '', member(value, 'result', 'contents'));
      if (!call || !wrong) return;
      report({
        by: 'server',
        about: call.subject ?? '',
        evidence: [
          { at: call.request, role: 'read', pointer: '/params/uri' },
          { at: ref, ...wrong },
        ],
      });
    },
  };
}

function wrongIn(asked: string, contents: unknown): Omit<Shown, 'at'> | undefined {
  if (!Array.isArray(contents)) return undefined;
  for (const [index, one] of contents.entries()) {
    const pointer = `/result/contents/${index}`;
    const uri = textMember(one, 'uri') ?? asked;
    const isHidden = mayHoldPlaceholder(uri) || mayHoldPlaceholder(asked);
    if (!isHidden && !isPartOf(uri, asked))
      return { role: 'contents of another address', pointer: `${pointer}/uri` };
    if (member(one, 'text') !== undefined && member(one, 'blob') !== undefined)
      return { role: 'text and blob at once', pointer };
  }
  return undefined;
}
