/** Checks the arguments that describe a server's commands. */
import { checkOptionNames } from '@remctl/core/option-names';
import { kindOf } from '../check-arguments.js';
import { placeOf } from '../config/conf-error.js';
import type { ServerCommand } from './command.js';

/** The options of both kinds, and of each kind alone. */
const SHARED_OPTIONS = ['command', 'subcommand', 'access', 'logmask', 'timeout', 'help', 'summary'];
const FUNCTION_OPTIONS = [...SHARED_OPTIONS, 'run'];
const PROGRAM_OPTIONS = [...SHARED_OPTIONS, 'program', 'stdin', 'user', 'sudo'];

const ALL_OPTIONS = [...new Set([...FUNCTION_OPTIONS, ...PROGRAM_OPTIONS])];
const ALSO_CALLED = {
  command: ['name'],
  subcommand: ['service'],
  access: ['acl', 'allow', 'users'],
  run: ['handler', 'fn', 'function', 'callback'],
  program: ['path', 'executable', 'exec', 'file', 'script'],
};

/** Seconds of the longest time-out: a timer of Node takes at most 2^31 - 1 milliseconds. */
const MAX_TIMEOUT = 2_147_483;

/** Returns how a message names a command: by its name and the place in remctl.conf, or by its index. */
export function labelOf(command: object, index: number): string {
  const { command: name, subcommand } = command as Partial<ServerCommand>;
  if (typeof name !== 'string' || name === '') {
    return `commands[${index}]`;
  }
  const rest = typeof subcommand === 'string' ? ` ${subcommand}` : '';
  const place = placeOf(command);
  const where = place === undefined ? '' : ` (${place.file}:${place.line})`;
  return `the command ${JSON.stringify(name + rest)}${where}`;
}

function checkText(name: string, value: unknown, whenEmpty: string): void {
  if (typeof value !== 'string') {
    throw new TypeError(`${name} must be a string, not ${kindOf(value)}`);
  }
  if (value === '') {
    throw new RangeError(`${name} must not be empty: ${whenEmpty}`);
  }
  if (value.includes('\0')) {
    throw new RangeError(`${name} must not contain a NUL character`);
  }
  if (!value.isWellFormed()) {
    throw new RangeError(`${name} holds a lone surrogate, which UTF-8 cannot carry`);
  }
}

function isArgumentNumber(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) > 0;
}

function checkAccess(name: string, access: unknown): void {
  if (typeof access === 'function') {
    return;
  }
  if (!Array.isArray(access)) {
    throw new TypeError(
      `${name} must be a list of rules such as ['ANYUSER'] or ['princ:jdoe@EXAMPLE.ORG'], or a function ` +
        `of the principal, not ${kindOf(access)}`,
    );
  }
  for (const [index, rule] of access.entries()) {
    checkText(`${name}[${index}]`, rule, 'give a rule, or leave it out');
  }
}

function checkLogmask(name: string, logmask: unknown): void {
  if (!Array.isArray(logmask)) {
    throw new TypeError(`${name} must be an array of numbers, not ${kindOf(logmask)}`);
  }
  for (const number of logmask) {
    if (!isArgumentNumber(number)) {
      throw new RangeError(
        `${name} holds ${String(number)}: give numbers of arguments, where the subcommand is 1`,
      );
    }
  }
}

function checkTimeout(name: string, timeout: unknown): void {
  if (typeof timeout !== 'number') {
    throw new TypeError(`${name} must be a number of seconds, not ${kindOf(timeout)}`);
  }
  if (!(timeout > 0 && timeout <= MAX_TIMEOUT)) {
    throw new RangeError(
      `${name} is ${timeout}: give seconds above 0, up to ${MAX_TIMEOUT}; without it there is no limit`,
    );
  }
}

function checkFunctionText(name: string, value: unknown): void {
  if (typeof value !== 'string' && typeof value !== 'function') {
    throw new TypeError(`${name} must be a text or a function, not ${kindOf(value)}`);
  }
}

function checkStdin(name: string, stdin: unknown): void {
  if (stdin !== 'last' && !isArgumentNumber(stdin)) {
    throw new RangeError(
      `${name} must be 'last' or the number of an argument, where the subcommand is 1, not ${JSON.stringify(stdin)}`,
    );
  }
}

function checkProgramOptions(label: string, options: Record<string, unknown>): void {
  checkText(`program of ${label}`, options.program, 'give the absolute path of a program');
  if (options.stdin !== undefined) {
    checkStdin(`stdin of ${label}`, options.stdin);
  }
  for (const name of ['help', 'summary', 'user', 'sudo']) {
    if (options[name] !== undefined) {
      checkText(`${name} of ${label}`, options[name], 'leave it out if there is none');
    }
  }
}

function checkFunctionOptions(label: string, options: Record<string, unknown>): void {
  if (typeof options.run !== 'function') {
    throw new TypeError(`run of ${label} must be a function, not ${kindOf(options.run)}`);
  }
  for (const name of ['help', 'summary']) {
    if (options[name] !== undefined) {
      checkFunctionText(`${name} of ${label}`, options[name]);
    }
  }
}

function checkIsNoProgram(label: string, options: Record<string, unknown>): void {
  const name = PROGRAM_OPTIONS.find(
    (each) => !FUNCTION_OPTIONS.includes(each) && options[each] !== undefined,
  );
  if (name !== undefined) {
    throw new TypeError(
      `${label}: ${name} is for programs alone: a function gets every argument, and runs as the server's user`,
    );
  }
}

function checkCommand(command: unknown, index: number): void {
  if (typeof command !== 'object' || command === null) {
    throw new TypeError(`commands[${index}] must be an object, not ${kindOf(command)}`);
  }
  const options = command as Record<string, unknown>;
  checkOptionNames(labelOf(command, index), options, {
    known: ALL_OPTIONS,
    alsoCalled: ALSO_CALLED,
  });
  checkText(
    `command of commands[${index}]`,
    options.command,
    "give the command's name, or ALL for every command",
  );
  const label = labelOf(command, index);
  if (options.subcommand !== undefined) {
    checkText(
      `subcommand of ${label}`,
      options.subcommand,
      'write EMPTY for a command without a subcommand, ALL for every subcommand',
    );
  }
  const isFunction = options.run !== undefined;
  if (isFunction === (options.program !== undefined)) {
    throw new TypeError(`${label} must have one of run, a function, and program, a path`);
  }
  if (options.access === undefined) {
    throw new TypeError(
      `${label} has no access: give rules such as ['ANYUSER'], or a function of the principal; [] lets nobody`,
    );
  }
  checkAccess(`access of ${label}`, options.access);
  if (options.logmask !== undefined) {
    checkLogmask(`logmask of ${label}`, options.logmask);
  }
  if (options.timeout !== undefined) {
    checkTimeout(`timeout of ${label}`, options.timeout);
  }
  if (isFunction) {
    checkIsNoProgram(label, options);
    checkFunctionOptions(label, options);
  } else {
    checkProgramOptions(label, options);
  }
}

/**
 * Checks the kinds and bounds of commands, without a look at the system. Throws TypeError or RangeError that
 * names the command and says what to give.
 */
export function checkCommands(commands: unknown): asserts commands is readonly ServerCommand[] {
  if (!Array.isArray(commands)) {
    throw new TypeError(`commands must be an array, not ${kindOf(commands)}`);
  }
  for (const [index, command] of commands.entries()) {
    checkCommand(command, index);
  }
}
