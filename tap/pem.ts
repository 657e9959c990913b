/**
 * Private keys that come line by line: on standard error, or on a standard output that is no JSON.
 * Redaction sees one line at a time, so whoever records such lines asks here whether one is inside
 * a key block.
 */

const BEGIN = /-----BEGIN [A-Z ]{0,20}PRIVATE KEY-----/;
const END = /-----END [A-Z ]{0,20}PRIVATE KEY-----/;

/** A key of 16,384 bits has fewer lines; a block that never ends must not blank everything after it. */
const LONGEST = 250;

/** What stands in place of each line of a block. */
export const KEY_LINE = '<secret:pem>';

/** Makes a function that tells of each line, in order, whether it is part of a private key. */
export function createKeyBlocks(): (line: string) => boolean {
  let left = 0;
  return (line) => {
    if (left > 0) {
      left = END.test(line) ? 0 : left - 1;
      return true;
    }
    const begin = BEGIN.exec(line);
    if (!begin || END.test(line.slice(begin.index))) return false;
    left = LONGEST;
    return true;
  };
}
