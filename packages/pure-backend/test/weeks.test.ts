/** A service of sixty days, whose clock runs as fast as its commands. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type ClockFile, runProgram, setClock, startRealm, withClock } from '@remctl/realm';
import { afterAll, beforeAll, expect, test } from 'vitest';

const CLIENT = fileURLToPath(new URL('support/weeks-client.mjs', import.meta.url));
const HOURS_PER_DAY = 24;
const DAYS = 60;
/** The whole takes a minute on two cores. */
const FIVE_MINUTES_MS = 300_000;
/** Code that V8 compiles while it runs is heap, and grows for weeks. Without it, the heap is objects. */
const OBJECTS_ALONE = ['--expose-gc', '--no-opt', '--no-sparkplug'];
/** In bytes: 1,320 rounds after the fifth day that each keep 200 bytes are over it. */
const HEAP_GROWTH_LIMIT = 2 ** 18;
/** A ticket is good for ten hours; cron runs kinit anew before that. */
const KINIT_EVERY_HOURS = 8;
const FIRST_PASSWORD = 'the first password';
const SECOND_PASSWORD = 'another password';

const folder = mkdtempSync(join(tmpdir(), 'remctl-weeks-'));
const clock: ClockFile = { path: join(folder, 'clock') };
setClock(clock, '+0h');
let realm: Awaited<ReturnType<typeof startRealm>>;

beforeAll(async () => {
  realm = await startRealm({ clock });
  await realm.kadmin('addprinc -randkey +requires_preauth service');
  await realm.kadmin(`ktadd -k ${keytab()} service`);
  await realm.kadmin(`addprinc -pw "${FIRST_PASSWORD}" +requires_preauth person`);
});
afterAll(async () => {
  await realm.dispose();
  rmSync(folder, { recursive: true });
});

const keytab = () => join(realm.folder, 'service.keytab');

/** Gives the service another key, and puts the new keytab in the old one's place. */
async function rotateKeytab(): Promise<void> {
  const next = join(realm.folder, 'next.keytab');
  rmSync(next, { force: true });
  await realm.kadmin(`ktadd -k ${next} service`);
  renameSync(next, keytab());
}

/** Starts the service. The function that it returns runs one round of commands. */
function startService(env: NodeJS.ProcessEnv) {
  const child = spawn(process.execPath, [...OBJECTS_ALONE, CLIENT], {
    env,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async run(clients: Readonly<Record<string, object>>): Promise<{
      said: Record<string, string>;
      now: number;
      heap: number;
      descriptors: number;
    }> {
      child.stdin.write(`${JSON.stringify({ clients })}\n`);
      const { value } = await lines.next();
      return JSON.parse(value ?? 'null');
    },
    async end() {
      // A program that a signal ends leaves files of libfaketime behind.
      child.stdin.end();
      await ended;
    },
  };
}

test(
  'a service with a keytab, a cache and a password runs a command each hour for 60 days',
  async () => {
    const ccache = join(realm.folder, 'person.ccache');
    const env = withClock(realm.env, clock);
    const service = startService(env);
    const server = { host: 'localhost', port: realm.port, timeout: 30 };
    let password = FIRST_PASSWORD;
    const onDay: Readonly<Record<number, () => Promise<void>>> = {
      10: async () => {
        await realm.stopKdc();
        await realm.startKdc();
      },
      15: rotateKeytab,
      25: async () => {
        password = SECOND_PASSWORD;
        await realm.kadmin(`cpw -pw "${password}" person`);
      },
      40: rotateKeytab,
      45: async () => {
        await realm.stopKdc();
        await realm.startKdc();
      },
    };
    const failures: string[] = [];
    let early: Awaited<ReturnType<typeof service.run>> | undefined;
    try {
      for (let hour = 0; hour < DAYS * HOURS_PER_DAY; hour++) {
        setClock(clock, `+${hour}h`);
        if (hour % HOURS_PER_DAY === 0) {
          await onDay[hour / HOURS_PER_DAY]?.();
        }
        if (hour % KINIT_EVERY_HOURS === 0) {
          const args = ['-l', '10h', '-c', ccache, 'person'];
          await runProgram('kinit', args, env, `${password}\n`);
        }
        const round = await service.run({
          keytab: { ...server, keytab: keytab(), clientPrincipal: 'service' },
          cache: { ...server, ccache },
          password: { ...server, password, clientPrincipal: 'person' },
        });
        const person = `person@${realm.name}`;
        const expected = { keytab: `service@${realm.name}`, cache: person, password: person };
        for (const [name, who] of Object.entries(expected)) {
          if (round.said[name] !== who) {
            failures.push(`hour ${hour}, ${name}: ${round.said[name]}`);
          }
        }
        if (hour === 5 * HOURS_PER_DAY) {
          early = round;
        }
        if (hour === DAYS * HOURS_PER_DAY - 1) {
          expect(round.now - Date.now()).toBeGreaterThan((DAYS - 1) * HOURS_PER_DAY * 3_600_000);
          expect(round.heap).toBeLessThan((early?.heap ?? 0) + HEAP_GROWTH_LIMIT);
          expect(round.descriptors).toBe(early?.descriptors);
        }
      }
      expect(failures).toEqual([]);
    } finally {
      await service.end();
    }
  },
  FIVE_MINUTES_MS,
);
