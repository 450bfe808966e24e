import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger, type BundleOptions } from '@temporalio/worker';

const inWorkflows = (file: string): string => fileURLToPath(new URL(`../workflows/${file}`, import.meta.url));

/** Where the workflow bundle starts. */
const WORKFLOWS_PATH = inWorkflows('index.ts');

/** How values stand in histories. What bundles workflows, runs workers or replays names it. */
export const DATA_CONVERTER = { payloadConverterPath: inWorkflows('payload-converter.ts') } as const;

/** What every bundle of workflows loads besides them. */
export const INTERCEPTOR_MODULES: readonly string[] = [inWorkflows('hear-everything.ts')];

/** Webpack over workflows/: about a second and a half; do it once per process. */
export const bundleWorkflows = (options: Partial<BundleOptions> = {}): Promise<{ code: string }> =>
  bundleWorkflowCode({
    workflowsPath: WORKFLOWS_PATH,
    ...DATA_CONVERTER,
    workflowInterceptorModules: [...INTERCEPTOR_MODULES],
    preloadModules: [inWorkflows('stack-frames.ts')],
    logger: new DefaultLogger('WARN'),
    ...options,
  });
