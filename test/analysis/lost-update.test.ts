/** What a lost update says, and that looking for it stays near linear on one hot resource. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { analyse } from '../../analysis/index.ts';
import { overlaps } from '../../analysis/order.ts';
import { spansOf } from '../../analysis/spans.ts';
import type { Entry } from '../../model/entry.ts';
import { parseReference } from '../../model/entry.ts';
import { member } from '../../model/json.ts';
import { viewsOf } from '../../model/view.ts';
import { launched, type SceneCall, scene } from './scene.ts';

const create = (name: string, from: number, to: number): SceneCall => ({
  tool: 'create_entities',
  args: { entities: [{ name, entityType: 'thing', observations: [] }] },
  from,
  to,
  gives: { entities: [{ name }] },
});
const graph = (names: readonly string[], from: number): SceneCall => ({
  tool: 'read_graph',
  from,
  to: from + 1,
  gives: { entities: names.map((name) => ({ name })) },
});

/** Evidence as `role: message`, the message named by what it carried. */
function story(entries: readonly Entry[]): string[] {
  const [finding] = analyse(viewsOf(entries));
  return (finding?.evidence ?? []).map(({ message, role, pointer }) => {
    const { session, seq } = parseReference(message) ?? {};
    const entry = entries.find((one) => one.session === session && one.seq === seq);
    const value = entry?.type === 'message' ? entry.value : undefined;
    const entities =
      member(value, 'params', 'arguments', 'entities') ??
      member(value, 'result', 'structuredContent', 'entities');
    const name = Array.isArray(entities) ? entities.map((one) => member(one, 'name')).join() : '';
    return `${role}: ${name}${pointer === undefined ? '' : ` at ${pointer}`}`;
  });
}

test('names each lost write with the write that is there and was answered last, then the read', () => {
  const calls = [
    create('alpha', 0, 10),
    create('beta', 2, 30),
    create('gamma', 5, 20),
    create('delta', 25, 40),
    graph(['beta', 'gamma'], 50),
  ];
  expect(story(scene('memory', calls))).toEqual([
    'lost write: alpha at /params/arguments/entities/0/name',
    'overwriting write: beta',
    'lost write: delta at /params/arguments/entities/0/name',
    'overwriting write: beta',
    'read that misses it: beta,gamma',
  ]);
});

test('the finding in full', () => {
  const calls = [create('alpha', 0, 10), create('beta', 5, 15), graph(['beta'], 20)];
  const head = launched({ NOTES_FILE_PATH: '#1' });
  const [finding] = analyse(viewsOf(scene('memory', calls, { head })));
  expect({ ...finding, evidence: finding?.evidence.length }).toMatchInlineSnapshot(`
    {
      "about": {
        "servers": [
          "memory",
        ],
        "tools": [
          "create_entities",
          "read_graph",
        ],
        "versions": [
          "notes-server 1.0.0",
        ],
      },
      "code": "C03",
      "confidence": 0.85,
      "confirm": "Run the same writes one after another and together with wiretape explore; or read the resource once more and write by hand: if all are kept then, their overlap lost them.",
      "evidence": 3,
      "fingerprint": "d81da20ea48e7034",
      "lost": {
        "gone": 1,
        "of": 2,
      },
      "message": "1 of 2 acknowledged writes (create_entities) to NOTES_FILE_PATH is not in the later read_graph of memory. It ran at the same time as a write of the same server that is there, and nothing that was recorded can have removed it.",
      "resource": "NOTES_FILE_PATH",
      "rule": "in-server-lost-update",
      "severity": "critical",
      "tier": "OBSERVED",
      "version": 1,
      "wrongWhen": "The read shows only a part without saying so; the server takes things away by itself; or something that was not recorded wrote to the same place. A read that lacks a write which nobody disturbed is never used, nor one that only sums up, says by a member, a line, its name or its description that there is more than it shows, or shows in other words as many things as there should be.",
    }
  `);
});

