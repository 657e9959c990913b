/** What holds for all protocol rules alike: where they are silent, what they cost, and that nothing makes them throw. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { violationsOf } from '../../../analysis/protocol/automaton.ts';
import { createMemory } from '../../../analysis/protocol/memory.ts';
import {
  FROM_THE_START,
  type Happening,
  type ProtocolRule,
} from '../../../analysis/protocol/protocol-rule.ts';
import { PROTOCOL_RULES } from '../../../analysis/protocol/rules.ts';
import { RULES } from '../../../analysis/rules.ts';
import type { Entry } from '../../../model/entry.ts';
import { REVISIONS, type Revision } from '../../../model/methods.ts';
import type { WholeView } from '../../../model/session.ts';
import { viewsOf } from '../../../model/view.ts';
import {
  client,
  ends,
  frame,
  gap,
  http,
  opening,
  type Step,
  server,
  type TapeOptions,
  tape,
  toolCall,
  toolText,
} from '../../kit/entries.ts';
import { holds, nearlyMessage, SEED } from '../../kit/random.ts';
import { complete, meta, modern, modernHeaders, OVER_HTTP, opened, post } from './kit.ts';

function viewOf(steps: readonly Step[], options: TapeOptions = {}): WholeView {
  const [view] = viewsOf(tape('notes', steps, options));
  if (!view) throw new Error('the tape is empty');
  return view;
}

/** A rule that is broken by each answer, from the request on or from the start. */
function fussy(more: Partial<ProtocolRule> = {}, since?: number): ProtocolRule {
  return {
    rule: 'fussy',
    code: 'T-1',
    version: 1,
    severity: 'high',
    definition: '',
    wrongWhen: '',
    confirm: '',
    fixtures: [],
    revisions: REVISIONS,
    page: '',
    says: () => '',
    watch: ({ report }) => ({
      response({ call, ref, from, method = '' }) {
        if (!call || !from) return;
        report({
          by: from,
          about: method,
          ...(since === undefined ? {} : { since }),
          evidence: [
            { at: call.request, role: 'request' },
            { at: ref, role: 'answer' },
          ],
        });
      },
    }),
    ...more,
  };
}

const call = client(toolCall(1, 'save'));
const ok = server(toolText(1, 'ok'));
const overCap = frame('server', { why: 'over-cap', text: '{', bytes: 9e6, sha256: '' });

describe('silence', () => {
  const answers = (steps: readonly Step[], options?: TapeOptions, since?: number) =>
    violationsOf(viewOf(steps, options), [fussy({}, since)]).filter(
      ({ about }) => about === 'tools/call',
    ).length;
  const imported = (lacks: string[]) => ({ head: { imported: { from: 'other', lacks } } });

  test('a whole recording is judged', () => {
    expect(answers([...opening(), call, ok])).toBe(1);
    expect(answers([...opening(), call, ok], {}, FROM_THE_START)).toBe(1);
  });
  test.each([
    ['entries were lost between', [...opening(), call, gap(3), ok], 0],
    ['a message over the cap came between', [...opening(), call, overCap, ok], 0],
    ['a message too deep to be walked came between', [...opening(), call, server(deep()), ok], 0],
    ['entries were lost before', [...opening(), gap(3), call, ok], 1],
    ['entries were lost after', [...opening(), call, ok, gap(3)], 1],
  ])('%s', (_, steps, expected) => {
    expect(answers(steps)).toBe(expected);
  });
  test('what needs all from the start needs it without holes and from the first message', () => {
    expect(answers([gap(1), ...opening(), call, ok], {}, FROM_THE_START)).toBe(0);
    expect(answers([call, ok], { head: { joined: true } }, FROM_THE_START)).toBe(0);
    expect(answers([call, ok], { head: { joined: true } })).toBe(1);
  });
  test('a process that was only asked which revision it speaks', () => {
    const probe = [client(modern(1, 'server/discover')), server(complete(1))];
    expect(violationsOf(viewOf([...probe, ends()]), [fussy()])).toEqual([]);
    expect(violationsOf(viewOf([...probe, call, ends()]), [fussy()])).toHaveLength(1);
  });
  test('a capture of another tool that lacks what rules need', () => {
    const steps = [...opening(), call, ok];
    expect(answers(steps, imported(['bytes', 'clock']))).toBe(1);
    for (const lack of ['order', 'direction', 'exchanges', 'rest', 'values'])
      expect(answers(steps, imported([lack]))).toBe(0);
    const needy = fussy({ needs: ['clock'] });
    expect(violationsOf(viewOf(steps, imported(['clock'])), [needy])).toEqual([]);
    expect(violationsOf(viewOf(steps), [needy])).toHaveLength(2);
  });
  test('of one message a capture says that it was cut', () => {
    const cut: Step = {
      draft: (at) => ({ ...(call.draft(at) as object), imported: { lacks: ['rest'] } }) as never,
    };
    expect(answers([...opening(), cut, ok], imported([]))).toBe(0);
  });
});

