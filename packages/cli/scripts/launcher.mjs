// The first lines of the published program: a shell notes which signals are ignored, and becomes Node.
//
// Node.js sets every signal back to the system's default when it starts, so that the program cannot
// see what nohup, or a shell for its background jobs, has had ignored. The lines are a shell script
// and, for Node, a comment. The shell is the same process: it reads its own /proc and execs.

/** Two lines, each with its line feed, to stand before the JavaScript of a CommonJS file. */
export const LAUNCHER = `#!/bin/sh
':' //; unset REMCTL_IGNORED_SIGNALS; [ -r /proc/$$/status ] && while read -r key value; do [ "$key" = SigIgn: ] && export REMCTL_IGNORED_SIGNALS="$value"; done </proc/$$/status; exec node "$0" "$@"
`;
