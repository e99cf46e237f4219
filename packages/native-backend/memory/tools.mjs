// The tools: compiler flags, command line, environment, and reports that count.
//
// Only the addon is compiled for them; Node, V8 and the system's libraries are not.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runtimeLibrary } from './build-copy.mjs';

const DEBUG = ['-g', '-fno-omit-frame-pointer'];
const ADDON = 'remctl.node';
/** The file of the tool's exceptions: leaks of the system's libraries. */
const suppressions = (tool) => fileURLToPath(new URL(`${tool}.supp`, import.meta.url));

/** Returns the texts that a tool left in the folder for its reports. */
const texts = (folder) =>
  readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'));

/**
 * Returns whether one of a race's two accesses has the addon in its stack. Who started a thread
 * does not count.
 */
function isRaceOfAddon(report) {
  // libuv closes descriptors by a system call that the tool does not see. The tool then takes the
  // next file with the same number for the same file.
  if (report.includes('Location is file descriptor')) {
    return false;
  }
  const accesses = report.split('\n\n').filter((part) => /^ {2}(Previous )?\w.* at 0x/m.test(part));
  return accesses.some((part) => !/created by/.test(part) && part.includes(ADDON));
}

/** Returns an error of valgrind's XML as lines: its kind, and its stacks. */
function readable(error) {
  const wanted = /<(?:what|text|auxwhat|fn|obj|file|line)>(.*?)</g;
  return [...error.matchAll(wanted)].map(([, text]) => text).join('\n  ');
}

/**
 * - `what`: the tool's full name
 * - `flags`: options for the compiler
 * - `command(reports, leaks)`: the command line before node; `reports` is the folder for reports,
 *   and
 *   `leaks` is false for a process that ends in the middle of its work
 * - `node`: options for node
 * - `environment(reports, leaks)`: variables for the process
 * - `faults(reports)`: the reports that count
 * - `cycles`: how many cycles of open and close run
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
    // valgrind runs one thread at a time, so V8's helper threads would only delay the others.
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
