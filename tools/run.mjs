// Program: runs a tool of this project, which finds the project's own pnpm.
//
// node tools/run.mjs TOOL [argument...]. turbo starts pnpm, and a shell may have none: `npm run demo`
// and `npm test` install pnpm into .tools, for this project only.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { loudly, ROOT, stop, TOOLS_FOLDER } from './steps.mjs';

const [, , tool, ...args] = process.argv;
const folders = [ROOT, TOOLS_FOLDER].map((folder) => join(folder, 'node_modules', '.bin'));
if (!folders.some((folder) => existsSync(join(folder, tool)))) {
  stop(
    `${tool} is not installed yet. Run \`npm run demo\` or \`npm test\` first: either installs it.`,
  );
}
process.exitCode = await loudly(tool, args, { stdio: 'inherit' });
