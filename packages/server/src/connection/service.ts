/** What all connections of a server share. */
import type { Execute } from '../execute.js';
import type { Limits } from '../limits.js';
import type { Log } from '../log/record.js';
import type { Accept } from './accept.js';

export interface Service {
  readonly accept: Accept;
  readonly execute: Execute;
  /** Whether clients may use protocol 1. */
  readonly protocol1: boolean;
  readonly limits: Limits;
  readonly log: Log;
}