function deep(): string {
  return `${'['.repeat(300)}${']'.repeat(300)}`;
}

describe('the revision of a message', () => {
  /** The revisions under which the messages of this method were judged. */
  const judged = (steps: readonly Step[], options?: TapeOptions): (Revision | undefined)[] => {
    const seen: (Revision | undefined)[] = [];
    const see = ({ method, revision }: Happening): void => {
      if (method === 'tools/call') seen.push(revision);
    };
    const rule = fussy({ watch: () => ({ request: see, response: see }) });
    violationsOf(viewOf(steps, options), [rule]);
    return seen;
  };
  const call26 = modern(1, 'tools/call', { name: 'save' });
  const head = OVER_HTTP;

  test.each([
    ['is what was agreed', [...opening({ revision: '2025-03-26' }), call, ok], '2025-03-26'],
    ['is what it says', [client(call26), server(complete(1))], '2026-07-28'],
    [
      'is what was agreed after a probe that failed',
      [
        client(modern(9, 'server/discover')),
        server({ id: 9, error: { code: -32601, message: 'no' } }),
        ...opening(),
        call,
        ok,
      ],
      '2025-11-25',
    ],
    ['is not known where nobody says one', [call, ok], undefined],
    [
      'is not known where it is a newer one',
      [
        client(
          modern(
            1,
            'tools/call',
            {},
            meta({ 'io.modelcontextprotocol/protocolVersion': '2099-01-01' }),
          ),
        ),
        server(complete(1)),
      ],
      undefined,
    ],
    [
      'is not known on a pipe of both eras',
      [...opening(), client(modern(2, 'tools/list')), call, ok],
      undefined,
    ],
  ])('%s', (_, steps, expected) => {
    expect(judged(steps)).toEqual([expected, expected]);
  });

  test('over HTTP is that of the header, and is not guessed for older clients of the same address', () => {
    const modernCall = post(2, call26, { headers: modernHeaders('tools/call', 'save') });
    const plain = post(3, toolCall(2, 'save'));
    expect(judged([...opened(), ...post(3, toolCall(1, 'save'))], { head })).toEqual([
      '2025-11-25',
    ]);
    expect(judged([...modernCall, ...plain], { head })).toEqual(['2026-07-28', undefined]);
  });

  test('rules are told only of messages of their revisions; of unknown ones, only those of all', () => {
    const only = fussy({ revisions: ['2025-11-25'] });
    expect(violationsOf(viewOf([...opening(), call, ok]), [only])).toHaveLength(2);
    expect(
      violationsOf(viewOf([...opening({ revision: '2025-06-18' }), call, ok]), [only]),
    ).toEqual([]);
    expect(violationsOf(viewOf([call, ok]), [only])).toEqual([]);
    expect(violationsOf(viewOf([call, ok]), [fussy()])).toHaveLength(1);
  });
});

