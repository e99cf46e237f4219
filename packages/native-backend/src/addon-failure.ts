/** The error for an addon that the system's loader refuses, with what to do. */
import { RemctlBackendError } from '@remctl/core/errors';
import type { AddonFile } from './addon-file.js';
import { readElf } from './elf.js';
import { OTHERWISE } from './install-help.js';

/** Returns the error for an addon that cannot be loaded. `cause` is what the loader threw. */
export function addonError(addon: AddonFile, cause: unknown): RemctlBackendError {
  const { path, isOwnBuild, build } = addon;
  const reason = cause instanceof Error ? cause.message : String(cause);
  const arch = process.platform === 'linux' ? readElf(path)?.arch : undefined;
  const what =
    arch !== undefined && arch !== process.arch
      ? `${path} was built for ${arch}, and this Node is for ${process.arch}`
      : `${path} cannot be loaded (${reason})`;
  const remedy = isOwnBuild
    ? `It was built from source: build it again on this machine (${build}), or remove it and use the ` +
      'addon that came with the package.'
    : `Install the package again, or build the addon on this machine: ${build}.`;
  return new RemctlBackendError(`${what}. ${remedy} ${OTHERWISE}`, { cause });
}
