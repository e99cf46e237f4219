/** Starts and stops a KDC on its port, step by step. */
import { stepsInTurn } from '../steps-in-turn.js';
import type { Listening } from './listen.js';

export interface KdcService {
  /** The port, the same for all of the service's life. */
  readonly port: number;
  /** Listens again; nothing happens if it listens. Throws as the first time. */
  start(): Promise<void>;
  /** Stops listening; nothing happens if it does not listen. */
  stop(): Promise<void>;
}

/** Starts a service on `port`; 0 is any free port, which the service keeps. Throws as `listen`. */
export async function startService(
  listen: (port: number) => Promise<Listening>,
  port: number,
): Promise<KdcService> {
  let listening: Listening | undefined = await listen(port);
  const own = listening.port;
  const inTurn = stepsInTurn();
  return {
    port: own,
    start: () =>
      inTurn(async () => {
        listening ??= await listen(own);
      }),
    stop: () =>
      inTurn(async () => {
        const running = listening;
        listening = undefined;
        await running?.close();
      }),
  };
}
