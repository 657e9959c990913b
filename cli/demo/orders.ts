/** What the demo and its hosts say to each other over IPC. */
import type { ToolCall } from './scenarios.ts';

/** Connects a client; `sdk`: the file or folder from which the SDK is found. */
export interface HostStart {
  readonly do: 'start';
  readonly sdk: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Record<string, string>;
}

export type HostOrder =
  | HostStart
  | { readonly do: 'call'; readonly calls: readonly ToolCall[] }
  | { readonly do: 'close' };

/** `stderr`: what the tap and its server wrote to standard error, at most its end. */
export type HostAnswer =
  | { readonly done: HostOrder['do'] }
  | { readonly failed: string; readonly stderr: string };
