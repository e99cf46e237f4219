// A job's arguments, with secrets read from files.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A secret's name is a file's name, and no path. */
const NAME = /^\w[\w.-]{0,99}$/;

/**
 * Returns the command with every `{ secret: NAME }` replaced by the bytes of the file NAME in `folder`.
 *
 * Throws TypeError if the command is no list of texts and secrets, and the error of the file system if a
 * secret cannot be read.
 *
 * @param {unknown} command
 * @param {string} folder
 * @returns {Promise<(string | Uint8Array)[]>}
 */
export async function withSecrets(command, folder) {
  if (!Array.isArray(command)) {
    throw new TypeError('the command of a job must be a list of arguments');
  }
  return Promise.all(
    command.map((argument, index) => {
      if (typeof argument === 'string') {
        return argument;
      }
      const name = argument?.secret;
      if (typeof name !== 'string' || !NAME.test(name)) {
        throw new TypeError(
          `argument ${index} must be a text, or { "secret": NAME } with a file's name`,
        );
      }
      return readFile(join(folder, name));
    }),
  );
}
