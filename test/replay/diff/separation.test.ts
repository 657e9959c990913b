// What separates good runs from bad ones: the exact chances, each kind of difference, and that
// nothing is claimed of runs that do not differ, however their labels are dealt.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { viewsOf } from '../../../model/view.ts';
import {
  bitsOf,
  countBits,
  fisher,
  labellings,
  partitionChances,
  rankChances,
  waysToChoose,
} from '../../../replay/diff/chance.ts';
import { type Separation, separate } from '../../../replay/index.ts';
import { client, opening, type Step, server, tape, toolCall, toolText } from '../../kit/entries.ts';
import { dice, holds, hostileJson, SEED, shuffled } from '../../kit/random.ts';

let runs = 0;
/** A run of one session; each has its own id and start. */
function runOf(steps: readonly Step[], options: { boot?: string } = {}) {
  runs++;
  const id = `01RUN${runs}`;
  return viewsOf(tape('notes', steps, { id, start: runs * 1_000_000_000, ...options })).map(
    (view) => ({ view }),
  );
}

const times = <T>(count: number, make: (at: number) => T): T[] =>
  Array.from({ length: count }, (_, at) => make(at));

describe('chances', () => {
  test.each([
    // R: fisher.test(matrix(c(3, 1, 1, 3), 2))$p.value, and so on.
    [{ runs: 8, good: 4, having: 4, goodHaving: 3 }, 0.4857142857],
    [{ runs: 8, good: 4, having: 4, goodHaving: 4 }, 0.02857142857],
    [{ runs: 24, good: 12, having: 10, goodHaving: 1 }, 0.002759456185],
    [{ runs: 10, good: 5, having: 5, goodHaving: 5 }, 2 / 252],
    [{ runs: 6, good: 3, having: 0, goodHaving: 0 }, 1],
  ])("Fisher's exact test of %j is %d", (table, chance) => {
    expect(fisher(table)).toBeCloseTo(chance, 9);
  });

  test(`Fisher's exact test counts labellings (seed ${SEED})`, () => {
    const table = fc.tuple(fc.nat(4), fc.nat(4), fc.nat(4), fc.nat(4));
    holds(
      table.filter((cells) => cells.some((cell) => cell > 0)),
      ([goodHaving, good, badHaving, bad]) => {
        const [all, having] = [goodHaving + good + badHaving + bad, goodHaving + badHaving];
        const has = bitsOf(all, (run) => run < having);
        const chosen = times(goodHaving + good, (at) => at);
        const { list, exact } = labellings(all, chosen);
        expect([list.length, exact]).toEqual([waysToChoose(all, chosen.length), true]);
        const ways = new Map<number, number>();
        for (const labels of list) {
          const count = countBits(labels, has);
          ways.set(count, (ways.get(count) ?? 0) + 1);
        }
        const own = ways.get(goodHaving) ?? 0;
        const sum = [...ways.values()].filter((count) => count <= own).reduce((a, b) => a + b, 0);
        const chance = fisher({ runs: all, good: chosen.length, having, goodHaving });
        expect(chance).toBeCloseTo(sum / list.length, 9);
      },
      { runs: 100 },
    );
  });

  test('the rank-sum test is exact: the chances of Mann and Whitney for 4 and 4', () => {
    const given = bitsOf(8, (run) => run < 4);
    const dealt = labellings(8, [0, 1, 2, 3]);
    const { alone } = rankChances(
      [
        [1, 2, 3, 4, 5, 6, 7, 8],
        [1, 2, 3, 5, 4, 6, 7, 8],
        [1, 8, 2, 7, 3, 6, 4, 5],
      ],
      given,
      dealt,
    );
    expect(alone[0]).toBeCloseTo(2 / 70, 10);
    expect(alone[1]).toBeCloseTo(4 / 70, 10);
    expect(alone[2]).toBe(1);
  });

  test('among many the chance is that of the best of them, and never less than alone', () => {
    const roll = dice();
    const [count, given] = [12, bitsOf(12, (run) => run < 6)];
    const dealt = labellings(count, [0, 1, 2, 3, 4, 5]);
    const partitions = times(40, () => ({
      known: bitsOf(count, () => true),
      having: bitsOf(count, () => roll(2) === 0),
    }));
    const { alone, among } = partitionChances(partitions, given, dealt);
    for (const [at, chance] of alone.entries())
      expect(among[at]).toBeGreaterThanOrEqual(chance - 1e-9);
    const single = partitionChances(partitions.slice(0, 1), given, dealt);
    expect(single.among[0]).toBeCloseTo(single.alone[0]!, 9);
  });

  test('more labellings than can be gone through are sampled, the same each time', () => {
    const chosen = times(30, (at) => at);
    const [one, other] = [labellings(60, chosen), labellings(60, chosen)];
    expect(one.exact).toBe(false);
    expect(one).toEqual(other);
    expect(one.list.every((labels) => countBits(labels) === 30)).toBe(true);
  });
});

