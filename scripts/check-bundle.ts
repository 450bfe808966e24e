import { DefaultLogger } from '@temporalio/worker';
import { bundleWorkflows } from '../workers/bundle.ts';

/** The bundle is evaluated for every workflow instance: a stray package in it costs each run (aesthetics, fence 4). */
const LARGEST_MIB = 3;

const { code } = await bundleWorkflows({ logger: new DefaultLogger('ERROR') });
const mib = code.length / 2 ** 20;
process.stdout.write(`workflow bundle: ${mib.toFixed(2)} MiB\n`);
if (mib > LARGEST_MIB)
  throw new Error(
    `The workflow bundle is ${mib.toFixed(2)} MiB; ${LARGEST_MIB} MiB is the most. What does workflows/ import?`,
  );
