/** The invocations that the C client and ours are run with. */
import type { Scene } from './scene.js';

/** One invocation. */
export interface Invocation {
  readonly args: readonly string[];
  /** Variables besides the realm's. */
  readonly env?: NodeJS.ProcessEnv;
  /** A shell script that runs `"$@"`, the client with its arguments. */
  readonly shell?: string;
  /** The key of the deliberate difference in `differences.ts`; without it nothing differs. */
  readonly differs?: string;
  /** libkrb5 1.20.1 ends the C client by SIGSEGV now and then (`krb5_cccol_have_content`). Ours must not end so. */
  readonly theirsMayCrash?: true;
}

/** A title and what makes the invocation on the scene. */
export type Row = readonly [title: string, make: (scene: Scene) => Invocation];

/** An invocation of remctld on its port. */
const onServer =
  (...command: string[]) =>
  ({ port }: Scene): Invocation => ({ args: ['-p', port, 'localhost', ...command] });

/** An invocation that needs nothing of the scene. */
const plain = (args: readonly string[], differs?: string) => (): Invocation => ({
  args,
  ...(differs === undefined ? {} : { differs }),
});

/** Options before a command that prints the client's principal. */
const options =
  (make: (scene: Scene) => readonly string[], differs?: string) =>
  (scene: Scene): Invocation => ({
    args: [...make(scene), 'localhost', 'test', 'whoami'],
    ...(differs === undefined ? {} : { differs }),
  });

/** The same invocation, with a difference on purpose. */
const differing =
  (differs: string, make: (scene: Scene) => Invocation) =>
  (scene: Scene): Invocation => ({ ...make(scene), differs });

const scripted =
  (...command: string[]) =>
  ({ scripted: port }: Scene): Invocation => ({ args: ['-p', port, 'localhost', ...command] });

const shell =
  (script: string, ...command: string[]) =>
  (scene: Scene): Invocation => ({ ...onServer(...command)(scene), shell: script });

const withEnv =
  (env: (scene: Scene) => NodeJS.ProcessEnv, differs?: string) =>
  (scene: Scene): Invocation => ({
    ...onServer('test', 'whoami')(scene),
    env: env(scene),
    ...(differs === undefined ? {} : { differs }),
  });

/** Arguments of one command that remctld takes at most; one more is refused. */
const MOST_ARGUMENTS = 4096;
/** Nearly as long as Linux lets one argument be. */
const LONG = 130_000;

const STATUSES = [
  0, 1, 2, 7, 42, 63, 64, 100, 126, 127, 128, 129, 130, 137, 141, 143, 200, 254, 255,
];

