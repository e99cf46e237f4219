/** The task of one client process. */
import type { BackendModule } from '../case.js';

export interface ClientJob {
  readonly module: BackendModule;
  readonly host: string;
  readonly port: number;
  readonly connections: number;
  /** The path of its journal. */
  readonly journal: string;
  /** The arguments before a command's id. */
  readonly command: readonly string[];
  /** The first id, and the one after the last. */
  readonly from: number;
  readonly to: number;
}
