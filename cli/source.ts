/**
 * Where commands read sessions from: the collector of a state folder while one runs, else its store
 * and the journals of its taps. Both sides of this contract give the same answers.
 */
import type { Entry } from '../model/entry.ts';
import type { Mark, RunMark } from '../model/mark.ts';
import { readRecording } from '../model/recording.ts';
import type { SessionSummary } from '../model/summary.ts';
import type { Run } from '../model/workflow.ts';
import { type Api, apiOf, findCollector, partsOf } from './api.ts';
import { UserError } from './error.ts';
import { openDisk } from './source-disk.ts';

export interface Source {
  /** The collector's API, when one runs. */
  readonly api: Api | undefined;
  /** Every session, in no order. */
  summaries(): Promise<readonly SessionSummary[]>;
  /** All entries of these sessions. */
  entries(sessions: readonly string[]): Promise<readonly Entry[]>;
  /** Whether a tap still writes to the session. */
  isLive(session: SessionSummary): Promise<boolean>;
  /** Erases a session, so that no bytes of it stay. */
  remove(session: string): Promise<void>;
  /** How runs are marked. */
  marks(): Promise<readonly RunMark[]>;
  /** Marks a run, or takes its mark away; false when no store holds a session of it. */
  mark(run: Run, mark: Mark | undefined): Promise<boolean>;
  close(): Promise<void>;
}

export async function openSource(state: string): Promise<Source> {
  const running = await findCollector(state);
  return running ? collectorSource(apiOf(state, running.address)) : openDisk(state);
}

function collectorSource(api: Api): Source {
  return {
    api,
    summaries: () => api.sessions(),
    entries: async (sessions) => {
      const parts: (readonly Entry[])[] = [];
      for (const part of partsOf(sessions)) parts.push(entriesIn(await api.recording(part)));
      return parts.flat();
    },
    isLive: async ({ phase }) => phase !== 'ended',
    remove: (session) => api.remove(session),
    marks: () => api.marks(),
    mark: async ({ id }, mark) => {
      await api.mark(id, mark);
      return true;
    },
    close: async () => {},
  };
}

function entriesIn(bytes: Uint8Array): readonly Entry[] {
  const recording = readRecording(bytes);
  if (recording.ok) return recording.entries;
  const detail = `The collector sent what is no recording: ${recording.detail}.`;
  throw new UserError('collector-failed', detail, 'Try again.');
}
