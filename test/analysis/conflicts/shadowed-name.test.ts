/** Names that two servers share, calls that went to the wrong one, and two sessions of one server. */
import { describe, expect, test } from 'vitest';
import type { Entry } from '../../../model/entry.ts';
import { type SceneCall, type SceneOptions, scene } from '../scene.ts';
import { said, told } from './said.ts';

const RULE = 'shadowed-name';

const tool = (name: string, ...required: string[]) => ({
  name,
  inputSchema: {
    type: 'object',
    properties: Object.fromEntries(required.map((one) => [one, { type: 'string' }])),
    required,
  },
});
const issue: SceneCall = {
  tool: 'create_issue',
  args: { project: 'X', summary: 'y' },
  from: 0,
  to: 9,
};
const fine: SceneCall = { tool: 'create_issue', args: { repo: 'x', title: 'y' }, from: 0, to: 9 };

function server(
  name: string,
  tools: object[],
  calls: SceneCall[] = [],
  more: SceneOptions = {},
): Entry[] {
  const { head, ...rest } = more;
  return scene(name, calls, { tools, ...rest, head: { workflow: 'w', ...head } });
}
const github = (calls: SceneCall[] = [], more: SceneOptions = {}) =>
  server('github', [tool('create_issue', 'repo', 'title'), tool('get_me')], calls, more);
const jira = (calls: SceneCall[] = [], more: SceneOptions = {}) =>
  server('jira', [tool('create_issue', 'project', 'summary')], calls, more);
const run = (name: string, version = '1.0.0'): SceneOptions => ({
  head: { launch: { command: 'npx', args: [name], env: {}, package: { name, version } } },
});

test('a call that only the other server takes', () => {
  expect(told(RULE, github([issue]), jira())).toMatchInlineSnapshot(`
    [
      "“create_issue” of github was called with arguments that only “create_issue” of jira takes, once: the call went to the wrong server.",
      "call: {"project":"X","summary":"y"}",
      "its answer",
      "definition of the server that was called: {"name":"create_issue","inputSchema":{"type":"object","properties":{"repo":{"type":"string"},"title":{"type":"string"}},"required":["repo","title"]}}",
      "definition that takes the arguments: {"name":"create_issue","inputSchema":{"type":"object","properties":{"project":{"type":"string"},"summary":{"type":"string"}},"required":["project","summary"]}}",
      "github and jira offer a tool of one name with different definitions: “create_issue”. Whoever calls one without the name of its server may get the other.",
      "definition of github: {"name":"create_issue","inputSchema":{"type":"object","properties":{"repo":{"type":"string"},"title":{"type":"string"}},"required":["repo","title"]}}",
      "definition of jira: {"name":"create_issue","inputSchema":{"type":"object","properties":{"project":{"type":"string"},"summary":{"type":"string"}},"required":["project","summary"]}}",
    ]
  `);
});

describe('one name', () => {
  const cases: [string, Entry[][], string[]][] = [
    ['nobody called it', [github(), jira()], ['POTENTIAL info']],
    ['called as its own server has it', [github([fine]), jira()], ['POTENTIAL info']],
    [
      'called in a way that neither takes',
      [github([{ ...issue, args: {} }]), jira()],
      ['POTENTIAL info'],
    ],
    ['in two workflows', [github(), jira([], { head: { workflow: 'other' } })], []],
    ['not at one time', [github(), jira([], { start: 900_000_000 })], []],
    ['of one definition', [github(), server('copy', [tool('create_issue', 'repo', 'title')])], []],
    [
      'of one package in two sessions, one of another version',
      [
        server('a', [tool('read', 'path')], [], { id: 'S1', ...run('files', '1.0.0') }),
        server('b', [tool('read', 'file')], [], { id: 'S2', ...run('files', '2.0.0') }),
      ],
      [],
    ],
    ['no name in common', [github(), server('other', [tool('search', 'query')])], []],
  ];
  test.each(cases)('%s', (_, sessions, expected) => {
    expect(said(RULE, ...sessions)).toEqual(expected);
  });

  test('many names are one finding', () => {
    const names = Array.from({ length: 30 }, (_, at) => `tool_${at}`);
    const [message] = told(
      RULE,
      server(
        'a',
        names.map((name) => tool(name, 'x')),
      ),
      server(
        'b',
        names.map((name) => tool(name, 'y')),
      ),
    );
    expect(message).toContain('“tool_4” and 25 more');
  });
});
