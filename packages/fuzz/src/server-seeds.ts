/** The first inputs of the targets of our server's handshake and session. */
import { COMMAND_TOKEN_FLAGS_V1, encodeToken, MESSAGE_TOKEN_FLAGS } from '@remctl/core/wire';
import { joinPieces } from './pieces.js';

const FIRST = encodeToken(0x51, new Uint8Array());
const FIRST_V1 = encodeToken(0x11, new Uint8Array());
const CONTEXT = encodeToken(0x42, Uint8Array.of(1));
const CONTEXT_V1 = encodeToken(0x02, Uint8Array.of(1));

function uint32(value: number): Buffer {
  const number = Buffer.alloc(4);
  number.writeUInt32BE(value);
  return number;
}

/** Encodes a command's data. */
export function commandData(...command: readonly string[]): Buffer {
  const pieces = command.flatMap((argument) => [uint32(argument.length), Buffer.from(argument)]);
  return Buffer.concat([uint32(command.length), ...pieces]);
}

/** Encodes a MESSAGE_COMMAND. */
function command(data: Uint8Array, continued = 0, keepAlive = 1): Buffer {
  return Buffer.concat([Buffer.of(2, 1, keepAlive, continued), data]);
}

/** A session of protocol 2 with these messages, in chunks of 256 bytes. */
function session(...messages: readonly Uint8Array[]): Buffer {
  const tokens = messages.map((message) => encodeToken(MESSAGE_TOKEN_FLAGS, message));
  return Buffer.concat([Buffer.of(255), FIRST, CONTEXT, ...tokens]);
}

/** A session of protocol 1 with this command, in single bytes. */
function sessionV1(data: Uint8Array, flags: number = COMMAND_TOKEN_FLAGS_V1): Buffer {
  return Buffer.concat([Buffer.of(0), FIRST_V1, CONTEXT_V1, encodeToken(flags, data)]);
}

/** Returns sessions with every kind of message, right and wrong. */
export function serverSessions(): Buffer[] {
  const noop = Buffer.of(3, 7);
  const quit = Buffer.of(2, 2);
  const whole = commandData('test', 'whoami', 'x');
  const [a, b, c] = [whole.subarray(0, 3), whole.subarray(3, 9), whole.subarray(9)];
  const large = commandData('l'.repeat(1400));
  return [
    session(command(whole), noop, command(whole), quit),
    session(command(a, 1), command(b, 2), command(c, 3), noop),
    session(command(a, 1), quit, command(c, 3)),
    session(command(a, 1), noop),
    session(command(a, 1), command(b, 1), command(c, 3), command(c, 2)),
    session(command(a, 1), command(b, 4), command(whole, 0, 0), noop),
    session(command(large), command(large, 1), command(large, 2), command(large, 3)),
    session(command(commandData('l'.repeat(2100))), command(commandData(...'abcdefghijklmnopq'))),
    session(command(commandData('fails', 'abc')), command(commandData('says', 'abcde'))),
    session(command(commandData('waits', 'abcdefg', 'x', '', 'yy', large.toString('latin1')))),
    session(Buffer.of(1, 1), Buffer.of(4, 7), Buffer.of(2, 3, 1), Buffer.of(2, 1), Buffer.of()),
    session(command(uint32(0)), command(uint32(1)), command(Buffer.concat([whole, a]))),
    Buffer.concat([session(noop), Buffer.of(MESSAGE_TOKEN_FLAGS, 255, 255, 255, 255)]),
    Buffer.concat([session(command(whole)), encodeToken(COMMAND_TOKEN_FLAGS_V1, command(whole))]),
    sessionV1(whole),
    sessionV1(commandData('fails', 'abc'), 4),
    sessionV1(uint32(0)),
    sessionV1(large.subarray(0, 700)),
    Buffer.concat([Buffer.of(9), FIRST, CONTEXT_V1, encodeToken(4, whole)]),
    Buffer.concat([Buffer.of(9), FIRST_V1, CONTEXT, encodeToken(4, whole)]),
    Buffer.concat([Buffer.of(9), CONTEXT, FIRST]),
    Buffer.concat([Buffer.of(9), FIRST, encodeToken(0x42, new Uint8Array(300))]),
  ];
}

/** Returns expressions of every kind with principals. */
export function regexes(): Buffer[] {
  const principal = 'host/server.example.org@EXAMPLE.ORG';
  const patterns = [
    '^host/.*@EXAMPLE\\.ORG$',
    '^(host|http)/[a-z.]+@',
    '[[:alpha:]]{2,4}|[^]a-c-]?',
    'a{2}b{2,}c{,3}d+e*f?',
    '\\<server\\>\\b\\B\\w\\W\\s\\S',
    '[[:digit:][.-.][=a=]]',
    '((a*)*)*b',
    "()|^$|\\`x\\'",
    'server.example',
    'EXAMPLE',
    '(',
    '[a',
    'a{1',
    '\\1',
  ];
  return patterns.map((pattern) => joinPieces([Buffer.from(pattern), Buffer.from(principal)]));
}

/** Returns ACL files with every kind of line, each with a principal. */
export function aclFiles(): Buffer[] {
  const principal = 'alice@EXAMPLE.ORG';
  const files = [
    `# comment\n\n${principal}\n`,
    `deny:${principal}\nANYUSER\n`,
    `princ:bob@EXAMPLE.ORG\nregex:^al.*@EXAMPLE\\.ORG$\n`,
    `deny:regex:^a\n  princ:${principal}  \n`,
    'anyuser:auth\nanyuser:anonymous\n',
    'include /etc/remctl/acl/more\ninclude princ:alice@EXAMPLE.ORG\n',
    'file:/etc/remctl/acl/more\ndeny:file:/etc/remctl/acl/less\n',
    'pcre:a\n',
    'regex:(\n',
    'two words\n',
    `${principal}`,
  ];
  return files.map((file) => joinPieces([Buffer.from(principal), Buffer.from(file)]));
}

/** Returns configuration files with every option, right and wrong. */
export function confFiles(): Buffer[] {
  const files = [
    '# comment\n\naccounts create /usr/bin/create logmask=3,4 stdin=last ANYUSER\n',
    'accounts ALL /usr/bin/a user=nobody help=help summary=summary \\\n  princ:a@R /etc/acl\n',
    'x EMPTY /bin/true sudo=#0 stdin=2 file:/a deny:b@R regex:^c\n',
    'include /etc/remctl/conf.d\ninclude /etc/remctl/more.conf\n',
    'x y /bin/true nothing=1 ANYUSER\n',
    'x y /bin/true\n',
    'x y /bin/true logmask=0 ANYUSER\n',
    'x y true ANYUSER\n',
    'x y /bin/true ANYUSER\\',
    'x y /bin/true ANYUSER',
  ];
  return files.map((file) => Buffer.from(file));
}

/** Returns commands with arguments of every kind. */
export function loggedCommands(): Buffer[] {
  const command = ['alice@EXAMPLE.ORG', 'accounts', 'password', 'jdoe\n', 'secret', '\u2028ü\xff'];
  const pieces = joinPieces(command.map((each) => Buffer.from(each)));
  return [0, 1, 8, 31].map((mask) => Buffer.concat([Buffer.of(mask, mask & 3), pieces]));
}
