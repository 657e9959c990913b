// Many at once: a server that keeps a few calls apart, and not as many as came.
import { expect, test } from 'vitest';
import type { Edge } from '../../../analysis/schedules.ts';
import { type ExploreOptions, explore } from '../../../replay/explore/explore.ts';
import type { Problem } from '../../../replay/explore/problem.ts';
import type { Execute } from '../../../replay/explore/run.ts';

/** So many additions to one list, of which any two may not commute. */
function problemOf(count: number): Problem {
  const places = Array.from({ length: count }, (_, at) => at);
  return {
    must: [],
    needs: [],
    conflicts: places.flatMap((one) => places.slice(one + 1).map((other): Edge => [one, other])),
    said: new Set(),
    operations: places.map((at) => ({
      number: at + 1,
      tool: 'add',
      session: 'model',
      method: 'tools/call',
      pattern: 'add',
      creates: false,
      writes: true,
      ok: true,
      start: 0,
      end: 100,
    })),
  };
}

/** Loses the last of so many at once or more. `ordered`: answers say which came before. */
function server(limit: number, ordered: boolean): Execute {
  return async (course) => {
    const kept = course.flatMap((step) => (step.length < limit ? step : step.slice(0, -1)));
    return {
      kind: 'ran',
      answers: course.flat().map((one, at) => [one, [{ result: ordered ? at : 'added' }]]),
      probes: [['list', { result: { list: [...kept].sort((a, b) => a - b) } }]],
      meets: [],
      versions: [],
    };
  };
}

async function explored(
  count: number,
  { limit, ordered = false }: { readonly limit: number; readonly ordered?: boolean },
  more: Partial<ExploreOptions> = {},
) {
  return explore(problemOf(count), server(limit, ordered), {
    seed: 1,
    repeat: 4,
    budget: 64,
    timeUsed: () => 0,
    masks: [],
    ordered: false,
    together: true,
    first: true,
    ...more,
  });
}

test('five at once are proved with all their orders, where these can be run', async () => {
  const { proofs, groups } = await explored(8, { limit: 5 }, { budget: 5000 });
  expect(proofs).toMatchObject([{ verdict: 'NON_SERIALISABLE', seen: 2 }]);
  expect(proofs[0]?.about).toHaveLength(5);
  expect(proofs[0]?.against).toHaveLength(120);
  expect(groups.sampled).toBe(1);
});

test('three of many are proved as three', async () => {
  const { proofs } = await explored(8, { limit: 3 }, { budget: 5000 });
  expect(proofs[0]?.about).toHaveLength(3);
  expect(proofs[0]?.against).toHaveLength(6);
});

test('more are a suspicion, which says how many orders were not run', async () => {
  const found = await explored(8, { limit: 7 }, { budget: 5000 });
  expect(found).toMatchObject({ verdict: 'SUSPECT', proofs: [] });
  expect(found.suspects).toMatchObject([
    { why: expect.stringMatching(/not all of its 5040 orders can be run$/) },
  ]);
});

test('within the usual budget they are tried, and nothing is proved with a part of the orders', async () => {
  const found = await explored(8, { limit: 5 });
  expect(found).toMatchObject({ verdict: 'SUSPECT', proofs: [], groups: { sampled: 1 } });
  expect(found.runs).toBeLessThanOrEqual(64);
  expect(await explored(8, { limit: 5 })).toEqual(found);
});

test('of a server that keeps them apart nothing is suspected, whether order shows or not', async () => {
  for (const ordered of [false, true]) {
    const found = await explored(7, { limit: 100, ordered }, { first: false, budget: 300 });
    expect(found).toMatchObject({ suspects: [], unstable: [], groups: { sampled: 1 } });
    expect(found.proofs.map(({ verdict }) => verdict)).not.toContain('NON_SERIALISABLE');
  }
});
