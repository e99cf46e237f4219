// The arguments of `npm run release`.
import { parseArgs } from 'node:util';
import { stop } from '../steps.mjs';

const USAGE = `npm run release -- [--dry-run] [--registry URL] [--tag NAME] [--without-provenance] [--keep-prebuilt]

  --dry-run             does all but publish
  --registry URL        publishes there, instead of npm's configured registry
  --tag NAME            the dist-tag of the release: latest unless given
  --without-provenance  signs no statement of origin: only a workflow on the repository's host can
  --keep-prebuilt       publishes the prebuilt parts that are there, and builds none`;

/** Returns the arguments. A wrong one ends the process. */
export function readArguments() {
  try {
    const { values } = parseArgs({
      options: {
        'dry-run': { type: 'boolean', default: false },
        registry: { type: 'string' },
        tag: { type: 'string', default: 'latest' },
        'without-provenance': { type: 'boolean', default: false },
        'keep-prebuilt': { type: 'boolean', default: false },
      },
    });
    return {
      isDryRun: values['dry-run'],
      registry: values.registry,
      tag: values.tag,
      provenance: !values['without-provenance'],
      keepPrebuilt: values['keep-prebuilt'],
    };
  } catch (error) {
    return stop(`${error.message}\n${USAGE}`);
  }
}
