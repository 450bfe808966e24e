import { DefaultLogger } from '@temporalio/worker';
import { existsSync, mkdirSync, renameSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { inject } from 'vitest';
import { bundleWorkflows, INTERCEPTOR_MODULES } from '../../workers/bundle.ts';
import { instrumentWorkflows, interceptorModules, measuring } from './workflow-coverage.ts';

/** The bundle of all workflows, for `Worker.create({workflowBundle})`. Made once a test run, by whoever asks first. */
export async function workflowBundle(): Promise<{ codePath: string }> {
  const codePath = join(inject('workFolder'), 'workflows.js');
  const lock = `${codePath}.lock`;
  while (!existsSync(codePath)) {
    if (takeLock(lock)) await makeBundle(codePath).finally(() => rmdirSync(lock));
    else await delay(50);
  }
  return { codePath };
}

function takeLock(lock: string): boolean {
  try {
    mkdirSync(lock);
    return true;
  } catch {
    return false;
  }
}

async function makeBundle(codePath: string): Promise<void> {
  if (existsSync(codePath)) return;
  const { code } = await bundleWorkflows({
    ...(measuring ? { workflowsPath: instrumentWorkflows(`${codePath}.instrumented`) } : {}),
    workflowInterceptorModules: [...INTERCEPTOR_MODULES, ...interceptorModules()],
    logger: new DefaultLogger('ERROR'),
  });
  writeFileSync(`${codePath}.part`, code);
  renameSync(`${codePath}.part`, codePath);
}
