/** Each event as one readable line. */

import type { ConnectionInfo } from '../connection-info.js';
import { errorCodeName, RemctlError } from '../errors.js';
import { isError } from '../is-error.js';
import type { EventOf, RemctlEvent } from './event.js';
import type {
  CloseMessage,
  CommandMessage,
  OpenMessage,
  RetryMessage,
  RetryReason,
  TokenMessage,
} from './messages.js';

/** Control characters, which would break a line or change a terminal, and those that turn text around. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for.
const UNPRINTABLE = /[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]/g;

function escaped(character: string): string {
  return `\\u{${character.codePointAt(0)?.toString(16)}}`;
}

/** Puts the text on one line: servers, files and callers may have put anything into it. */
function oneLine(text: string): string {
  return text.replace(UNPRINTABLE, escaped);
}

function ms(duration: number | undefined): string {
  return duration === undefined ? '? ms' : `${duration.toFixed(1)} ms`;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

function errorText(error: unknown): string {
  if (!isError(error)) {
    return String(error);
  }
  const { name, message } = error;
  // A RemctlError's text says by itself what it is of.
  return error instanceof RemctlError ? message : `${name}: ${message}`;
}

function connectionText(info: ConnectionInfo | undefined): string {
  if (info === undefined) {
    return 'done';
  }
  const { protocol, address, port, serverPrincipal, clientPrincipal, ticketEnd } = info;
  const parts = [
    `protocol ${protocol}`,
    address === undefined ? `port ${port}` : `${address} port ${port}`,
    serverPrincipal && `server ${serverPrincipal}`,
    clientPrincipal && `client ${clientPrincipal}`,
    ticketEnd && `ticket ends ${ticketEnd.toISOString()}`,
  ];
  return parts.filter(Boolean).join(', ');
}

function principalText({ principal, host }: OpenMessage): string {
  return principal ?? `host/${host}`;
}

function openText({ message, moment }: EventOf<'remctl:open'>): string {
  const { port = '4373 or 4444', backend, durationMs } = message;
  if (moment === 'start') {
    return `open port ${port} as ${principalText(message)}, ${backend}`;
  }
  const { tries } = message;
  const end = 'error' in message ? `open failed: ${errorText(message.error)}` : 'open';
  return `${end} (${tries} ${tries === 1 ? 'try' : 'tries'}, ${ms(durationMs)})`;
}

function negotiateText({ message, moment }: EventOf<'remctl:negotiate'>): string {
  const { port, attempt, address, connectedMs, connection, durationMs } = message;
  const begin = `negotiate port ${port}, try ${attempt}`;
  if (moment === 'start') {
    return begin;
  }
  const connected =
    address === undefined ? '' : `connected to ${address} after ${ms(connectedMs)}; `;
  const end =
    'error' in message ? `failed: ${errorText(message.error)}` : connectionText(connection);
  return `${begin}: ${connected}${end} (${ms(durationMs)})`;
}

function commandText({ message, moment }: EventOf<'remctl:command'>): string {
  const { name, bytes, durationMs } = message;
  const text =
    moment === 'start'
      ? `${count(message.arguments, 'argument')}, ${bytes} bytes`
      : `${commandEnd(message)} (${ms(durationMs)})`;
  return `command ${name}: ${text}`;
}

function commandEnd(message: CommandMessage): string {
  const { status, errorCode, error, stdoutBytes, stderrBytes, commandState } = message;
  const output = `${stdoutBytes} bytes of stdout, ${stderrBytes} of stderr`;
  if (status !== undefined) {
    return `status ${status}, ${output}`;
  }
  const failure = errorCode === undefined ? errorText(error) : codeText(errorCode);
  return `failed: ${failure}; ${commandState}; ${output}`;
}

function codeText(code: number): string {
  return `error ${code}${errorCodeName(code) === undefined ? '' : ` (${errorCodeName(code)})`}`;
}

function tokenText(message: TokenMessage): string {
  return `command ${message.command.name}: ${tokenFacts(message)} after ${ms(message.elapsedMs)}`;
}

function tokenFacts(message: TokenMessage): string {
  switch (message.type) {
    case 'output':
      return `output token: stream ${message.stream}, ${message.bytes} bytes`;
    case 'status':
      return `status token: ${message.status}`;
    case 'error':
      return `error token: ${codeText(message.errorCode)}`;
  }
}

const RETRIES: Readonly<Record<RetryReason, string>> = {
  'legacy-port': 'trying port 4444',
  dropped: 'the server dropped the open, trying again',
  'new-ticket': 'the server refused the ticket, trying with another',
  'idle-lost': 'the connection died while idle, opening another',
  unsent: 'nothing was sent, trying again',
  'next-server': "trying the domain's next server",
};

const CLOSES: Readonly<Record<CloseMessage['because'], string>> = {
  close: 'close()',
  open: 'open() was called again',
  spent: 'protocol 1 carries one command',
  failed: 'it failed',
};

function retryText({ because, error, pauseMs }: RetryMessage): string {
  const pause = pauseMs > 0 ? ` in ${ms(pauseMs)}` : '';
  return `retry: ${RETRIES[because]}${pause}: ${errorText(error)}`;
}

function closeText(message: CloseMessage): string {
  const { port, because, commands, openMs } = message;
  const error = because === 'failed' ? `: ${errorText(message.error)}` : '';
  return `close port ${port}: ${CLOSES[because]}${error} (${count(commands, 'command')}, ${ms(openMs)})`;
}

function textOf(event: RemctlEvent): string {
  switch (event.channel) {
    case 'remctl:open':
      return openText(event);
    case 'remctl:negotiate':
      return negotiateText(event);
    case 'remctl:command':
      return commandText(event);
    case 'remctl:token':
      return tokenText(event.message);
    case 'remctl:retry':
      return retryText(event.message);
    case 'remctl:close':
      return closeText(event.message);
    case 'remctl:warning':
      return `warning: ${event.message.message} (${event.message.code})`;
  }
}

/** The client's number and the server's name. */
function originText({ channel, message }: RemctlEvent): string {
  if (channel === 'remctl:warning') {
    return '';
  }
  const { host } = channel === 'remctl:token' ? message.command : message;
  return `#${message.client} ${host}: `;
}

/** Returns the event as one line: `#1 server.example.org: command account: status 0, …`. */
export function eventText(event: RemctlEvent): string {
  return oneLine(`${originText(event)}${textOf(event)}`);
}
