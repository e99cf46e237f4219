/** Starts a test realm: KDC, server, users and their files. */
import { startKdc, type TestKdc } from '../kdc/test-kdc.js';
import { allDone } from './all-done.js';
import { type PlannedRealm, planRealm } from './check-options.js';
import { type EndSteps, endSteps } from './end-steps.js';
import { krb5ConfText } from './krb5-conf.js';
import { logFailures } from './log-failures.js';
import type { TestRealmOptions } from './options.js';
import { startRealmServer } from './realm-server.js';
import {
  addUser,
  type RealmUser,
  removeCache,
  writeExpiredTicket,
  writeTicket,
} from './realm-users.js';
import { makeTemporaryFolder, type TemporaryFolder } from './temporary-folder.js';
import type { TestRealm, TestUser, TrustedTestRealm } from './test-realm.js';
import { useVariables, type Variables, withVariables } from './variables.js';
import { writeWhole } from './write-file.js';

const HOST = 'localhost';
const MS_PER_SECOND = 1000;

/** The names of this process's realms. Two of one name could not be in use at once. */
const running = new Set<string>();

/** Returns `first`.TEST, or `first`-2.TEST and so on if that is taken. */
function freeName(first: string): string {
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? `${first}.TEST` : `${first}-${number}.TEST`;
    if (!running.has(name)) {
      return name;
    }
  }
}

/** A realm's KDC with its users. */
interface StartedRealm<Name extends string> {
  readonly kdc: TestKdc;
  /** The first user comes first. */
  readonly users: readonly [RealmUser, ...RealmUser[]];
  readonly byName: Readonly<Record<Name, TestUser>>;
}

async function startRealm<Name extends string>(
  { realm, users }: PlannedRealm<Name>,
  folder: TemporaryFolder,
  lifetime: number,
  ends: EndSteps,
): Promise<StartedRealm<Name>> {
  const kdc = await startKdc({ realm });
  ends.add(() => kdc.stop());
  const [first, ...rest] = await allDone(users.map((user) => addUser(kdc, folder, user, lifetime)));
  if (first === undefined) {
    throw new Error(`the realm ${realm} has no user`);
  }
  const all: readonly [RealmUser, ...RealmUser[]] = [first, ...rest];
  const byName = Object.fromEntries(all.map(({ user }) => [user.name, user]));
  return { kdc, users: all, byName: byName as Record<Name, TestUser> };
}

/**
 * Starts a realm for tests: a KDC in this process, a remctl server with your commands, users with tickets, and
 * the files that every Kerberos program needs. It takes a fraction of a second, and needs no root and nothing
 * installed. **The KDC is for tests alone.**
 *
 * Throws TypeError and RangeError for the options before anything is started, and an Error if a program of the
 * commands is missing or the port is taken. Nothing is left behind then.
 *
 * @example
 * await using realm = await startTestRealm({
 *   commands: [{ command: 'hello', run: ({ principal }) => `hello ${principal}\n`, access: ['ANYUSER'] }],
 * });
 * realm.useHere();
 * const client = await createClient('pure', realm.clientOptions());
 */
export async function startTestRealm<
  const Name extends string = 'alice',
  const TrustedName extends string = never,
>(options: TestRealmOptions<Name, TrustedName> = {}): Promise<TestRealm<Name, TrustedName>> {
  const plan = planRealm(options, freeName);
  const names = [plan.realm, ...(plan.trusted === undefined ? [] : [plan.trusted.realm])];
  const taken = names.find((name) => running.has(name));
  if (taken !== undefined) {
    throw new Error(
      `a realm ${taken} runs in this process already: give another name, or none for a free one`,
    );
  }
  const ends = endSteps();
  for (const name of names) {
    running.add(name);
    ends.add(async () => {
      running.delete(name);
    });
  }
  try {
    const folder = await makeTemporaryFolder();
    ends.add(folder.remove);
    return await build(plan, options, folder, ends);
  } catch (error) {
    // The caller can mend the first failure, so a second one does not take its place.
    await Promise.allSettled([ends.run()]);
    throw error;
  }
}