describe('hostile peers', () => {
  const step = fc.tuple(nearlyMessage, fc.boolean(), fc.option(fc.nat(3), { nil: undefined }));

  test(`never make a rule throw (seed ${SEED})`, () => {
    holds(fc.array(step, { maxLength: 25 }), (steps) => {
      const said = steps.map(([value, isClient, exchange]) => {
        const where = exchange === undefined ? {} : { exchange };
        return (isClient ? client : server)(JSON.stringify(value), where);
      });
      const revision = ['2025-11-25', '2024-11-05', '2026-07-28'][said.length % 3] ?? '';
      const steps2 = [
        ...opening({ revision }),
        http(1, 'opened', { headers: [['', '']] }),
        ...said,
      ];
      for (const { evidence } of violationsOf(viewOf([...steps2, ends()]), PROTOCOL_RULES))
        expect(evidence.length).toBeGreaterThan(0);
    });
  });

  test('thirty thousand ids, tokens and names cost as much as they are, and tell a hundred things', () => {
    const many = Array.from({ length: 30_000 }, (_, n) => [
      client({ id: n, method: `m${n}`, params: { _meta: { progressToken: n } } }),
      server({ id: -n - 1, result: {} }),
    ]);
    const found = violationsOf(viewOf([...opening(), ...many.flat()]), [
      ...PROTOCOL_RULES,
      fussy({
        watch: ({ report }) => ({
          request: ({ ref, method = '' }) =>
            report({ by: 'client', about: method, evidence: [{ at: ref, role: 'request' }] }),
        }),
      }),
    ]);
    expect(found.filter(({ rule }) => rule.rule === 'fussy')).toHaveLength(100);
    const [nobody] = found.filter(({ rule }) => rule.rule === 'response-to-nobody');
    expect(nobody?.count).toBe(30_000);
    expect(nobody?.evidence.length).toBeLessThanOrEqual(202);
  });

  test('what has no room is forgotten, oldest first, and said', () => {
    const memory = createMemory<number, string>(2);
    for (const key of [1, 2, 1, 3]) memory.set(key, String(key));
    expect([1, 2, 3].map((key) => memory.has(key))).toEqual([true, false, true]);
    expect(memory.hasForgotten).toBe(true);
  });
});

/** How many rules of the studies each family has. */
const STUDIED = {
  'P-RPC': 5,
  'P-ID': 7,
  'P-LIF': 10,
  'P-CAP': 3,
  'P-DIR': 3,
  'P-STD': 2,
  'P-HTTP': 8,
  'P-CAN': 4,
  'P-PRG': 5,
  'P-LOG': 2,
  'P-SUB': 4,
  'P-TOOL': 9,
  'P-RES': 2,
  'P-PAG': 1,
  'P-RT': 1,
  'P-MRTR': 5,
  'P-CACHE': 1,
  'P-ELI': 2,
  'P-SAM': 1,
  'P-TSK': 5,
  'P-TRC': 1,
};

/** Of rules that the studies do not number. */
const BESIDES = ['P-TOOL-10'];

test('each of the 81 rules of the studies is told', () => {
  const codes = new Set(RULES.flatMap(({ code, also = [] }) => [code, ...also]));
  const studied = Object.entries(STUDIED).flatMap(([family, count]) =>
    Array.from({ length: count }, (_, n) => `${family}-${String(n + 1).padStart(2, '0')}`),
  );
  expect(studied).toHaveLength(81);
  const told = [...codes].filter((code) => code.startsWith('P-'));
  expect(told.sort()).toEqual([...studied, ...BESIDES].sort());
});

test('the same entries in any order tell the same', () => {
  const entries: Entry[] = tape('notes', [...opening(), call, ok, ok, server(toolText(9, 'x'))]);
  const told = (own: readonly Entry[]) =>
    viewsOf(own).map((view) => violationsOf(view, PROTOCOL_RULES).map(({ rule }) => rule.rule));
  expect(told([...entries].reverse())).toEqual(told(entries));
  expect(told(entries)).toEqual([['second-response', 'response-to-nobody']]);
});
