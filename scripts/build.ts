import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { DefaultLogger } from '@temporalio/worker';
import { bundleWorkflows } from '../workers/bundle.ts';
import { runScript } from './command-line.ts';

await runScript({
  name: 'build',
  about: 'Bundles the workflows.',
  options: {
    out: {
      value: 'FILE',
      default: 'dist/workflows.js',
      about: "where to, from the project's folder (dist/workflows.js)",
    },
  },
  examples: ['steward build'],
  notes: `Workers that find WORKFLOW_BUNDLE=dist/workflows.js in their environment start with it instead of bundling by
themselves: quicker, and without the compiler installed. Everything else runs as it is; nothing else is built.`,
  async run({ values }) {
    const out = resolve(import.meta.dirname, '..', values.out);
    const { code } = await bundleWorkflows({ logger: new DefaultLogger('ERROR') });
    mkdirSync(dirname(out), { recursive: true });
    // A worker that starts meanwhile sees the old bundle or the new one, never half of it.
    writeFileSync(`${out}.part`, code);
    renameSync(`${out}.part`, out);
    process.stdout.write(`${relative(process.cwd(), out)}: ${(code.length / 2 ** 20).toFixed(2)} MiB\n`);
  },
});
