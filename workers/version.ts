import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { WorkerDeploymentVersion } from '@temporalio/common';
import type { WorkflowBundleOption } from '@temporalio/worker';
import type { Config } from '../config/config.ts';
import { VERSION } from '../config/version.ts';
import { bundleWorkflows } from './bundle.ts';

type VersionSettings = Pick<Config, 'WORKER_DEPLOYMENT' | 'WORKER_BUILD_ID' | 'WORKFLOW_BUNDLE'>;

/** What a worker process runs, and as which version of its deployment; no version where none is configured. */
export interface Build {
  bundle?: WorkflowBundleOption;
  version?: WorkerDeploymentVersion;
}

/** The bundle that was made beforehand, if one was. */
export const bundleOf = (config: Pick<Config, 'WORKFLOW_BUNDLE'>): Pick<Build, 'bundle'> =>
  config.WORKFLOW_BUNDLE === undefined ? {} : { bundle: { codePath: config.WORKFLOW_BUNDLE } };

/** What a process with these settings runs; starts nothing. */
export async function buildOf(config: VersionSettings): Promise<Build> {
  const given = bundleOf(config);
  const { WORKER_DEPLOYMENT: deploymentName, WORKER_BUILD_ID: buildId } = config;
  if (deploymentName === undefined) return given;
  if (buildId !== undefined) return { ...given, version: { deploymentName, buildId } };
  const bundle = given.bundle ?? (await bundleWorkflows());
  const code = 'code' in bundle ? bundle.code : await readFile(bundle.codePath, 'utf8');
  return { bundle, version: { deploymentName, buildId: defaultBuildId(VERSION, code) } };
}

/**
 * The release, which people recognise, and what the workflows are: a changed workflow is another version even where
 * nobody raised the release. The source map is left out, because it names folders of the machine that made it.
 */
export function defaultBuildId(release: string, workflowCode: string): string {
  const code = workflowCode.replace(/\n\/\/# sourceMappingURL=.*\s*$/, '');
  return `${release}-${createHash('sha256').update(code).digest('hex').slice(0, 8)}`;
}
