/** The error for libraries that cannot be used, with what to do. */
import { RemctlBackendError } from '@remctl/core/errors';
import { KRB5_HELP, LIBREMCTL_HELP, OTHERWISE } from './install-help.js';

/** Why the addon cannot use libremctl or libkrb5; native/libraries.h says what each member holds. */
export interface LibraryFailure {
  readonly library: 'libremctl' | 'libkrb5';
  /** What the system's loader was asked for, and its reasons. Empty if the library was loaded. */
  readonly attempts: readonly { readonly file: string; readonly reason: string }[];
  readonly path: string;
  /** The function that the loaded library lacks, and the first release with it. */
  readonly function: string;
  readonly since: string;
  readonly isHeimdal: boolean;
}

/** The oldest releases that serve. */
const OLDEST = { libremctl: '3.5', libkrb5: '1.15' } as const;

const HELP = { libremctl: LIBREMCTL_HELP, libkrb5: KRB5_HELP } as const;

/** Texts by which the loaders of glibc, musl and macOS say that a file is not there. */
const NOT_THERE = /No such file or directory|no such file/;

/** The file that glibc's loader (at the begin) or musl's (after these words) has not found. */
const WHICH = /^(?:Error loading shared library )?([^\s:]+): /;

/** Returns the error that says what is wrong with a library, and what to install. */
export function libraryError(failure: LibraryFailure): RemctlBackendError {
  return new RemctlBackendError(`${whatIsWrong(failure)} ${OTHERWISE}`);
}

function whatIsWrong(failure: LibraryFailure): string {
  const { library, attempts, path, isHeimdal, since } = failure;
  if (attempts.length === 0) {
    return isHeimdal
      ? `${path} is Heimdal's, and the native backend needs MIT Kerberos's libkrb5, with a libremctl ` +
          `that was built with it. ${LIBREMCTL_HELP}`
      : `${library} is too old: ${path} has no ${failure.function}, which came with release ` +
          `${since}. Install release ${OLDEST[library]} or later: ${HELP[library]}`;
  }
  const broken = attempts.find((attempt) => !isMissing(attempt));
  if (broken === undefined) {
    const names = attempts.map(({ file }) => file).join(', ');
    return (
      `${library} is not installed for ${process.platform}-${process.arch}: the system finds none of ` +
      `${names}. Install it: ${HELP[library]}`
    );
  }
  const needed = NOT_THERE.test(broken.reason) ? WHICH.exec(broken.reason)?.[1] : undefined;
  return needed === undefined
    ? `${library} cannot be loaded (${broken.reason}). Install it again, for ` +
        `${process.platform}-${process.arch}: ${HELP[library]}`
    : `${library} is installed, but ${needed}, which it needs, is not (${broken.reason}). ` +
        `Install it: ${KRB5_HELP}`;
}

/** Whether the library itself is not there. A library that it needs may be missing instead. */
function isMissing({ file, reason }: LibraryFailure['attempts'][number]): boolean {
  return NOT_THERE.test(reason) && (WHICH.exec(reason)?.[1] ?? file) === file;
}
