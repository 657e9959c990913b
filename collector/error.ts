/** What a collector could not do, with a code of docs/errors.md, for whoever started it. */
export type CollectorErrorCode =
  | 'port-in-use'
  | 'store-in-use'
  | 'store-newer'
  | 'store-damaged'
  | 'no-sqlite'
  | 'socket-in-use'
  | 'unsafe-folder'
  | 'unwritable-folder'
  | 'network-folder';

export class CollectorError extends Error {
  readonly code: CollectorErrorCode;
  /** What the user can do about it: one sentence. */
  readonly hint: string;

  constructor(code: CollectorErrorCode, message: string, hint: string) {
    super(message);
    this.name = 'CollectorError';
    this.code = code;
    this.hint = hint;
  }
}
