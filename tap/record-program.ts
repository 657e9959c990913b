/** The program that writes a recording apart from its tap: `node record-program.js FILE JOURNAL`. */
import process from 'node:process';
import { writeRecord } from './record.ts';

const [file = '', journal = ''] = process.argv.slice(2);
await writeRecord(file, journal, (line) => void process.stderr.write(`wiretape: ${line}\n`));
