/** Each event as one readable line. */
import type { ConnectionInfo } from '../connection-info.js';
import { errorCodeName, RemctlError } from '../errors.js';
import { serverName } from '../failures.js';
import type { EventOf, RemctlEvent } from './event.js';
import type {
  CommandMessage,
  NegotiateMessage,
  OpenMessage,
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
  if (!(error instanceof Error)) {
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

function principalText({ principal, host }: OpenMessage | NegotiateMessage): string {
  return principal ?? `host/${host}`;
}

function openEnd(message: OpenMessage): string {
  const tries = count(message.tries ?? 0, 'try').replace('trys', 'tries');
  const end = 'error' in message ? `failed: ${errorText(message.error)}` : 'open';
  return `${end} (${tries}, ${ms(message.durationMs)})`;
}

function negotiateEnd(message: NegotiateMessage): string {
  const { address, connectedMs, connection, durationMs } = message;
  const connected =
    address === undefined ? '' : `connected to ${address} after ${ms(connectedMs)}; `;
  const end =
    'error' in message ? `failed: ${errorText(message.error)}` : connectionText(connection);
  return `${connected}${end} (${ms(durationMs)})`;
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

const CLOSES: Readonly<Record<EventOf<'remctl:close'>['message']['because'], string>> = {
  close: 'close()',
  open: 'open() was called again',
  spent: 'protocol 1 carries one command',
  failed: 'it failed',
};

function textOf(event: RemctlEvent): string {
  switch (event.channel) {
    case 'remctl:open': {
      const { message, moment } = event;
      const port = message.port ?? '4373 or 4444';
      const begin = `open ${message.host} (port ${port}) as ${principalText(message)}, ${message.backend}`;
      return moment === 'start' ? begin : `open ${message.host}: ${openEnd(message)}`;
    }
    case 'remctl:negotiate': {
      const { message, moment } = event;
      const begin = `negotiate with ${serverName(message)}, try ${message.attempt}`;
      return moment === 'start' ? begin : `${begin}: ${negotiateEnd(message)}`;
    }
    case 'remctl:command': {
      const { message, moment } = event;
      const { name, durationMs, bytes } = message;
      return moment === 'start'
        ? `command ${name}: ${count(message.arguments, 'argument')}, ${bytes} bytes`
        : `command ${name}: ${commandEnd(message)} (${ms(durationMs)})`;
    }
    case 'remctl:token':
      return `command ${event.message.command.name}: ${tokenText(event.message)} after ${ms(event.message.elapsedMs)}`;
    case 'remctl:retry': {
      const { host, because, error, pauseMs } = event.message;
      const pause = pauseMs > 0 ? ` in ${ms(pauseMs)}` : '';
      return `retry ${host}: ${RETRIES[because]}${pause}: ${errorText(error)}`;
    }
    case 'remctl:close': {
      const { message } = event;
      const { because, commands, openMs } = message;
      const error = because === 'failed' ? `: ${errorText(message.error)}` : '';
      return `close ${serverName(message)}: ${CLOSES[because]}${error} (${count(commands, 'command')}, ${ms(openMs)})`;
    }
    case 'remctl:warning':
      return `warning: ${event.message.message} (${event.message.code})`;
  }
}

/** Returns the event as one line of text, with its client's number: `#1 command account: status 0, …`. */
export function eventText(event: RemctlEvent): string {
  const client = 'client' in event.message ? `#${event.message.client} ` : '';
  return oneLine(`${client}${textOf(event)}`);
}
