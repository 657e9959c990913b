/** Why a configuration was not wrapped: a code, one sentence, and what to do about it. */

export type WrapCode =
  | 'config-invalid'
  | 'config-unreadable'
  | 'config-unwritable'
  | 'config-changed'
  | 'unknown-server'
  | 'cannot-wrap';

export class WrapFault extends Error {
  readonly code: WrapCode;
  readonly hint: string;

  constructor(code: WrapCode, detail: string, hint: string) {
    super(detail);
    this.code = code;
    this.hint = hint;
  }
}
