/** How often operations are compared: counted, and never timed. It grows with the recording, one hot resource included. */
import { expect, test } from 'vitest';
import { type Conflicts, searchConflicts } from '../../../analysis/conflicts/search.ts';
import { operationsOf } from '../../../analysis/footprint/operation.ts';
import { orderOf } from '../../../analysis/order.ts';
import { viewsOf } from '../../../model/view.ts';
import { type SceneCall, scene } from '../scene.ts';

const path = '/home/me/hot.md';

/** Calls of four agents at one file: each begins while the last `beside` still run. */
function hot(count: number, beside: number): SceneCall[][] {
  const agents: SceneCall[][] = [[], [], [], []];
  for (let at = 0; at < count; at++) {
    const times = { from: at, to: at + beside + 0.5 };
    const own = agents[at % 4];
    const text = `line ${at}`;
    if (at % 3 === 0) own?.push({ tool: 'read_text_file', args: { path }, ...times, gives: text });
    else if (at % 3 === 1)
      own?.push({ tool: 'write_file', args: { path, content: text }, ...times });
    else {
      const edits = [{ oldText: `line ${at - 1}`, newText: text }];
      own?.push({
        tool: 'edit_file',
        args: { path, edits },
        ...times,
        ...(at % 5 ? {} : { isError: true }),
      });
    }
  }
  return agents;
}

function searched(calls: readonly SceneCall[][]): Conflicts {
  const views = viewsOf(calls.flatMap((own, at) => scene(`agent-${at}`, own)));
  const operations = operationsOf(views);
  return searchConflicts({
    operations: () => operations,
    lostUpdates: () => [],
    order: () => orderOf(views),
  });
}

test.each([
  ['one after the other', 0],
  ['a few at once', 6],
  ['a hundred at once', 100],
  ['all at once', 1_000_000],
])('one hot resource, %s: ten times the calls are at most twelve times the work', (_, beside) => {
  const [few, many] = [searched(hot(500, beside)), searched(hot(5_000, beside))];
  expect(few.comparisons).toBeGreaterThan(250);
  expect(many.comparisons).toBeLessThanOrEqual(12 * few.comparisons);
  expect(many.comparisons).toBeLessThanOrEqual(100 * 5_000);
  // And what is said of one resource does not grow with it.
  expect(many.list.length).toBeLessThan(20);
  for (const { evidence } of many.list) expect(evidence.length).toBeLessThanOrEqual(200);
});
