/** Requests that are wrong in one part: keys, times, names, flags (RFC 4120, section 3.2.3). */
import { ALL_FLAGS, ContextFlag } from '@remctl/krb5';
import { ApOption } from '@remctl/krb5/internal/messages/ap-messages';
import { randomKey, TicketFlag } from '@remctl/krb5/testing';
import type { Answers, RawCase } from '../case.js';
import { KrbError, RAN } from '../expected.js';
import { commandMessage } from '../messages.js';
import { nowInSeconds, type RequestChanges } from '../request.js';
import { message, request } from '../steps.js';

const HOUR_S = 3600;
/** AES-256 with SHA-1, the type of the realm's keys. */
const ETYPE = 18;
const OTHER_CLIENT = { nameType: 1, nameString: ['somebody'] };

/** The answers to a request that is accepted, and a command after it. */
const ACCEPTED: Answers = ['AP-REP', ...RAN, 'open'];

const RFC_4120 = 'ours names the error of RFC 4120, section 7.5.9, that says what is wrong';
const MUTUAL_OPTION =
  "ours goes by AP-REQ's option, which asks for the answer (RFC 4120, section 3.2.4); clients set both";

/** A request, and a command after it. */
const one = (
  id: string,
  title: string,
  changes: () => RequestChanges,
  remctld: Answers,
  difference?: NonNullable<RawCase['difference']>,
): RawCase => ({
  id: `request/${id}`,
  title,
  steps: (run) => [request(changes()), message(commandMessage(run))],
  remctld,
  ...(difference === undefined ? {} : { difference }),
});

const WRONG_SERVICE = 'wrong/localhost@REMCTL.TEST';

const wrongKeys: readonly RawCase[] = [
  one(
    'ticket-key',
    'a ticket that another key sealed',
    () => ({ ticketKey: randomKey(ETYPE) }),
    [KrbError.BAD_INTEGRITY, 'closed'],
    {
      ours: [KrbError.MODIFIED, 'closed'],
      because:
        'ours tells a wrong ticket from a wrong authenticator; the client says the same of both',
    },
  ),
  one(
    'proof-key',
    "an authenticator that another key than the ticket's sealed",
    () => ({ proofKey: randomKey(ETYPE) }),
    [KrbError.BAD_INTEGRITY, 'closed'],
  ),
  one(
    'other-service',
    'a ticket for a service that the keytab lacks',
    () => ({ server: WRONG_SERVICE, ticketKey: randomKey(ETYPE) }),
    [KrbError.NOT_US, 'closed'],
  ),
  one(
    'key-version',
    'a ticket that names a version of the key that the keytab lacks, sealed with one that it has',
    () => ({ kvno: 99 }),
    ACCEPTED,
  ),
  one(
    'other-name',
    'a ticket under the name of a service that the keytab lacks, sealed with a key that it has',
    () => ({ server: WRONG_SERVICE }),
    ACCEPTED,
  ),
  one(
    'session-key-ticket',
    'a request whose ticket is said to be sealed with a session key',
    () => ({ apOptions: ApOption.MUTUAL_REQUIRED | ApOption.USE_SESSION_KEY }),
    ACCEPTED,
  ),
];

const times: readonly RawCase[] = [
  one(
    'expired',
    'a ticket that ended an hour ago',
    () => ({
      part: { authtime: nowInSeconds() - 2 * HOUR_S, endtime: nowInSeconds() - HOUR_S },
    }),
    [KrbError.EXPIRED, 'closed'],
  ),
  one(
    'expired-within-skew',
    'a ticket that ended a minute ago',
    () => ({ part: { authtime: nowInSeconds() - HOUR_S, endtime: nowInSeconds() - 60 } }),
    ACCEPTED,
  ),
  one(
    'not-yet-valid',
    'a ticket that begins in an hour',
    () => ({
      part: { starttime: nowInSeconds() + HOUR_S, endtime: nowInSeconds() + 2 * HOUR_S },
    }),
    [KrbError.NOT_YET_VALID, 'closed'],
  ),
  one(
    'invalid',
    'a ticket with the flag INVALID',
    () => ({ part: { flags: TicketFlag.INVALID } }),
    [KrbError.GENERIC, 'closed'],
    { ours: [KrbError.NOT_YET_VALID, 'closed'], because: RFC_4120 },
  ),
  ...([-1, 1] as const).map((sign) =>
    one(
      sign < 0 ? 'clock-behind' : 'clock-ahead',
      `an authenticator of a clock that is an hour ${sign < 0 ? 'behind' : 'ahead'}`,
      () => ({ proof: { ctime: nowInSeconds() + sign * HOUR_S } }),
      [KrbError.SKEW, 'closed'],
    ),
  ),
  one(
    'clock-within-skew',
    'an authenticator of a clock that is four minutes ahead',
    () => ({ proof: { ctime: nowInSeconds() + 240 } }),
    ACCEPTED,
  ),
  {
    id: 'request/replayed',
    title: 'a request that another connection has sent before',
    steps: (run) => [
      async ({ client, connect, forge }) => {
        const forged = forge();
        const before = await connect();
        await before.request(forged);
        await before.context();
        await client.request(forged);
      },
      message(commandMessage(run)),
    ],
    remctld: [KrbError.REPEAT, 'closed'],
  },
];