interface Flavour {
  readonly overlap?: boolean;
  readonly extra?: boolean;
  readonly mode?: string;
  readonly answer?: string;
  readonly error?: boolean;
  readonly slow?: number;
  readonly tool?: string;
  readonly version?: string;
}

/** A write, a read, and what may differ between runs. */
function steps(flavour: Flavour): Step[] {
  const { overlap, extra, mode = 'safe', answer = 'seen', error, slow = 1000 } = flavour;
  const done = server({
    id: 3,
    result: { content: [{ type: 'text', text: answer }], ...(error ? { isError: true } : {}) },
  });
  const [, welcome, ready] = opening();
  const [hello] = opening();
  const greeting = flavour.version
    ? server({ id: 0, result: { serverInfo: { name: 'notes', version: flavour.version } } })
    : welcome!;
  return [
    ...[hello!, greeting, ready!],
    client({ id: 1, method: 'tools/list' }),
    server({ id: 1, result: { tools: [{ name: 'read', description: flavour.tool ?? 'reads' }] } }),
    client(toolCall(2, 'write', { mode })),
    ...(overlap ? [client(toolCall(3, 'read'))] : []),
    server(toolText(2, 'written'), { after: slow }),
    ...(overlap ? [] : [client(toolCall(3, 'read'))]),
    done,
    ...(extra ? [client(toolCall(4, 'extra', { x: 1 })), server(toolText(4, 'more'))] : []),
  ];
}