async function build<Name extends string, TrustedName extends string>(
  plan: ReturnType<typeof planRealm<Name, TrustedName>>,
  { commands = [], protocol1, limits, log = logFailures }: TestRealmOptions<Name, TrustedName>,
  folder: TemporaryFolder,
  ends: EndSteps,
): Promise<TestRealm<Name, TrustedName>> {
  const { ticketLifetime } = plan;
  function checkRunning(): void {
    if (ends.begun) {
      throw new Error(`the realm ${plan.realm} has ended: start another one`);
    }
  }
  const [own, trusted] = await allDone([
    startRealm(plan, folder, ticketLifetime, ends),
    plan.trusted && startRealm(plan.trusted, folder, ticketLifetime, ends),
  ]);
  const { kdc } = own;
  if (trusted !== undefined) {
    kdc.trust(trusted.kdc);
  }
  const principal = kdc.addPrincipal(`host/${HOST}`);
  const krb5Conf = folder.at('krb5.conf');
  await writeWhole(krb5Conf, krb5ConfText(kdc, trusted === undefined ? [] : [trusted.kdc]));
  const server = await startRealmServer({
    kdc,
    principal,
    keytab: folder.at('server.keytab'),
    port: plan.port,
    checkRunning,
    options: { commands, protocol1, limits, log },
  });
  ends.add(() => server.stop());

  const everyone = [...own.users, ...(trusted?.users ?? [])];
  const [{ user: firstUser }] = own.users;
  function known(wanted: Name | TestUser): RealmUser {
    const found = everyone.find(({ user }) =>
      typeof wanted === 'string'
        ? user === own.byName[wanted]
        : user.principal === wanted.principal,
    );
    if (found === undefined) {
      const name = typeof wanted === 'string' ? wanted : String(wanted?.principal);
      const names = own.users.map(({ user }) => user.name).join(', ');
      throw new RangeError(`the realm ${plan.realm} has no user ${name}; it has ${names}`);
    }
    return found;
  }

  const kerberosVariables = (of: Name | TestUser): Variables => ({
    KRB5_CONFIG: krb5Conf,
    KRB5CCNAME: known(of).user.ccache,
    KRB5_KTNAME: server.keytab,
    // By default the replay cache of libkrb5 is a file in a folder that outlives the realm.
    KRB5RCACHENAME: `file2:${folder.at('replay-cache')}`,
    // libkrb5 would get tickets with it, behind the back of a test that expects none.
    KRB5_CLIENT_KTNAME: undefined,
  });
  const variablesFor = (of: Name | TestUser = firstUser): Variables => ({
    ...kerberosVariables(of),
    REMCTL_TEST_HOST: HOST,
    REMCTL_TEST_PORT: String(server.port),
    REMCTL_TEST_PRINCIPAL: principal,
    REMCTL_TEST_FOLDER: folder.path,
  });
  const envFor = (of?: Name | TestUser) => withVariables(process.env, variablesFor(of));
  const trustedRealm: TrustedTestRealm<TrustedName> | undefined = trusted && {
    name: trusted.kdc.realm,
    kdc: trusted.kdc,
    users: trusted.byName,
  };
  return {
    name: plan.realm,
    folder: folder.path,
    host: HOST,
    port: server.port,
    principal,
    krb5Conf,
    users: own.byName,
    kdc,
    server,
    // A condition on a type parameter is not decided inside the function.
    trusted: trustedRealm as TestRealm<Name, TrustedName>['trusted'],
    get env() {
      return envFor();
    },
    envFor,
    variablesFor,
    clientOptions: (of = firstUser) => ({
      host: HOST,
      port: server.port,
      principal,
      ccache: known(of).user.ccache,
    }),
    useHere(of = firstUser) {
      checkRunning();
      const leave = useVariables(kerberosVariables(of));
      ends.add(async () => leave());
      return leave;
    },
    async kinit(of, lifetime = ticketLifetime) {
      checkRunning();
      await writeTicket(known(of), lifetime);
    },
    async expireTicket(of) {
      checkRunning();
      await writeExpiredTicket(known(of));
    },
    kdestroy: async (of) => removeCache(known(of)),
    skew(seconds) {
      // First, because its check names the argument as the caller does.
      server.skew(seconds);
      kdc.skewMs = seconds * MS_PER_SECOND;
      if (trusted !== undefined) {
        trusted.kdc.skewMs = seconds * MS_PER_SECOND;
      }
    },
    dispose: ends.run,
    [Symbol.asyncDispose]: ends.run,
  };
}
