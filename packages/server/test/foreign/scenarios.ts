/** What the clients of others do, and what they must be answered. */
import { createHash } from 'node:crypto';
import { ErrorCode } from '@remctl/core';
import { STDERR, STDOUT } from '@remctl/core/wire';

/** An argument: text, bytes, or one letter many times. */
export type Argument = string | Uint8Array | { readonly fill: string; readonly length: number };

/** A command, or a NOOP. */
export type Step = readonly Argument[] | 'noop';

/** Output: the stream's number, and text, bytes, or a digest of more bytes than anyone wants to see. */
export type Output = readonly [
  stream: typeof STDOUT | typeof STDERR,
  output: string | Uint8Array | { readonly length: number; readonly sha256: string },
];

/** The answer to one step. */
export type Answer =
  /** The command ran. Pieces that follow one another on one stream are one. */
  | { readonly output: readonly Output[]; readonly status: number }
  /** The server refused the command: an ErrorCode, and the text for people. */
  | { readonly code: number; readonly text: string }
  /** The NOOP was answered. */
  | 'noop'
  /** The client's library failed, with this text. It then has no connection. */
  | { readonly failure: string };

/** What not every client can do: the bindings' simple interface and the program have C strings. */
export type Ability =
  /** Send arguments with a NUL. */
  | 'nul'
  /** Send a NOOP. */
  | 'noop'
  /** Limit the server's silence. */
  | 'time-out'
  /** Send an argument of more than 128 KiB: the system limits those of a program. */
  | 'long';

export interface Scenario {
  readonly id: string;
  readonly needs?: readonly Ability[];
  /** The client's limit of silence, in seconds. */
  readonly timeout?: number;
  /** The full interface takes one connection for all of them, the others one for each. */
  readonly steps: readonly Step[];
  /** The answers in protocol 2. */
  readonly answers: readonly Answer[];
  /**
   * The answers in protocol 1, if `protocol1Answer` cannot make them from the others. `none`: the scenario
   * is not played in protocol 1.
   */
  readonly protocol1?: readonly Answer[] | 'none';
  /** The answers of a server whose commands are functions, if they are others, and why. */
  readonly functions?: { readonly answers: readonly Answer[]; readonly because: string };
}

/** The longest output of protocol 1: a message of 64 KiB without its two numbers. */
const PROTOCOL_1_OUTPUT = 65_536 - 8;

/** What libremctl says of a command that is too long for protocol 1. It then sends nothing. */
const TOO_LONG_FOR_PROTOCOL_1: Answer = { failure: 'error sending token: token too larger' };

const ran = (status: number, ...output: Output[]): Answer => ({ output, status });
const printed = (output: Output[1]): Answer => ran(0, [STDOUT, output]);
const refused = (code: number, text: string): Answer => ({ code, text });

const digest = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const digested = (length: number) => printed(`${length} ${digest(Buffer.alloc(length, 'x'))}\n`);

/** The bytes that `test output` prints: the letters a to z over and over. */
const letters = (length: number) => Buffer.alloc(length, 'abcdefghijklmnopqrstuvwxyz');
const outputOf = (length: number) => printed({ length, sha256: digest(letters(length)) });

/** `test argv` with `count` arguments in all, and its answer. */
const manyArguments = (count: number) => ({
  steps: [['test', 'argv', ...Array.from({ length: count - 2 }, () => 'x')]],
  answers: [printed('78\n'.repeat(count - 2))],
});

const MIB = 1024 * 1024;
const OUTPUT = 50_000_000;
/** 100 KiB are below Linux's limit of one argument of a program, and ten of them below that of all. */
const PIECE = 100 * 1024;
const withoutNul = Uint8Array.from({ length: 255 }, (_, at) => at + 1);
const allBytes = Uint8Array.from({ length: 256 }, (_, at) => at);

