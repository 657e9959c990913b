/**
 * Values that stand beside the name of a secret and are none, wherever that is: the version of a
 * package called `cookie`, the type of a parameter called `token`, the word of a schema.
 */

/** `^0.7.1`, `>=2 <3`, `1.0.0-rc.1`: a range of versions, as package managers write it. */
const VERSION =
  /^(?:(?:[~^<>=v]{1,3} ?\d{1,5}(?:\.(?:\d{1,6}|[x*])){0,3}|\d{1,5}(?:\.(?:\d{1,6}|[x*])){2,3})(?:[-+][\w.]{1,40})?(?: (?:\|\| )?|$)){1,4}$/;

/** `Uint8Array`, `uint256`, `Base64Url`: a type or an algorithm with a number in its name. */
const TYPE =
  /^(?:u?int\d{1,3}(?:clamped)?(?:array)?|(?:big)?u?int64array|float\d{2}array|bytes\d{1,2}|base\d{2}\w{0,10}|utf\d{1,2}\w{0,10}|(?:ed|x)\d{3,5}|rfc\d{3,5}|sha\d{1,3}|md5|aes\d{3}|rsa\d{4})[;,]?$/i;

/** `12of15`, `8chars`: a count of something. */
const COUNT = /^\d{1,2}[a-z]{1,6}\d{0,2}$/i;

/** Words of schemas, and of options that are called like secrets (`credentials` of fetch). */
const WORDS: ReadonlySet<string> = new Set(
  'string number boolean object array null none true false required optional include omit same-origin'.split(
    ' ',
  ),
);

export function isOrdinary(value: string): boolean {
  if (value.length > LONGEST) return false;
  return VERSION.test(value) || TYPE.test(value) || COUNT.test(value) || WORDS.has(value);
}

const LONGEST = 60;