test('has one fingerprint whatever the ids, the times and the number of losses', () => {
  const few = scene('one', [create('alpha', 0, 10), create('beta', 5, 15), graph(['beta'], 20)]);
  const many = scene(
    'two',
    [
      create('alpha', 50, 60),
      create('beta', 55, 65),
      create('gamma', 55, 65),
      graph(['gamma'], 99),
    ],
    { start: 9e9, boot: 'boot-7' },
  );
  const prints = [few, many].map((entries) =>
    analyse(viewsOf(entries)).map(({ fingerprint }) => fingerprint),
  );
  expect(prints[0]).toHaveLength(1);
  expect(prints[1]).toEqual(prints[0]);
});

test('each read tells of the writes since the one before', () => {
  const calls = [
    ...[create('alpha', 0, 10), create('beta', 5, 15), graph(['beta'], 20)],
    ...[create('gamma', 30, 40), create('delta', 35, 45), graph(['beta', 'delta'], 50)],
  ];
  const findings = analyse(viewsOf(scene('memory', calls)));
  expect(findings.map(({ lost }) => lost)).toEqual([
    { gone: 1, of: 2 },
    { gone: 1, of: 2 },
  ]);
});

test('is of one server only when every lost write met one of its own session', () => {
  const head = launched({ NOTES_FILE_PATH: '#1' });
  const own = [create('alpha', 0, 10), create('beta', 5, 15)];
  const alone = scene('a', [...own, graph(['beta'], 30)], { head });
  const other = scene('b', [create('gamma', 4, 12)], { head });
  const bothThere = scene('a', [...own, graph(['beta', 'gamma'], 30)], { head });
  const rules = (...entries: Entry[][]) => analyse(viewsOf(entries.flat())).map(({ rule }) => rule);
  expect(rules(bothThere, other)).toEqual(['in-server-lost-update']);
  expect(rules(alone, other)).toEqual(['cross-process-lost-update']);
});

test('names that only differ as a whole are told apart', () => {
  const calls = [1, 2, 3].map((item) => create(`host-0-entity-${item}`, item, 10 + item));
  const other = [1, 2, 3].map((item) => create(`host-1-entity-${item}`, item, 10 + item));
  const kept = graph(['host-0-entity-2', 'host-1-entity-1'], 30);
  const [finding] = analyse(viewsOf(scene('memory', [...calls, ...other, kept])));
  expect(finding?.lost).toEqual({ gone: 4, of: 6 });
});

test('a file and the resource of its uri are one', () => {
  const edit = (before: string, after: string, from: number): SceneCall => ({
    tool: 'edit_file',
    args: { path: '/home/me//plan.md', edits: [{ old_string: before, new_string: after }] },
    from,
    to: from + 10,
  });
  const calls = [edit('one: open', 'one: settled', 0), edit('two: open', 'two: shipped', 5)];
  const read: SceneCall = {
    tool: 'read_file',
    args: { file_path: '/home/me/plan.md' },
    from: 20,
    to: 21,
    gives: 'one: open\ntwo: shipped',
  };
  const [finding] = analyse(viewsOf(scene('files', [...calls, read])));
  expect(finding).toMatchObject({ resource: 'plan.md', lost: { gone: 1, of: 2 } });
});

test('spans answer what looking at each of them would', () => {
  const span = fc
    .tuple(fc.nat(30), fc.nat(10))
    .map(([start, length]) => ({ start, end: start + length }));
  fc.assert(
    fc.property(fc.array(span, { maxLength: 12 }), span, (items, asked) => {
      for (const self of [undefined, ...items]) {
        const others = items.filter((item) => item !== self && overlaps(item, self ?? asked));
        const last = Math.max(...others.map(({ end }) => end));
        const found = spansOf(items).lastOverlapping(self ?? asked, self);
        expect(found?.end).toBe(others.length === 0 ? undefined : last);
        if (found) expect(others).toContain(found);
      }
    }),
  );
});

test('a hundred thousand overlapping writes of one resource are compared a few times each', () => {
  const count = 100_000;
  let comparisons = 0;
  const counted = Array.from({ length: count }, (_, at) => ({
    get start() {
      comparisons += 1;
      return at;
    },
    end: at + count,
  }));
  const spans = spansOf(counted);
  for (const span of counted) spans.lastOverlapping(span, span);
  expect(comparisons).toBeLessThan(count * 60);
});
