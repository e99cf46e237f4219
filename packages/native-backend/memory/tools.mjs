// The tools: how the addon is compiled for each, how a process is run under it, and which of its
// reports count. Node, V8 and the system's libraries are not compiled for any of them.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runtimeLibrary } from './build-copy.mjs';

const DEBUG = ['-g', '-fno-omit-frame-pointer'];
const ADDON = 'remctl.node';
/** What the system's libraries lose. */
const suppressions = (tool) => fileURLToPath(new URL(`${tool}.supp`, import.meta.url));

/** What a tool left in the folder for its reports. */
const texts = (folder) =>
  readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'));

/** Whether a race is the addon's: by the stacks of the accesses, not by who started their threads. */
function isRaceOfAddon(report) {
  // libuv closes descriptors by a system call, which the tool does not see: it takes the next file
  // that has the number for the same one.
  if (report.includes('Location is file descriptor')) {
    return false;
  }
  const accesses = report.split('\n\n').filter((part) => /^ {2}(Previous )?\w.* at 0x/m.test(part));
  return accesses.some((part) => !/created by/.test(part) && part.includes(ADDON));
}

/** An error of valgrind's XML as lines: what it is, and its stacks. */
function readable(error) {
  const wanted = /<(?:what|text|auxwhat|fn|obj|file|line)>(.*?)</g;
  return [...error.matchAll(wanted)].map(([, text]) => text).join('\n  ');
}

/**
 * - `flags`: for the compiler
 * - `command(reports, leaks)`: what is put before node; reports go into that folder, and `leaks` is
 *   false where the process ends in the middle of its work
 * - `node`: options for node
 * - `environment(reports, leaks)`
 * - `faults(reports)`: the reports that count
 * - `cycles`: how many cycles of open and close are run
 */
export const TOOLS = {
  asan: {
    what: 'AddressSanitizer, LeakSanitizer and UndefinedBehaviorSanitizer',
    flags: [...DEBUG, '-fsanitize=address,undefined', '-fno-sanitize-recover=undefined'],
    command: () => [],
    node: [],
    environment: (reports, leaks) => ({
      LD_PRELOAD: runtimeLibrary('libasan.so'),
      ASAN_OPTIONS: `detect_leaks=${leaks ? 1 : 0}:log_path=${join(reports, 'report')}`,
      LSAN_OPTIONS: `print_suppressions=0:suppressions=${suppressions('asan')}`,
      UBSAN_OPTIONS: `print_stacktrace=1:log_path=${join(reports, 'report')}`,
    }),
    faults: texts,
    cycles: 200,
  },
  tsan: {
    what: 'ThreadSanitizer',
    flags: [...DEBUG, '-fsanitize=thread'],
    command: () => [],
    node: [],
    environment: (reports) => ({
      LD_PRELOAD: runtimeLibrary('libtsan.so'),
      TSAN_OPTIONS: `exitcode=0:log_path=${join(reports, 'report')}`,
    }),
    faults: (reports) =>
      texts(reports)
        .flatMap((text) => text.split(/^=+$/m))
        .filter((text) => text.includes('WARNING: ') && isRaceOfAddon(text)),
    cycles: 200,
  },
  valgrind: {
    what: "valgrind's memcheck",
    flags: DEBUG,
    command(reports, leaks) {
      if (spawnSync('valgrind', ['--version']).status !== 0) {
        throw new Error('valgrind is not installed: apt-get install valgrind');
      }
      return [
        ...['valgrind', '--tool=memcheck', `--leak-check=${leaks ? 'full' : 'no'}`],
        ...['--show-leak-kinds=definite', '--num-callers=40'],
        `--suppressions=${suppressions('valgrind')}`,
        ...['--xml=yes', `--xml-file=${join(reports, 'report.xml')}`],
      ];
    },
    // It runs one thread at a time: V8's own helpers would only be in the way.
    node: ['--single-threaded'],
    environment: () => ({}),
    faults: (reports) =>
      texts(reports)
        .flatMap((text) => text.match(/<error>.*?<\/error>/gs) ?? [])
        .filter((text) => text.includes(ADDON))
        .map(readable),
    cycles: 20,
  },
};
