/** What a runtime cannot do: cases that it does not run, and hosts that they leave out, with the reasons. */

const DENO_PANIC =
  'Deno 2.9 itself may panic ("Deno has panicked. This is a bug in Deno") when no descriptor is left';
const DENO_LOOPBACK =
  "Deno's resolver gives the name localhost to every loopback address, and the suite's machines have no others";

/** Reasons by the runtime's id and the case's id. */
export const UNSUPPORTED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  bun: {
    'shortages/descriptors-many':
      'Bun 1.4 says ECONNREFUSED, not EMFILE, for some of many sockets that it has no descriptor for',
  },
  deno: {
    'bad-input/source-not-here':
      'Deno 2.9 says EINVAL for a source address that the machine does not have, not EADDRNOTAVAIL',
    'resources/cycles': "Deno's own pool of threads grows in the case, which counts threads",
    'shortages/descriptors': DENO_PANIC,
    'shortages/descriptors-first': DENO_PANIC,
    'shortages/descriptors-many': DENO_PANIC,
    'names/true-rdns-as-given': DENO_LOOPBACK,
    'names/true-rdns-canonicalize': DENO_LOOPBACK,
    'names/fallback-rdns-as-given': DENO_LOOPBACK,
    'names/fallback-rdns-canonicalize': DENO_LOOPBACK,
    'names/protocol-1-as-given': DENO_LOOPBACK,
  },
};

const NO_RECORD =
  "the runtime's resolver says ENOTFOUND also for a name that exists and has no record of the type";
const DENO_HOSTS_FILE = "Deno's resolver looks into /etc/hosts before it asks DNS";
const DENO_BAD_NAME = "Deno's resolver has no code of its own for a text that is no name";

/** Hosts that the suite `names` leaves out on a runtime: reasons by the runtime's id and the host. */
export const LEFT_OUT_HOSTS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  bun: { 'empty.example.test': NO_RECORD },
  deno: {
    'empty.example.test': NO_RECORD,
    'broken.example.test': "Deno's resolver says ENOTFOUND also if a name server fails",
    'to-moved.example.test': DENO_HOSTS_FILE,
    first: DENO_HOSTS_FILE,
    '[::1]': DENO_BAD_NAME,
    '[127.0.0.2]': DENO_BAD_NAME,
    'a..b': DENO_BAD_NAME,
  },
};
