// What two hosts make of one turn: five writes asked for at once are lost under the one that lets them
// overlap, and kept under the one that does not; and two hosts at work on one file take each other's.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { type Finding, familyOf } from '../../model/finding.ts';
import type { ExploreReport } from '../../replay/explore/report.ts';
import { type Machine, machine } from './machine.ts';
import { HOST_CASES, type HostCase, type Hosts, installHosts } from './released.ts';
import { type ScriptedCall, startModel } from './scripted-model.ts';

let hosts: Hosts;

beforeAll(async () => {
  hosts = await installHosts();
}, 300_000);

const [gemini, codex] = HOST_CASES as readonly [HostCase, HostCase];

function memory(tool: string, args: ScriptedCall['args'] = {}): ScriptedCall {
  return { server: 'memory', tool, args };
}

/** So many new entities in one turn. */
function writes(host: string, turn: number, count: number): ScriptedCall[] {
  return Array.from({ length: count }, (_, at) =>
    memory('create_entities', {
      entities: [
        { name: `${host} ${turn} ${at}`, entityType: 'note', observations: [`turn ${turn}`] },
      ],
    }),
  );
}

/** What check says of the newest run, and that it ends with 1 where there is something. */
async function conflicts(here: Machine, code: 0 | 1): Promise<Finding[]> {
  const said = await here.run(['check', '--json', '--fail-on', 'critical'], code);
  const { findings } = JSON.parse(said) as { findings: Finding[] };
  return findings.filter(
    (finding) => familyOf(finding) === 'conflict' && finding.tier !== 'POTENTIAL',
  );
}

/**
 * Explores the newest session of the memory server as a user does: begins a servers file, confirms
 * what it says, and lets it run.
 */
async function explored(here: Machine, code: 0 | 1, words: readonly string[] = []) {
  const file = join(here.project, 'servers.jsonc');
  const begun = 'wiretape: servers.jsonc names the servers; say in it what may be run.\n';
  await here.run(['explore', 'memory', '--write-servers', 'servers.jsonc'], 0, begun);
  const text = await readFile(file, 'utf8');
  const confirmed = text
    .replaceAll(/^( *)\/\/ (?=")/gm, '$1')
    .replaceAll(/"(explorable|write)": false/g, '"$1": true');
  await writeFile(file, confirmed);
  const asked = ['explore', 'memory', '--servers', 'servers.jsonc', '--json', ...words];
  return JSON.parse(await here.run(asked, code)) as ExploreReport;
}

test('five writes of one turn: lost under the host that overlaps them, found and proved; kept under the other, silent', async () => {
  for (const host of [gemini, codex]) {
    await using here = await machine(hosts);
    await using model = await startModel([writes(host.host, 0, 5), [memory('read_graph')]]);
    await here.configure(host, model.address);
    await here.run(['wrap', 'memory', '--host', host.host]);
    const kept = (await here.work(host)).trim().split('\n').length;
    const found = await conflicts(here, host === gemini ? 1 : 0);
    const seen = found.map(({ rule, tier, lost }) => ({ rule, tier, lost }));
    expect(seen).toEqual(
      host === gemini
        ? [{ rule: 'in-server-lost-update', tier: 'OBSERVED', lost: { gone: 5 - kept, of: 5 } }]
        : [],
    );
    const [finding] = found;
    if (!finding) {
      const { verdict, proofs } = await explored(here, 0);
      expect({ verdict, proofs }).toEqual({ verdict: 'COMMUTES', proofs: [] });
      continue;
    }
    const { verdict, proofs, findings } = await explored(here, 1, [
      '--finding',
      finding.fingerprint,
    ]);
    expect(verdict).toBe('NON_SERIALISABLE');
    expect(proofs.map(({ operations }) => operations.length)).toEqual([2]);
    expect(findings).toMatchObject([{ fingerprint: finding.fingerprint, tier: 'PROVEN' }]);
  }
});

test('two hosts on one memory file take from each other: found across hosts', async () => {
  const rounds = 8;
  await using here = await machine(hosts);
  // Both models answer a turn when both hosts have come to it, so that both work at the same time.
  const arrived: number[] = [];
  const waiting: (() => void)[][] = [];
  const together = async (turn: number): Promise<void> => {
    arrived[turn] = (arrived[turn] ?? 0) + 1;
    waiting[turn] ??= [];
    if (arrived[turn] === 2) for (const go of waiting[turn].splice(0)) go();
    if (arrived[turn] < 2) await new Promise<void>((go) => waiting[turn]?.push(go));
  };
  const turns = ({ host }: HostCase, count: number) => [
    ...Array.from({ length: rounds }, (_, turn) => writes(host, turn, count)),
    [memory('read_graph')],
  ];
  await using one = await startModel(turns(gemini, 1), together);
  await using other = await startModel(turns(codex, 6), together);
  await here.configure(gemini, one.address);
  await here.configure(codex, other.address);
  await here.run(['wrap', 'memory']);
  await Promise.all([here.work(gemini), here.work(codex)]);
  const found = await conflicts(here, 1);
  expect(found.map(({ rule, tier }) => ({ rule, tier }))).toContainEqual({
    rule: 'cross-process-lost-update',
    tier: 'OBSERVED',
  });
});
