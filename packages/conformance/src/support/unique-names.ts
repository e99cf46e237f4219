/** Addresses and names that suites side by side do not share. */
import { randomInt } from 'node:crypto';
import type { CaseContext } from '../case.js';

/** Returns a random loopback address. Nothing else listens there, so the default ports are free. */
export const uniqueAddress = (): string =>
  `127.${randomInt(1, 255)}.${randomInt(256)}.${randomInt(1, 255)}`;

/** Returns a tally name unique to this backend and protocol: they may share a realm. */
export const tallyName = ({ backend, protocol }: CaseContext, what: string): string =>
  `${backend.name.replace('/', '-')}-${protocol}-${what}`;
