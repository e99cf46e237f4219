/** The error of a configuration file, and the places of its commands. */
import type { ProgramCommand } from '../commands/command.js';

export interface ConfPlace {
  /** The path as it was given, or as an `include` line gives it. */
  readonly file: string;
  /** From 1. A line that is continued counts as its first. */
  readonly line: number;
}

/** remctl.conf, or a file that it includes, is wrong, cannot be read, or asks for what is not supported. */
export class RemctlConfError extends Error {
  override readonly name: string = 'RemctlConfError';
  readonly file: string;
  /** The line, from 1; undefined if the file itself cannot be read. */
  readonly line: number | undefined;

  constructor(
    message: string,
    place: { readonly file: string; readonly line?: number },
    options: ErrorOptions = {},
  ) {
    const { file, line } = place;
    super(`${line === undefined ? file : `${file}:${line}`}: ${message}`, options);
    this.file = file;
    this.line = line;
  }
}

const places = new WeakMap<object, ConfPlace>();

/** Remembers where a command was read, so that later errors can name the place. */
export function rememberPlace(command: ProgramCommand, place: ConfPlace): void {
  places.set(command, place);
}

/** Returns where a command was read; undefined if it was made in code. */
export function placeOf(command: object): ConfPlace | undefined {
  return places.get(command);
}
