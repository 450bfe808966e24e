/** Lets @temporalio/testing download the CLI into the folder named by the first argument, and prove it by one start. */
import { TestWorkflowEnvironment } from '@temporalio/testing';

const downloadDir = process.argv[2];
if (!downloadDir) throw new Error('usage: sdk-download.ts <folder>');
const executable = { type: 'cached-download', version: 'default', downloadDir } as const;
const environment = await TestWorkflowEnvironment.createLocal({ server: { executable } });
await environment.teardown();
