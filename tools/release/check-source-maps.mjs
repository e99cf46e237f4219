// Checks that source maps point to what is there.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const COMMENT = /^\/\/# sourceMappingURL=(?!data:)(\S+)\s*$/m;

/** Returns what is wrong, one line each. */
export function checkSourceMaps({ content, files }) {
  const code = files.filter((file) => /\.([mc]?js|d\.[mc]?ts)$/.test(file));
  const maps = files.filter((file) => file.endsWith('.map'));
  return [
    ...code
      .filter((file) => namesMissingMap(content, file))
      .map((file) => `${file} names a map that is not packed`),
    ...maps.flatMap((file) => missingSources(content, file)),
  ];
}

function namesMissingMap(content, file) {
  const [, map] = COMMENT.exec(readFileSync(join(content, file), 'utf8')) ?? [];
  return map !== undefined && !existsSync(join(content, dirname(file), map));
}

/** The sources of a map that neither the map nor the package holds. */
function missingSources(content, file) {
  const { sources, sourcesContent = [] } = JSON.parse(readFileSync(join(content, file), 'utf8'));
  return sources
    .filter(
      (source, at) =>
        typeof sourcesContent[at] !== 'string' && !existsSync(join(content, dirname(file), source)),
    )
    .map((source) => `${file} points to ${source}, which is not packed`);
}
