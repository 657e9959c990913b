/** Protobuf as another hand writes it, from the published field numbers, with whatever may stand between. */
import { dice } from '../../kit/random.ts';

type Roll = (limit: number) => number;

export const varint = (value: bigint | number): Buffer => {
  const bytes: number[] = [];
  let left = BigInt.asUintN(64, BigInt(value));
  for (; left > 127n; left >>= 7n) bytes.push(Number(left & 127n) | 128);
  return Buffer.from([...bytes, Number(left)]);
};
const tag = (number: number, type: number): Buffer => varint(number * 8 + type);
export const whole = (number: number, value: bigint | number): Buffer =>
  Buffer.concat([tag(number, 0), varint(value)]);
export const bytes = (number: number, content: Uint8Array): Buffer =>
  Buffer.concat([tag(number, 2), varint(content.length), content]);
export const text = (number: number, content: string): Buffer =>
  bytes(number, Buffer.from(content, 'utf8'));
export const fixed64 = (number: number, value: bigint): Buffer => {
  const content = Buffer.alloc(8);
  content.writeBigUInt64LE(BigInt.asUintN(64, value));
  return Buffer.concat([tag(number, 1), content]);
};
export const double = (number: number, value: number): Buffer => {
  const content = Buffer.alloc(8);
  content.writeDoubleLE(value);
  return Buffer.concat([tag(number, 1), content]);
};
const fixed32 = (number: number, value: number): Buffer => {
  const content = Buffer.alloc(4);
  content.writeUInt32LE(value);
  return Buffer.concat([tag(number, 5), content]);
};

/** Fields that no reader of this version knows, among them some that newer ones have. */
const unknown: readonly ((roll: Roll) => Buffer)[] = [
  (roll) => fixed32(16, roll(2 ** 31)),
  (roll) => whole(900 + roll(100), roll(2 ** 31)),
  (roll) => text(20 + roll(400), 'x'.repeat(roll(30))),
  (roll) => fixed64(19_000 + roll(1000), BigInt(roll(2 ** 31))),
  (roll) => bytes(536_870_911, Buffer.alloc(roll(300), 0xff)),
];

export interface Pen {
  readonly roll: Roll;
  /** A message of these fields, in any order, with unknown ones among them. */
  message(fields: readonly Buffer[]): Buffer;
}

/** Repeated fields keep their order: only what stands between them changes. */
export function pen(seed: number): Pen {
  const roll = dice(seed);
  return {
    roll,
    message: (fields) =>
      Buffer.concat(
        fields.flatMap((field) => {
          const write = roll(6) === 0 ? unknown[roll(unknown.length)] : undefined;
          return write ? [write(roll), field] : [field];
        }),
      ),
  };
}
