/** Answers one command: checks it and its client, and runs it. */
import { ErrorCode } from '@remctl/core';
import type { Client } from '../client.js';
import { ACCESS_DENIED, INTERNAL_FAILURE, NO_HELP, UNKNOWN_COMMAND } from '../error-texts.js';
import type { Execute } from '../execute.js';
import { withoutValues } from '../log/error-text.js';
import { loggedCommand, maskedValues } from '../log/logged-command.js';
import { printable } from '../log/printable.js';
import type { Log } from '../log/record.js';
import type { Refusal } from '../refusal.js';
import type { Reply } from '../reply.js';
import { createCommandOutput } from './command-output.js';
import { orAborted } from './or-aborted.js';
import type { Call, Outcome, PreparedCommand } from './prepared-command.js';
import { findRequest, type Request, refuseArguments, refuseNames } from './request.js';
import { runSummaries } from './summary.js';

/** The status of a command that a signal ended: remctld's -1, in one byte. */
const KILLED_STATUS = 255;

/** How a request ended; without an outcome if there is nothing to run, and the client is refused. */
type Ending = Outcome | { readonly type: 'refused'; readonly refusal: Refusal };

function refused(code: number, message: string, reason: string): Ending {
  return { type: 'refused', refusal: { code, message, reason } };
}

/** Runs what the client asks for, if it exists and the client may. `asked` is its name for the log. */
async function runRequest(
  commands: readonly PreparedCommand[],
  request: Request,
  asked: string,
  call: Call,
): Promise<Ending> {
  const { principal } = call.client;
  if (request.type === 'summary') {
    const reason = `summary request from user ${principal}, but no defined summaries`;
    const outcome = await runSummaries(commands, call);
    return outcome ?? refused(ErrorCode.ERROR_UNKNOWN_COMMAND, UNKNOWN_COMMAND, reason);
  }
  const { rule, type } = request;
  if (rule === undefined) {
    const reason = `unknown command ${asked} from user ${principal}`;
    return refused(ErrorCode.ERROR_UNKNOWN_COMMAND, UNKNOWN_COMMAND, reason);
  }
  const asking = rule.permit(principal, call.fail);
  const permitted = typeof asking === 'boolean' ? asking : await orAborted(asking, call.signal);
  if (call.signal.aborted) {
    return { type: 'aborted' };
  }
  if (permitted !== true) {
    const reason = `access denied: user ${principal}, command ${asked}`;
    return refused(ErrorCode.ERROR_ACCESS, ACCESS_DENIED, reason);
  }
  const run = type === 'help' ? rule.help : rule.run;
  if (run === undefined) {
    const reason = `command help from user ${principal} has no defined help`;
    return refused(ErrorCode.ERROR_NO_HELP, NO_HELP, reason);
  }
  return run(call);
}

/** Makes the function that answers commands. The first of `commands` that matches is run. */
export function createExecute(commands: readonly PreparedCommand[], log: Log): Execute {
  function answer(client: Client, reply: Reply, ending: Ending): void {
    switch (ending.type) {
      case 'status':
        reply.status(ending.status);
        break;
      case 'killed':
        reply.status(KILLED_STATUS);
        break;
      case 'error':
        reply.error(ending.code, ending.message);
        break;
      case 'refused': {
        const { code, message, reason } = ending.refusal;
        log({ type: 'refused', ...ofClient(client), code, reason: printable(reason) });
        reply.error(code, message);
        break;
      }
      case 'aborted':
        break;
    }
  }

  async function execute(
    client: Client,
    command: readonly Buffer[],
    reply: Reply,
    signal: AbortSignal,
  ): Promise<void> {
    const { principal } = client;
    const badName = refuseNames(command, principal);
    if (badName !== undefined) {
      answer(client, reply, { type: 'refused', refusal: badName });
      return;
    }
    const request = findRequest(commands, command);
    const badArgument = refuseArguments(request, command, principal);
    if (badArgument !== undefined) {
      answer(client, reply, { type: 'refused', refusal: badArgument });
      return;
    }
    const shown = loggedCommand(command, request.rule);
    const endings: Promise<void>[] = [];
    const call: Call = {
      client,
      command,
      output: createCommandOutput(reply),
      signal,
      fail(reason, cause) {
        const error = withoutValues(cause, maskedValues(command, request.rule));
        log({ type: 'failed', ...ofClient(client), command: shown, reason, error });
      },
      until: (ending) => void endings.push(ending),
    };
    // remctld logs no request for the summary.
    if (request.type !== 'summary') {
      log({ type: 'command', ...ofClient(client), command: shown });
    }
    const asked = shown.slice(0, 2).join(' ');
    answer(client, reply, await runRequest(commands, request, asked, call));
    await Promise.all(endings);
  }

  return async (client, command, reply, signal) => {
    try {
      await execute(client, command, reply, signal);
    } catch (error) {
      const reason = 'the server itself has a fault';
      log({ type: 'failed', ...ofClient(client), command: [], reason, error });
      reply.error(ErrorCode.ERROR_INTERNAL, INTERNAL_FAILURE);
    }
  };
}

function ofClient({ principal, address }: Client): Pick<Client, 'principal' | 'address'> {
  return { principal, address };
}
