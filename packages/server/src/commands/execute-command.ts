/** Answers one command: finds it, checks it and its client, runs it, its help or the summary. */
import { ErrorCode } from '@remctl/core';
import type { Client } from '../client.js';
import type { Execute } from '../execute.js';
import { loggedCommand } from '../log/logged-command.js';
import { printable, printableBytes } from '../log/printable.js';
import type { Log } from '../log/record.js';
import type { Reply } from '../reply.js';
import { createCommandOutput } from './command-output.js';
import { findCommand } from './match.js';
import {
  ACCESS_DENIED,
  INTERNAL_FAILURE,
  INVALID_TOKEN,
  NO_HELP,
  TOO_MANY_HELP_ARGUMENTS,
  UNKNOWN_COMMAND,
} from './messages.js';
import { orAborted } from './or-aborted.js';
import type { Call, Outcome, PreparedCommand } from './prepared-command.js';
import { runSummaries } from './summary.js';

const HELP = 'help';
/** `help`, a command and a subcommand. */
const MAX_HELP_ARGUMENTS = 3;
/** The status of a command that a signal ended: remctld's -1, in one byte. */
const KILLED_STATUS = 255;

interface Refusal {
  readonly code: number;
  readonly message: string;
  /** The sentence of the log. */
  readonly reason: string;
}

function nameOf(argument: Uint8Array): string {
  return Buffer.from(argument.buffer, argument.byteOffset, argument.length).toString('latin1');
}

/** Answers the client with the outcome. */
function answer(reply: Reply, outcome: Outcome): void {
  switch (outcome.type) {
    case 'status':
      reply.status(outcome.status);
      break;
    case 'killed':
      reply.status(KILLED_STATUS);
      break;
    case 'error':
      reply.error(outcome.code, outcome.message);
      break;
    case 'aborted':
      break;
  }
}

function containsNul(subject: string, principal: string): Refusal {
  return {
    code: ErrorCode.ERROR_BAD_COMMAND,
    message: INVALID_TOKEN,
    reason: `${subject} from user ${principal} contains nul octet`,
  };
}

/** What a client asks for: a command, the help of one, or the summary of all. */
type Request =
  | { readonly type: 'run'; readonly rule: PreparedCommand | undefined }
  | { readonly type: 'help'; readonly rule: PreparedCommand | undefined }
  | { readonly type: 'summary' };

function findRequest(
  commands: readonly PreparedCommand[],
  argument: readonly Uint8Array[],
): Request {
  const [command = '', subcommand, topic] = argument.slice(0, MAX_HELP_ARGUMENTS).map(nameOf);
  const rule = findCommand(commands, command, subcommand);
  if (rule !== undefined || command !== HELP) {
    return { type: 'run', rule };
  }
  if (subcommand === undefined) {
    return { type: 'summary' };
  }
  return { type: 'help', rule: findCommand(commands, subcommand, topic) };
}

/** Returns whether an argument may hold NUL bytes. The first two, the names, never may. */
function mayHoldNul(request: Request, index: number, count: number): boolean {
  if (request.type !== 'run' || request.rule === undefined) {
    return false;
  }
  const { takesNul, stdin } = request.rule;
  return takesNul || (stdin === 'last' ? index === count - 1 : index === stdin);
}

/** Makes the function that answers commands. The first of `commands` that matches is run. */
export function createExecute(commands: readonly PreparedCommand[], log: Log): Execute {
  async function execute(
    client: Client,
    command: readonly Uint8Array[],
    reply: Reply,
    signal: AbortSignal,
  ): Promise<void> {
    const { principal, address } = client;
    const refuse = ({ code, message, reason }: Refusal) => {
      log({ type: 'refused', address, principal, code, reason: printable(reason) });
      reply.error(code, message);
    };

    for (const [index, name] of ['command', 'subcommand'].entries()) {
      if (command[index]?.includes(0) === true) {
        refuse(containsNul(name, principal));
        return;
      }
    }
    const request = findRequest(commands, command);
    const rule = request.type === 'summary' ? undefined : request.rule;
    const shown = loggedCommand(command, rule);
    const endings: Promise<void>[] = [];
    const call: Call = {
      client,
      command,
      output: createCommandOutput(reply),
      signal,
      fail: (reason, error) =>
        log({ type: 'failed', address, principal, command: shown, reason, error }),
      until: (ending) => void endings.push(ending),
    };

    if (request.type !== 'run' && command.length > MAX_HELP_ARGUMENTS) {
      refuse({
        code: ErrorCode.ERROR_TOOMANY_ARGS,
        message: TOO_MANY_HELP_ARGUMENTS,
        reason: `help command from user ${principal} has more than three arguments`,
      });
      return;
    }
    if (request.type === 'summary') {
      const outcome = await runSummaries(commands, call);
      if (outcome === undefined) {
        refuse({
          code: ErrorCode.ERROR_UNKNOWN_COMMAND,
          message: UNKNOWN_COMMAND,
          reason: `summary request from user ${principal}, but no defined summaries`,
        });
        return;
      }
      answer(reply, outcome);
      await Promise.all(endings);
      return;
    }

    for (const [index, argument] of command.entries()) {
      if (argument.includes(0) && !mayHoldNul(request, index, command.length)) {
        refuse(containsNul(`argument ${index}`, principal));
        return;
      }
    }
    log({ type: 'command', address, principal, command: shown });
    const asked = shown.slice(0, 2).join(' ');
    if (rule === undefined) {
      refuse({
        code: ErrorCode.ERROR_UNKNOWN_COMMAND,
        message: UNKNOWN_COMMAND,
        reason: `unknown command ${asked} from user ${principal}`,
      });
      return;
    }
    const permitted = rule.permit(principal, call.fail);
    if (!(typeof permitted === 'boolean' ? permitted : await orAborted(permitted, signal))) {
      if (signal.aborted) {
        return;
      }
      refuse({
        code: ErrorCode.ERROR_ACCESS,
        message: ACCESS_DENIED,
        reason: `access denied: user ${principal}, command ${asked}`,
      });
      return;
    }
    if (signal.aborted) {
      return;
    }
    if (request.type === 'run') {
      answer(reply, await rule.run(call));
      await Promise.all(endings);
    } else if (rule.help === undefined) {
      refuse({
        code: ErrorCode.ERROR_NO_HELP,
        message: NO_HELP,
        reason: `command ${printableBytes(command[0] ?? new Uint8Array())} from user ${principal} has no defined help`,
      });
    } else {
      answer(reply, await rule.help(call));
      await Promise.all(endings);
    }
  }

  return async (client, command, reply, signal) => {
    try {
      await execute(client, command, reply, signal);
    } catch (error) {
      const { principal, address } = client;
      const reason = 'the server itself has a fault';
      log({ type: 'failed', address, principal, command: [], reason, error });
      reply.error(ErrorCode.ERROR_INTERNAL, INTERNAL_FAILURE);
    }
  };
}
