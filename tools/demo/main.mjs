// The demo without its set-up.
import { readArguments } from './arguments.mjs';
import { untilInterrupted } from './interrupts.mjs';

const { system } = readArguments();
const { showRealm } = await import(system ? './system-realm.mjs' : './own-realm.mjs');
await untilInterrupted(showRealm);
