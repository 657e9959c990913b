/**
 * Definitions: what servers offer, against a baseline of it. Pure; the baseline's file is written
 * and read in cli/.
 */
export { type DefinitionChange, LEVELS, type Level } from './definitions/change.ts';
export { type Compared, compareDefinitions } from './definitions/compare.ts';
export { type Definitions, definitionsOf, LISTINGS } from './definitions/definitions.ts';
export { lockText, readLock } from './definitions/lock-text.ts';
