// The program of `npm run demo`: sets up, and runs the demo.
import { readArguments } from './demo/arguments.mjs';
import { setUp } from './setup.mjs';

const { system } = readArguments();
await setUp(system ? 'system' : 'demo');
await import('./demo/main.mjs');
