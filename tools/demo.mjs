// The program of `npm run demo`: sets up what the demo needs, and runs it.
import { readArguments } from './demo/arguments.mjs';
import { setUp } from './setup.mjs';

const { system } = readArguments();
await setUp(system ? 'system' : 'demo');
await import('./demo/main.mjs');
