/** Makes the check of who may run a command. */
import type { Access } from '../commands/command.js';
import type { Permit } from '../commands/prepared-command.js';
import type { Log } from '../log/record.js';
import { type AclEntry, AclError, parseAclEntry } from './acl-entry.js';
import { checkEntry, checkFilesOf, type Verdict } from './check-acl.js';

type AccessFunction = Extract<Access, (principal: string) => unknown>;
type Rules = Extract<Access, readonly string[]>;

/**
 * Parses a rule. Throws TypeError if it names no method and is no absolute path: it is more likely a principal,
 * which would be taken for a file's name.
 */
function parseRule(rule: string): AclEntry {
  if (!rule.includes(':') && !rule.startsWith('/') && rule !== 'ANYUSER') {
    throw new TypeError(
      `the rule ${JSON.stringify(rule)} names no method: write "princ:${rule}" for a principal, ` +
        `"file:${rule}" for an ACL file`,
    );
  }
  return parseAclEntry(rule, 'file');
}

async function prepareRule(rule: string, label: string): Promise<AclEntry> {
  try {
    const entry = parseRule(rule);
    await checkFilesOf(entry);
    return entry;
  } catch (error) {
    if (error instanceof TypeError) {
      throw new TypeError(`access of ${label}: ${error.message}`, { cause: error });
    }
    if (error instanceof AclError) {
      const message = `access of ${label}, rule ${JSON.stringify(rule)}: ${error.message}`;
      throw new AclError(message, { cause: error });
    }
    throw error;
  }
}

function rulePermit(entries: readonly AclEntry[], label: string, log: Log): Permit {
  function deny(error: unknown): false {
    const reason = error instanceof AclError ? error.message : 'an access rule cannot be checked';
    log({ type: 'server', reason: `access to ${label} is denied: ${reason}`, error });
    return false;
  }

  /** Looks at the entries from `first` on. The first that says something decides; none lets nobody in. */
  function permitFrom(first: number, principal: string): boolean | Promise<boolean> {
    for (let index = first; index < entries.length; index += 1) {
      const entry = entries[index];
      const verdict = entry === undefined ? 'no match' : checkEntry(entry, principal);
      if (typeof verdict !== 'string') {
        return verdict.then((later) =>
          later === 'no match' ? permitFrom(index + 1, principal) : grants(later),
        );
      }
      if (verdict !== 'no match') {
        return grants(verdict);
      }
    }
    return false;
  }

  return (principal) => {
    try {
      const permitted = permitFrom(0, principal);
      return typeof permitted === 'boolean' ? permitted : permitted.catch(deny);
    } catch (error) {
      return deny(error);
    }
  };
}

function grants(verdict: Verdict): boolean {
  return verdict === 'match';
}

function functionPermit(access: AccessFunction): Permit {
  return (principal, fail) => {
    function deny(error: unknown): false {
      fail('its access function threw an error, so access is denied', error);
      return false;
    }

    function decide(result: unknown): boolean {
      if (typeof result !== 'boolean') {
        throw new TypeError('an access function must return true or false');
      }
      return result;
    }

    try {
      const result = access(principal);
      return typeof result === 'boolean'
        ? result
        : Promise.resolve(result).then(decide).catch(deny);
    } catch (error) {
      return deny(error);
    }
  };
}

/**
 * Makes the check of the command that `label` names. ACL files are read at each check, as remctld reads them;
 * a file that cannot be read by then denies, and is logged.
 *
 * Throws AclError or TypeError, whose message has `label` and the rule, if a rule is wrong or an ACL file cannot
 * be read.
 */
export async function prepareAccess(access: Access, label: string, log: Log): Promise<Permit> {
  if (typeof access === 'function') {
    return functionPermit(access);
  }
  const entries: AclEntry[] = [];
  for (const rule of access as Rules) {
    entries.push(await prepareRule(rule, label));
  }
  return rulePermit(entries, label, log);
}
