/** A request that cannot be read at all: whoever sent it would send the same again. */
export class OtlpFault extends Error {
  override readonly name = 'OtlpFault';
}
