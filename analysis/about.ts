/** Which servers, their versions and tools findings are about, from the messages that show them. */
import { parseReference } from '../model/entry.ts';
import type { Finding } from '../model/finding.ts';
import { nameOf, type Session, type SessionView, versionOf } from '../model/session.ts';

/** The findings with what they are about. Sessions are walked once, whatever is found in them. */
export function withAbout(findings: readonly Finding[], views: readonly SessionView[]): Finding[] {
  const places = new Map<string, Map<number, string | undefined>>();
  for (const { evidence } of findings) {
    for (const { message } of evidence) {
      const { session = '', seq = -1 } = parseReference(message) ?? {};
      const known = places.get(session) ?? new Map<number, string | undefined>();
      places.set(session, known.set(seq, undefined));
    }
  }
  const sessions = new Map(views.map(({ session }) => [session.id, session]));
  for (const [id, seqs] of places) {
    const session = sessions.get(id);
    if (session) nameTools(session, seqs);
  }
  return findings.map((finding) => ({ ...finding, about: aboutOf(finding, sessions, places) }));
}

function nameTools({ calls }: Session, seqs: Map<number, string | undefined>): void {
  for (const { method, subject, request, response } of calls) {
    if (method !== 'tools/call') continue;
    for (const ref of [request, response]) if (ref && seqs.has(ref.seq)) seqs.set(ref.seq, subject);
  }
}

function aboutOf(
  { evidence }: Finding,
  sessions: ReadonlyMap<string, Session>,
  places: ReadonlyMap<string, ReadonlyMap<number, string | undefined>>,
): NonNullable<Finding['about']> {
  const servers = new Set<string>();
  const tools = new Set<string>();
  const versions = new Set<string>();
  for (const { message } of evidence) {
    const { session: id = '', seq = -1 } = parseReference(message) ?? {};
    const session = sessions.get(id);
    if (session) {
      servers.add(nameOf(session));
      versions.add(versionOf(session.server, nameOf(session)));
    }
    const tool = places.get(id)?.get(seq);
    if (tool !== undefined) tools.add(tool);
  }
  return { servers: [...servers], tools: [...tools], versions: [...versions] };
}