/** The scenarios, on the commands of a realm's remctl.conf. `client` is the client's principal. */
export const scenarios = (client: string): readonly Scenario[] => [
  { id: 'whoami', steps: [['test', 'whoami']], answers: [printed(`${client}\n`)] },
  {
    id: 'both streams',
    steps: [['test', 'streams']],
    answers: [
      ran(
        0,
        ...([
          [STDOUT, 'out 1\n'],
          [STDERR, 'err 1\n'],
          [STDOUT, 'out 2\n'],
          [STDERR, 'err 2\n'],
        ] as const),
      ),
    ],
    protocol1: [printed('out 1\nerr 1\nout 2\nerr 2\n')],
  },
  ...[0, 7, 255].map((status) => ({
    id: `status ${status}`,
    steps: [['test', 'status', String(status)]],
    answers: [ran(status)],
  })),
  {
    id: 'an unknown command',
    steps: [['no', 'such', 'command']],
    answers: [refused(ErrorCode.ERROR_UNKNOWN_COMMAND, 'Unknown command')],
  },
  {
    id: 'an empty command name',
    steps: [['']],
    answers: [refused(ErrorCode.ERROR_UNKNOWN_COMMAND, 'Unknown command')],
  },
  {
    id: 'access denied',
    steps: [['test', 'denied']],
    answers: [refused(ErrorCode.ERROR_ACCESS, 'Access denied')],
  },
  {
    id: 'the summary',
    steps: [['help']],
    answers: [printed('test streams: lines on both streams\n')],
  },
  {
    id: 'help',
    steps: [['help', 'test', 'streams']],
    answers: [printed("test streams: see the realm's remctl.conf\n")],
  },
  {
    id: 'help that there is none of',
    steps: [['help', 'true']],
    answers: [refused(ErrorCode.ERROR_NO_HELP, 'No help defined for command')],
  },
  {
    id: 'help with too many arguments',
    steps: [['help', 'test', 'streams', 'more']],
    answers: [refused(ErrorCode.ERROR_TOOMANY_ARGS, 'Too many arguments for help command')],
  },
  {
    id: 'a command without a subcommand',
    steps: [['test']],
    answers: [ran(255, [STDERR, 'no such subcommand: \n'])],
  },
  {
    id: 'arguments that are empty or not ASCII',
    steps: [['test', 'argv', '', 'é', '']],
    answers: [printed('\nc3a9\n\n')],
  },
  {
    id: 'an argument that is not UTF-8',
    steps: [['test', 'argv', Uint8Array.of(1, 2, 255, 254, 10)]],
    answers: [printed('0102fffe0a\n')],
  },
  {
    id: 'an argument with a NUL',
    needs: ['nul'],
    steps: [['test', 'argv', 'a\0b']],
    answers: [refused(ErrorCode.ERROR_BAD_COMMAND, 'Invalid command token')],
    functions: {
      answers: [printed('610062\n')],
      because: 'a function gets bytes; only a program cannot be given a NUL',
    },
  },
  { id: '200 arguments', ...manyArguments(200) },
  { id: '4,096 arguments', ...manyArguments(4096) },
  {
    id: '4,097 arguments',
    steps: manyArguments(4097).steps,
    answers: [refused(ErrorCode.ERROR_TOOMANY_ARGS, 'Too many arguments')],
  },
  {
    id: '60,000 bytes of arguments',
    steps: [['test', 'digest', { fill: 'x', length: 60_000 }]],
    answers: [digested(60_000)],
  },
  {
    id: '1,000 KiB of arguments in ten',
    steps: [
      ['test', 'digest', ...Array.from({ length: 10 }, () => ({ fill: 'x', length: PIECE }))],
    ],
    answers: [digested(PIECE)],
    protocol1: [TOO_LONG_FOR_PROTOCOL_1],
  },
  {
    id: '10 MiB of arguments',
    needs: ['long'],
    steps: [['test', 'digest', { fill: 'x', length: 10 * MIB }]],
    answers: [digested(10 * MIB)],
    protocol1: [TOO_LONG_FOR_PROTOCOL_1],
  },
  {
    id: 'an argument on standard input, with every byte but NUL',
    steps: [['test', 'stdin', withoutNul]],
    answers: [printed(withoutNul)],
  },
  {
    id: 'an argument on standard input, with every byte',
    needs: ['nul'],
    steps: [['test', 'stdin', allBytes]],
    answers: [printed(allBytes)],
  },
  {
    id: '50 MB of output',
    steps: [['test', 'output', String(OUTPUT)]],
    answers: [outputOf(OUTPUT)],
    protocol1: 'none',
  },
  {
    id: 'more output than protocol 1 carries',
    steps: [['test', 'output', '200000']],
    answers: [outputOf(200_000)],
    protocol1: [outputOf(PROTOCOL_1_OUTPUT)],
  },
  {
    id: 'several commands',
    steps: [
      ['test', 'whoami'],
      ['test', 'status', '7'],
      ['test', 'denied'],
      ['test', 'streams'],
      ['no'],
      ['test', 'argv', 'last'],
    ],
    answers: [
      printed(`${client}\n`),
      ran(7),
      refused(ErrorCode.ERROR_ACCESS, 'Access denied'),
      ran(
        0,
        ...([
          [STDOUT, 'out 1\n'],
          [STDERR, 'err 1\n'],
          [STDOUT, 'out 2\n'],
          [STDERR, 'err 2\n'],
        ] as const),
      ),
      refused(ErrorCode.ERROR_UNKNOWN_COMMAND, 'Unknown command'),
      printed('6c617374\n'),
    ],
    protocol1: [
      printed(`${client}\n`),
      ran(7),
      refused(ErrorCode.ERROR_ACCESS, 'Access denied'),
      printed('out 1\nerr 1\nout 2\nerr 2\n'),
      refused(ErrorCode.ERROR_UNKNOWN_COMMAND, 'Unknown command'),
      printed('6c617374\n'),
    ],
  },
  {
    id: 'NOOPs between commands',
    needs: ['noop'],
    steps: ['noop', ['test', 'whoami'], 'noop', 'noop', ['no'], 'noop'],
    answers: [
      'noop',
      printed(`${client}\n`),
      'noop',
      'noop',
      refused(ErrorCode.ERROR_UNKNOWN_COMMAND, 'Unknown command'),
      'noop',
    ],
    protocol1: [{ failure: 'NOOP message not supported' }],
  },
  {
    id: 'a time-out',
    needs: ['time-out'],
    // The handshake counts too, on a machine that may be busy.
    timeout: 2,
    steps: [['test', 'sleep', '6']],
    answers: [{ failure: 'error receiving token: timed out' }],
  },
];