export const INVOCATIONS: readonly Row[] = [
  // The order of options: each acts when it is met.
  ['-h', plain(['-h'], 'help')],
  ['-v', plain(['-v'], 'version')],
  ['-h -x', plain(['-h', '-x'], 'help')],
  ['-x -h', plain(['-x', '-h'])],
  ['-hv', plain(['-hv'], 'help')],
  ['-vh', plain(['-vh'], 'version')],
  ['-dh', plain(['-dh'], 'help')],
  ['-v -p x', plain(['-v', '-p', 'x'], 'version')],
  ['-p x -v', plain(['-p', 'x', '-v'])],
  ['-v and a host', plain(['-v', 'localhost', 'a'], 'version')],
  ['-h and no value', plain(['-h', '-p'], 'help')],
  ['a host, then -v', ({ closed }) => ({ args: ['-p', closed, 'localhost', '-v'] })],

  // Wrong options.
  ['nothing', plain([])],
  ['-x', plain(['-x'])],
  ['-x and a command', plain(['-x', 'localhost', 'a'])],
  ['-dx', plain(['-dx'])],
  ['-xp', plain(['-xp'])],
  ['-?', plain(['-?'])],
  ['-d-', plain(['-d-'])],
  ['-1', plain(['-1', 'localhost', 'a'])],
  ['-é', plain(['-é'], 'letters')],
  ['-:', plain(['-:'])],
  ['-p without a value', plain(['-p'])],
  ['-s without a value', plain(['-s'])],
  ['-t without a value', plain(['-t'])],
  ['-b without a value', plain(['-b'])],
  ['-dp without a value', plain(['-dp'])],
  ['--help', plain(['--help'], 'long')],
  ['--version', plain(['--version'], 'long')],
  ['an unknown long option', plain(['--nonsense', 'localhost', 'a'], 'long')],
  ['---', plain(['---'], 'long')],

  // Words.
  ['--', plain(['--'])],
  ['-- -- ', plain(['--', '--'])],
  ['no command', plain(['localhost'])],
  ['no command after --', plain(['--', 'localhost'])],
  ['an empty host and no command', plain([''])],
  ['an empty host', plain(['', 'a'])],
  ['an empty host with -s', plain(['-s', 'host/localhost', '', 'a'])],
  ['- as host', plain(['-', 'a'])],
  ['- alone', plain(['-'])],
  ['an unknown host', plain(['nosuch.invalid', 'a'])],
  ['an unknown host with -s', plain(['-s', 'host/x', 'nosuch.invalid', 'a'])],
  ['a refused port', ({ closed }) => ({ args: ['-p', closed, 'localhost', 'a'] })],
  ['a refused port of an address', ({ closed }) => ({ args: ['-p', closed, '127.0.0.1', 'a'] })],

  // Ports, as strtol() reads them.
  ['-p 0', plain(['-p', '0', 'localhost', 'a'])],
  ['-p -1', plain(['-p', '-1', 'localhost', 'a'])],
  ["-p ''", plain(['-p', '', 'localhost', 'a'])],
  ['-p remctl', plain(['-p', 'remctl', 'localhost', 'a'])],
  ['-p 4373x', plain(['-p', '4373x', 'localhost', 'a'])],
  ["-p '4373 '", plain(['-p', '4373 ', 'localhost', 'a'])],
  ['-p 65536', plain(['-p', '65536', 'localhost', 'a'])],
  ['-p 131071', plain(['-p', '131071', 'localhost', 'a'])],
  ['-p 0x1115', plain(['-p', '0x1115', 'localhost', 'a'])],
  ['-p 43.73', plain(['-p', '43.73', 'localhost', 'a'])],
  ['-p beyond 64 bits', plain(['-p', '18446744073709551617', 'localhost', 'a'])],
  ['-p far below 0', plain(['-p', '-18446744073709551617', 'localhost', 'a'])],
  ['-p=1', plain(['-p=1', 'localhost', 'a'])],
  ['-pd', plain(['-pd', 'localhost', 'a'])],
  ["-p ' PORT'", options(({ port }) => ['-p', ` ${port}`])],
  ['-p +PORT', options(({ port }) => ['-p', `+${port}`])],
  ['-p 000PORT', options(({ port }) => ['-p', `000${port}`])],
  ['-pPORT', options(({ port }) => [`-p${port}`])],
  ['-dp PORT', options(({ port }) => ['-dp', port], 'debug')],
  ['-dpPORT', options(({ port }) => [`-dp${port}`], 'debug')],
  ['-d', options(({ port }) => ['-d', '-p', port], 'debug')],
  ['-p twice: the last counts', options(({ port, closed }) => ['-p', closed, '-p', port])],
  ['-- before the host', options(({ port }) => ['-p', port, '--'])],

  // Time-outs.
  ["-t ''", options(({ port }) => ['-t', '', '-p', port])],
  ['-t 0', options(({ port }) => ['-t', '0', '-p', port])],
  ['-t 99999999999', options(({ port }) => ['-t', '99999999999', '-p', port])],
  ['-t beyond 64 bits', options(({ port }) => ['-t', '99999999999999999999999', '-p', port])],
  ["-t ' 10'", options(({ port }) => ['-t', ' 10', '-p', port])],
  ['-t +10', options(({ port }) => ['-t', '+10', '-p', port])],
  ['-t10', options(({ port }) => ['-t10', '-p', port])],
  ['-t -1', plain(['-t', '-1', 'localhost', 'a'])],
  ['-t 1.5', plain(['-t', '1.5', 'localhost', 'a'])],
  ['-t 5s', plain(['-t', '5s', 'localhost', 'a'])],
  ['-t x', plain(['-t', 'x', 'localhost', 'a'])],
  ['-t 0x10', plain(['-t', '0x10', 'localhost', 'a'])],
  [
    '-t 1 and a command that sleeps',
    ({ port }) => ({ args: ['-t', '1', '-p', port, 'localhost', 'test', 'sleep', '3'] }),
  ],
  [
    '-t 1 and a server that is silent',
    ({ silent }) => ({ args: ['-t', '1', '-p', silent, 'localhost', 'a'] }),
  ],
  [
    '-t 2 and a command that speaks each second',
    ({ port }) => ({ args: ['-t', '2', '-p', port, 'localhost', 'test', 'slow', '3', '1'] }),
  ],

  // Source addresses.
  ['-b 127.0.0.1', options(({ port }) => ['-b', '127.0.0.1', '-p', port])],
  ['-b127.0.0.1', options(({ port }) => ['-b127.0.0.1', '-p', port])],
  ['-b name', options(({ port }) => ['-b', 'name', '-p', port])],
  ["-b ''", options(({ port }) => ['-b', '', '-p', port])],
  ['-b ::1 for a host of IPv4', options(({ port }) => ['-b', '::1', '-p', port], 'family')],
  ['-b with a foreign address', options(({ port }) => ['-b', '192.0.2.1', '-p', port])],

  // Principals.
  ['-s', options(({ port, realm }) => ['-p', port, '-s', realm.principals.otherServer])],
  ['-s without a realm', options(({ port }) => ['-p', port, '-s', 'remctl/localhost'])],
  ['-sPRINCIPAL', options(({ port }) => ['-p', port, '-sremctl/localhost'])],
  [
    '-s that the KDC does not know',
    options(({ port, realm }) => ['-p', port, '-s', realm.principals.unknownServer], 'gss'),
  ],
  [
    '-s that the server has no key for',
    options(({ port, realm }) => ['-p', port, '-s', realm.principals.wrongServer], 'gss'),
  ],
  ["-s ''", options(({ port }) => ['-p', port, '-s', ''], 'no principal')],

  // Tickets and configurations.
  ['another user', withEnv(({ mallory }) => ({ KRB5CCNAME: mallory }))],
  ['no cache', withEnv(() => ({ KRB5CCNAME: 'FILE:/nonexistent/cache' }), 'gss')],
  ['an expired ticket', withEnv(({ expired }) => ({ KRB5CCNAME: expired }), 'gss')],
  ['a cache of an unknown type', withEnv(() => ({ KRB5CCNAME: 'NOSUCH:cache' }), 'gss')],
  [
    'an empty cache',
    (scene) => ({
      ...withEnv(() => ({ KRB5CCNAME: 'FILE:/dev/null' }), 'gss')(scene),
      theirsMayCrash: true,
    }),
  ],
  ['KRB5_CONFIG that cannot be read', withEnv(({ badConf }) => ({ KRB5_CONFIG: badConf }), 'gss')],
  [
    'a KDC that does not answer',
    withEnv(
      ({ noKdcConf, expired: KRB5CCNAME }) => ({ KRB5_CONFIG: noKdcConf, KRB5CCNAME }),
      'gss',
    ),
  ],

  // Commands and what they print.
  ['both streams', onServer('test', 'streams')],
  ['both streams in one', differing('arrival', shell('"$@" 2>&1', 'test', 'streams'))],
  ['every byte', scripted('bytes')],
  [
    'streams that alternate, in one',
    differing('arrival', (scene) => ({ ...scripted('bytes')(scene), shell: '"$@" 2>&1' })),
  ],
  ['no output', onServer('true', 'x')],
  ['1 MB', onServer('test', 'output', '1000000')],
  ['10 MB', onServer('test', 'output', '10000000')],
  ['output that comes slowly', onServer('test', 'slow', '3', '0.1')],
  ['output that is closed early', onServer('test', 'early')],
  ['standard input that is not for it', shell('echo no | "$@"', 'test', 'stdin', 'yes')],
  ...STATUSES.map((each): Row => [`status ${each}`, onServer('test', 'status', String(each))]),
  ['a program that dies', onServer('test', 'nosuch')],

  // Arguments.
  ['an empty argument', onServer('test', 'argv', '')],
  ['empty arguments', onServer('test', 'argv', '', 'a', '', '')],
  ['an empty command', onServer('')],
  ['arguments that look like options', onServer('test', 'argv', '-p', '1', '--', '-v', '--json')],
  ['options after the command', onServer('test', 'argv', '--stdin', '-t')],
  ['white space and quotes', onServer('test', 'argv', ' a b ', '"\'', '\n\t', '$HOME', '*')],
  ['UTF-8', onServer('test', 'argv', 'é', '日本', '👍')],
  ['U+FFFD itself', onServer('test', 'argv', '\ufffd')],
  ['bytes that are not UTF-8', shell('"$@" test argv "$(printf "\\377\\376x")" é')],
  ['a long argument', onServer('test', 'digest', 'x'.repeat(LONG))],
  ['long arguments', onServer('test', 'argv', ...Array<string>(8).fill('y'.repeat(LONG / 2)))],
  ['1,000 arguments', onServer('echo', ...Array<string>(1000).fill('word'))],
  ['as many as remctld takes', onServer('echo', ...Array<string>(MOST_ARGUMENTS - 1).fill('x'))],
  ['one argument too many', onServer('echo', ...Array<string>(MOST_ARGUMENTS).fill('x'))],

  // Refusals and failures of servers.
  ['an unknown command', onServer('no', 'such')],
  ['a command without a subcommand', onServer('test')],
  ['a denied command', onServer('test', 'denied')],
  ['help', onServer('help')],
  ['help of a command', onServer('help', 'test', 'streams')],
  ['help that there is none of', onServer('help', 'echo', 'x')],
  ['help of an unknown command', onServer('help', 'no', 'such')],
  ...Array.from(
    { length: 12 },
    (_, code): Row => [`error ${code}`, scripted('error', String(code), `text ${code}`)],
  ),
  ['an error without a text', differing('nothing', scripted('error', '6', ''))],
  ['an error of two lines', scripted('error', '4', 'one\ntwo')],
  [
    'an error that commands a terminal',
    differing('controls', scripted('error', '4', 'a\u001b[2J')),
  ],
  ['a server that ends before its answer', scripted('early')],
  ['a server that ends in its answer', scripted('middle')],
  ['a server that resets', differing('reset', scripted('reset'))],

  // Protocol 1 and the legacy port.
  ['protocol 1', ({ protocol1 }) => ({ args: ['-p', protocol1, 'localhost', 'test', 'whoami'] })],
  [
    'protocol 1: streams',
    ({ protocol1 }) => ({ args: ['-p', protocol1, 'localhost', 'test', 'streams'] }),
  ],
  [
    'protocol 1: status',
    differing('nothing', ({ protocol1 }) => ({
      args: ['-p', protocol1, 'localhost', 'test', 'status', '9'],
    })),
  ],
  [
    'protocol 1: unknown',
    ({ protocol1 }) => ({ args: ['-p', protocol1, 'localhost', 'no', 'such'] }),
  ],
  [
    'protocol 1: too long',
    ({ protocol1 }) => ({
      args: ['-p', protocol1, 'localhost', 'echo', 'x'.repeat(LONG)],
      differs: 'protocol 1',
    }),
  ],
  [
    'port 4444 after 4373',
    ({ legacyHost }) => ({
      args: ['-s', 'host/localhost', legacyHost, 'test', 'whoami'],
    }),
  ],

  // Descriptors.
  ['standard input closed', shell('"$@" <&-', 'test', 'whoami')],
  ['standard output closed', shell('"$@" >&-', 'test', 'whoami')],
  ['standard error closed', shell('"$@" 2>&-', 'test', 'streams')],
  ['all closed', shell('"$@" <&- >&- 2>&-', 'test', 'status', '3')],
  ['/dev/null', shell('"$@" >/dev/null', 'test', 'streams')],
  [
    '/dev/full',
    (scene) => ({ ...shell('"$@" >/dev/full', 'test', 'whoami')(scene), differs: 'full' }),
  ],
  ['100 KB to /dev/full', differing('full', shell('"$@" >/dev/full', 'test', 'output', '100000'))],
  ['/dev/full and a failing command', shell('"$@" >/dev/full 2>&1', 'test', 'nosuch')],
  ['/dev/full without output', shell('"$@" >/dev/full', 'test', 'status', '3')],
  ['/dev/full as standard error', shell('"$@" 2>/dev/full', 'no', 'such')],
];
