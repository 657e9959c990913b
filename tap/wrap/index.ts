/**
 * Puts taps into the configurations of hosts, and takes them out again, to the byte.
 * It never starts a host or a server, and reads no configuration but those of the table of hosts.
 */
export { carryOut } from './carry-out.ts';
export { checkWrappable, chosenServers, hindrance } from './choice.ts';
export { watchWrapped, wrapped } from './current.ts';
export { hunk } from './diff.ts';
export { WrapFault } from './fault.ts';
export { HOST_IDS, type HostId } from './hosts.ts';
export { isInCache, launcherOf, placeLauncher } from './place-launcher.ts';
export type { Places } from './places.ts';
export { type FilePlan, planUnwrap, planWrap } from './plan.ts';
export { readRecords, type Wrapped } from './records.ts';
export { type FoundServer, type OutOfReach, type Survey, survey } from './survey.ts';
export { everyWrapped, missingOf } from './wrapped.ts';