describe('what differs is ranked first, with its kind', () => {
  test.each<[kind: Separation['kind'], bad: Flavour, good: Flavour, statement: RegExp]>([
    [
      'order',
      { overlap: true },
      {},
      /^the answer to notes tools\/call write .* came before .*read/,
    ],
    ['call', { extra: true }, {}, /^notes tools\/call extra .*was made$/],
    ['argument', { mode: 'fast' }, {}, /write was asked with \/params\/arguments\/mode = "/],
    ['result', { answer: 'gone' }, {}, /read answered with \/result\/content\/\*\/text = "/],
    ['outcome', { error: true }, {}, /read ended with (tool-error|result)$/],
    ['definition', { tool: 'other' }, {}, /^notes defined tool read as [0-9a-f]{16}$/],
    ['version', { version: '1.1' }, { version: '1.0' }, /^notes was notes 1\.[01]$/],
  ])('%s', (kind, bad, good, statement) => {
    const roll = dice();
    const slow = () => 500 + roll(900);
    const report = separate(
      times(5, () => runOf(steps({ ...good, slow: slow() }))),
      times(5, () => runOf(steps({ ...bad, slow: slow() }))),
    );
    const [first] = report.separations;
    expect(first).toMatchObject({ kind, confident: true, chance: expect.closeTo(2 / 252, 9) });
    expect(first?.statement).toMatch(statement);
    expect(report.tooFew).toBe(false);
  });

  test('duration, where nothing else differs', () => {
    const report = separate(
      times(6, (at) => runOf(steps({ slow: 1000 + at }))),
      times(6, (at) => runOf(steps({ slow: 90_000 + at }))),
    );
    expect(report.separations[0]).toMatchObject({
      kind: 'duration',
      statement: 'notes tools/call write {"mode":"safe"} took longer',
      confident: true,
    });
  });

  test('the runs may come from two boots, and some may lack the call', () => {
    const boot = (at: number) => ({ boot: `boot-${at % 3}` });
    const { separations } = separate(
      times(6, (at) => runOf(steps({ extra: at > 0 }), boot(at))),
      times(6, (at) => runOf(steps({ overlap: true, extra: at > 0 }), boot(at))),
    );
    expect(separations[0]).toMatchObject({ kind: 'order', confident: true });
  });
});

describe('nothing is claimed', () => {
  test.each([
    [1, 1, true],
    [2, 2, true],
    [3, 3, true],
    [3, 4, false],
    [4, 4, false],
    [1, 12, true],
  ])('of %i good and %i bad runs: too few is %s', (good, bad, tooFew) => {
    const report = separate(
      times(good, () => runOf(steps({}))),
      times(bad, () => runOf(steps({ overlap: true }))),
    );
    expect(report.tooFew).toBe(tooFew);
    expect(report.separations[0]).toMatchObject({ kind: 'order', confident: !tooFew });
  });

  test(`of equal runs, however labels are dealt (seed ${SEED})`, () => {
    const equal = times(10, () => runOf(steps({})));
    holds(
      fc.shuffledSubarray(
        times(10, (at) => at),
        { minLength: 4, maxLength: 6 },
      ),
      (chosen) => {
        const good = equal.filter((_, at) => chosen.includes(at));
        const bad = equal.filter((_, at) => !chosen.includes(at));
        expect(separate(good, bad).separations).toEqual([]);
      },
    );
  });

  test(`of runs that differ by noise, in more than 5 of 100 ways to deal labels (seed ${SEED})`, () => {
    const roll = dice();
    // A coin for each thing that may differ, and durations at random.
    const noisy = times(8, () =>
      runOf(
        steps({
          overlap: roll(2) === 0,
          extra: roll(2) === 0,
          mode: ['safe', 'fast'][roll(2)]!,
          answer: `seen ${roll(3)}`,
          slow: 500 + roll(5000),
        }),
      ),
    );
    const { list } = labellings(8, [0, 1, 2, 3]);
    const claims = list.filter((labels) => {
      const isGood = (at: number) => ((labels[0]! >>> at) & 1) === 1;
      const { separations } = separate(
        noisy.filter((_, at) => isGood(at)),
        noisy.filter((_, at) => !isGood(at)),
      );
      return separations.some(({ confident }) => confident);
    });
    expect(list).toHaveLength(70);
    expect(claims.length / list.length).toBeLessThanOrEqual(0.05);
  });

  test('and the same runs in another order give the same report', () => {
    const roll = dice();
    const good = times(5, () => runOf(steps({ slow: 500 + roll(900) })));
    const bad = times(5, () => runOf(steps({ overlap: true, slow: 500 + roll(900) })));
    const report = (one: typeof good, other: typeof bad) => {
      const { separations, ...rest } = separate(one, other);
      return {
        ...rest,
        separations: separations.map(({ examples: _, ...separation }) => separation),
      };
    };
    expect(report(shuffled(good, roll), shuffled(bad, roll))).toEqual(report(good, bad));
  });
});

test(`runs of any values are told apart without a fault (seed ${SEED})`, () => {
  holds(
    fc.array(hostileJson, { minLength: 6, maxLength: 6 }),
    (values) => {
      const sides = values.map((value) =>
        runOf([
          ...opening(),
          client({ id: 1, method: 'tools/call', params: { name: 'x', arguments: value } }),
          server({ id: 1, result: { text: JSON.stringify(value), value } }),
        ]),
      );
      const { separations } = separate(sides.slice(0, 3), sides.slice(3));
      expect(separations.filter(({ confident }) => confident)).toEqual([]);
    },
    { runs: 50 },
  );
});

test('ten runs of a thousand calls each', { timeout: 60_000 }, () => {
  const roll = dice();
  const long = (bad: boolean) => {
    const list = steps({ overlap: bad });
    for (let id = 10; id < 1000; id++) {
      const after = 10 + roll(500);
      list.push(client(toolCall(id, 'put', { n: id })), server(toolText(id, `${id}`), { after }));
    }
    return runOf(list);
  };
  const report = separate(
    times(5, () => long(false)),
    times(5, () => long(true)),
  );
  expect(report.separations[0]).toMatchObject({ kind: 'order', confident: true });
});
