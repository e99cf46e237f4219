/** The life of `remctl-test-realm`: starts the realm and ends it. */
import { isNativeError } from 'node:util/types';
import {
  formatLogRecord,
  type LogRecord,
  readRemctlConf,
  type ServerCommand,
} from '@remctl/server';
import { randomPassword } from '../random-password.js';
import { startTestRealm } from '../realm/start-test-realm.js';
import type { TestRealm } from '../realm/test-realm.js';
import { withVariables } from '../realm/variables.js';
import { type EndSignals, takeEndSignals } from './end-signals.js';
import type { Options, Source } from './options.js';
import { runProgram, signalStatus } from './run-program.js';
import { readScriptFolder } from './script-folder.js';
import { shellText } from './shell-text.js';
import { waitForEnd } from './wait-for-end.js';
import { isBrokenPipe, write } from './write.js';

const FAILURE_STATUS = 1;
/** The status that a shell reports for a program that ended by SIGPIPE. */
const BROKEN_PIPE_STATUS = 141;
const DEFAULT_USER = 'alice';

const say = (text: string) => write(process.stderr, `remctl-test-realm: ${text}\n`);

/**
 * Does what the options say, and returns the exit status of this process: the program's; 0 if a signal or the
 * end of standard input ended the realm; 1 after a failure.
 */
export async function runCommand(options: Options): Promise<number> {
  // Each write reports its own error; without a listener Node would throw the error as well.
  process.stdout.on('error', () => undefined);
  process.stderr.on('error', () => undefined);
  const signals = takeEndSignals();
  try {
    return await runRealm(options, signals);
  } catch (error) {
    if (isBrokenPipe(error)) {
      return BROKEN_PIPE_STATUS;
    }
    await say(isNativeError(error) ? error.message : String(error));
    return FAILURE_STATUS;
  } finally {
    signals.stop();
  }
}

async function runRealm(options: Options, signals: EndSignals): Promise<number> {
  const commands = await readCommands(options.source);
  const { password = randomPassword(), realm: name, port } = options;
  const users = options.users.length === 0 ? [DEFAULT_USER] : options.users;
  const realm = await startTestRealm<string>({
    commands,
    users: Object.fromEntries(users.map((user) => [user, { password }])),
    realm: name,
    port,
    log: options.log ? logEverything : undefined,
  });
  try {
    if (signals.first !== undefined) {
      return signalStatus(signals.first);
    }
    const variables = { ...realm.variablesFor(), REMCTL_TEST_PASSWORD: password };
    if (options.program.length > 0) {
      const env = withVariables(process.env, variables);
      const { status, problem } = await runProgram(options.program, env, signals);
      if (problem !== undefined) {
        await say(problem);
      }
      return status;
    }
    await write(process.stdout, shellText(options.shell, variables));
    await say(runs(realm, commands, options.untilEof));
    await waitForEnd(signals, options.untilEof);
    return 0;
  } finally {
    await realm.dispose();
  }
}

function logEverything(record: LogRecord): void {
  process.stderr.write(`${formatLogRecord(record)}\n`);
}

async function readCommands(source: Source): Promise<readonly ServerCommand[]> {
  if (source.type === 'config') {
    return readRemctlConf(source.file);
  }
  const { commands, passedOver } = await readScriptFolder(source.folder);
  for (const path of passedOver) {
    await say(
      `${path} is not executable, so it is no command; if it should be one: chmod +x ${path}`,
    );
  }
  return commands;
}

/** What to say to a person once the realm runs. */
function runs(
  { name, users, host, port }: TestRealm<string>,
  commands: readonly ServerCommand[],
  untilEof: boolean,
): string {
  const names = [...new Set(commands.map(({ command }) => command))].join(', ');
  const until = untilEof ? 'Ctrl-C or the end of standard input' : 'Ctrl-C';
  return (
    `the realm ${name} runs until ${until}; its users: ${Object.keys(users).join(', ')}; its commands: ${names}\n` +
    `remctl-test-realm: source the lines above in another shell, then: remctl -p ${port} ${host} <command>`
  );
}
