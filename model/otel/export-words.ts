/** Where spans go, who brings them there, and what is still to come: in words, for terminal and page. */
import type { ExportStatus, TapsStatus } from '../api.ts';
import { groupBy } from '../group.ts';
import type { SessionSummary } from '../summary.ts';

/** `3 entries`, in the way of whoever shows it. */
type Counted = (count: number, one: string, many?: string) => string;

/** What the collector exports to one endpoint. */
export function exportWords(
  { behind, hasTaken, sent, failing, lastFailure, refused, refusal, withoutFindings }: ExportStatus,
  counted: Counted,
): string {
  return joined([
    behind > 0 && `${counted(behind, 'entry', 'entries')} to go`,
    behind === 0 && (hasTaken ? 'all sent' : 'nothing to send yet'),
    sent > 0 && `${counted(sent, 'span')} since it started`,
    failing !== undefined && `waits: ${failing}`,
    refused > 0 && `${counted(refused, 'entry', 'entries')} refused (${refusal})`,
    withoutFindings !== undefined && `takes no findings: ${withoutFindings}`,
    failing === undefined && lastFailure !== undefined && `last waited: ${lastFailure}`,
  ]);
}

/** What taps send to one endpoint themselves. */
export function tapsWords({ sessions, unconfirmed }: TapsStatus, counted: Counted): string {
  return joined([
    counted(sessions, 'session'),
    unconfirmed === 0
      ? 'all confirmed'
      : `${counted(unconfirmed, 'entry', 'entries')} not confirmed`,
  ]);
}

function joined(parts: readonly (string | false)[]): string {
  return parts.filter((part) => part !== false).join(', ');
}

/** Of all sessions: where their taps send spans. */
export function spansOfTaps(sessions: readonly SessionSummary[]): TapsStatus[] {
  const sending = sessions.flatMap(({ spans }) => spans ?? []);
  return [...groupBy(sending, ({ endpoint }) => endpoint)].map(([endpoint, own]) => ({
    endpoint,
    sessions: own.length,
    unconfirmed: own.reduce((sum, { unconfirmed }) => sum + unconfirmed, 0),
  }));
}