const names: readonly RawCase[] = [
  one(
    'other-client',
    "an authenticator of another client than the ticket's",
    () => ({ proof: { cname: OTHER_CLIENT } }),
    [KrbError.BAD_MATCH, 'closed'],
  ),
  one(
    'transited-unchecked',
    'a client of another realm whose way the KDC did not check',
    () => ({
      part: {
        crealm: 'FAR.TEST',
        transited: { trType: 1, contents: Buffer.from('MIDDLE.TEST') },
      },
      proof: { crealm: 'FAR.TEST' },
    }),
    [KrbError.ILLEGAL_CROSS_REALM, 'closed'],
    { ours: [KrbError.PATH_NOT_ACCEPTED, 'closed'], because: RFC_4120 },
  ),
];

const flags: readonly RawCase[] = [
  one(
    'no-checksum',
    'an authenticator without a checksum',
    () => ({ proof: { cksum: undefined } }),
    ['closed'],
    { ours: [KrbError.INAPPROPRIATE_CHECKSUM, 'closed'], because: RFC_4120 },
  ),
  one(
    'checksum-type',
    'an authenticator with a checksum of a type that is not for contexts',
    () => ({ proof: { cksum: { cksumtype: 16, checksum: new Uint8Array(12) } } }),
    [KrbError.GENERIC, 'closed'],
    { ours: [KrbError.INAPPROPRIATE_CHECKSUM, 'closed'], because: RFC_4120 },
  ),
  one(
    'checksum-short',
    'a checksum that is too short for flags',
    () => ({ flags: Buffer.from('10000000', 'hex') }),
    [KrbError.GENERIC, 'closed'],
    { ours: [KrbError.INAPPROPRIATE_CHECKSUM, 'closed'], because: RFC_4120 },
  ),
  one(
    'no-mutual',
    'a request without mutual authentication',
    () => ({ flags: ALL_FLAGS & ~ContextFlag.MUTUAL, apOptions: 0 }),
    ['closed'],
  ),
  one(
    'mutual-in-options-alone',
    'a request for mutual authentication in its options, not in its flags',
    () => ({ flags: ALL_FLAGS & ~ContextFlag.MUTUAL }),
    ['closed'],
    { ours: ACCEPTED, because: MUTUAL_OPTION },
  ),
  one(
    'mutual-in-flags-alone',
    'a request for mutual authentication in its flags, not in its options',
    () => ({ apOptions: 0 }),
    ACCEPTED,
    { ours: ['closed'], because: MUTUAL_OPTION },
  ),
  one(
    'no-confidentiality',
    'a request without confidentiality',
    () => ({ flags: ALL_FLAGS & ~ContextFlag.CONF }),
    ['AP-REP', 'closed'],
  ),
  one(
    'no-integrity',
    'a request without integrity',
    () => ({ flags: ALL_FLAGS & ~ContextFlag.INTEG }),
    ['AP-REP', 'closed'],
  ),
  one(
    'unordered',
    'a request without the detection of repeated and reordered messages',
    () => ({ flags: ALL_FLAGS & ~(ContextFlag.REPLAY | ContextFlag.SEQUENCE) }),
    ACCEPTED,
  ),
  one(
    'delegation-flag',
    'a request with the flag of delegation, and no credentials',
    () => ({ flags: ALL_FLAGS | ContextFlag.DELEG }),
    ACCEPTED,
  ),
  one(
    'no-subkey',
    'a request without a subkey',
    () => ({ proof: { subkey: undefined } }),
    ACCEPTED,
  ),
  one(
    'no-sequence-number',
    'a request without a sequence number',
    () => ({ proof: { seqNumber: undefined } }),
    ACCEPTED,
  ),
];

export const requestCases: readonly RawCase[] = [...wrongKeys, ...times, ...names, ...flags];
