/** What one schema may refuse of what another allows, and how that is said. */
import { shortJson } from './short.ts';

export type Refusal =
  /** A member that was named is not any more. */
  | { readonly at: string; readonly why: 'gone' }
  | { readonly at: string; readonly why: 'required' }
  /** `apart`: no kind of value is of both. */
  | {
      readonly at: string;
      readonly why: 'type';
      readonly was: string;
      readonly is: string;
      readonly apart: boolean;
    }
  | { readonly at: string; readonly why: 'values'; readonly values: readonly unknown[] }
  /** Any value was allowed, and now only those listed. */
  | { readonly at: string; readonly why: 'listed' }
  | {
      readonly at: string;
      readonly why: 'bound';
      readonly keyword: string;
      readonly was: unknown;
      readonly is: unknown;
    }
  /** Members that are not named were allowed. */
  | { readonly at: string; readonly why: 'closed' }
  | { readonly at: string; readonly why: 'nothing' }
  | { readonly at: string; readonly why: 'alternative' }
  /** It cannot be judged whether anything is refused. */
  | { readonly at: string; readonly why: 'undecided'; readonly keyword: string };

/** What is refused, said of a change. */
export function refusalText(refusal: Refusal): string {
  switch (refusal.why) {
    case 'gone':
      return 'gone';
    case 'required':
      return 'required now';
    case 'type':
      return `${refusal.was} → ${refusal.is}`;
    case 'values':
      return `no longer allows ${refusal.values.map(shortJson).join(', ')}`;
    case 'listed':
      return 'allows only listed values now';
    case 'bound':
      return `${refusal.keyword} ${shortJson(refusal.was)} → ${shortJson(refusal.is)}`;
    case 'closed':
      return 'no longer allows other members';
    case 'nothing':
      return 'allows nothing now';
    case 'alternative':
      return 'no alternative allows all that was allowed';
    case 'undecided':
      return `${refusal.keyword} differs, and what that refuses cannot be decided`;
  }
}

/** The same of the change the other way round: what is allowed now that was not. */
export function allowanceText(refusal: Refusal): string {
  switch (refusal.why) {
    case 'gone':
      return 'new, optional';
    case 'required':
      return 'no longer required';
    case 'type':
      return refusal.apart ? `also ${refusal.was}` : `${refusal.is} → ${refusal.was}`;
    case 'values':
      return `also allows ${refusal.values.map(shortJson).join(', ')}`;
    case 'listed':
      return 'no longer only listed values';
    case 'bound':
      return `${refusal.keyword} ${shortJson(refusal.is)} → ${shortJson(refusal.was)}`;
    case 'closed':
      return 'allows other members';
    case 'nothing':
      return 'allows something now';
    case 'alternative':
      return 'allows more alternatives';
    case 'undecided':
      return `${refusal.keyword} differs, and allows no less`;
  }
}
