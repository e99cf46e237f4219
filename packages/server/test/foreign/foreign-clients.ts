/** The tests of one server with the clients of others. */
import { beforeAll, describe, expect, test } from 'vitest';
import {
  canPlay,
  clients,
  expectedOf,
  type Protocol,
  play,
  type Seen,
  type Target,
} from './clients.js';
import { scenarios } from './scenarios.js';

/** The time that all clients together may take, on a machine that may be busy. */
const PLAYING_MS = 120_000;

export interface ForeignClientsOptions {
  /** The server's name. */
  readonly name: string;
  readonly protocol: Protocol;
  /** Whether the server's commands are functions. */
  readonly functions?: boolean;
  /** The client's principal. */
  readonly client: string;
  /** Called before the tests, once the server runs. */
  readonly target: () => Target;
}

/** Declares a test for each client and scenario. All clients play at the same time. */
export function foreignClients(options: ForeignClientsOptions): void {
  const all = scenarios(options.client);
  describe(`${options.name}, protocol ${options.protocol}`, () => {
    const played = new Map<string, ReadonlyMap<string, readonly Seen[]>>();
    beforeAll(async () => {
      const target = options.target();
      await Promise.all(
        clients.map(async (client) => {
          const own = all.filter((scenario) => canPlay(client, scenario));
          played.set(client.name, await play(client, own, target));
        }),
      );
    }, PLAYING_MS);
    for (const client of clients) {
      describe(client.name, () => {
        for (const scenario of all.filter((each) => canPlay(client, each))) {
          test(scenario.id, () => {
            expect(played.get(client.name)?.get(scenario.id)).toEqual(
              expectedOf(client, scenario, options),
            );
          });
        }
      });
    }
  });
}
