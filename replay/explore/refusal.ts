/** Why something is not explored; the codes are those of docs/errors.md. */
export class ExploreRefusal extends Error {
  readonly code:
    | 'servers-invalid'
    | 'not-explorable'
    | 'tool-refused'
    | 'nothing-to-explore'
    | 'schedule-refused'
    | 'not-reproduced'
    | 'redacted-value'
    | 'time-over';
  readonly hint: string;

  constructor(code: ExploreRefusal['code'], detail: string, hint: string) {
    super(detail);
    this.code = code;
    this.hint = hint;
  }
}
